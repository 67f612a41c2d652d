"""The properties of a declaration's custom resource: written at synth, read by the function."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.days import ALLOWED_DAYS, expiration_days
from chime_expiration_handler.contract.limits import EXPIRATION_CRITERIA

RESOURCE_TYPE = "Custom::ChimeAppInstanceUserExpiration"

USER_ARN = "AppInstanceUserArn"
DAYS = "ExpirationDays"
CRITERION = "ExpirationCriterion"
ALLOW_IMMEDIATE_EXPIRATION = "AllowImmediateExpiration"
_USER_IS_TOKEN = "AppInstanceUserIsToken"
MISSING_USER = "MissingUser"


class MissingUser(StrEnum):
    """What to do where the declared AppInstanceUser does not exist."""

    FAIL = "FAIL"
    """The deployment fails and is rolled back."""

    IGNORE = "IGNORE"
    """The deployment succeeds and sets nothing; ``status`` reports DELETED."""


@dataclass(frozen=True, slots=True)
class ExpirationProperties:
    """What a declaration asks for.

    ``user_is_token``: only the deployment shows whether another declaration has the same user.
    """

    user: AppInstanceUserArn
    days: int
    criterion: str = EXPIRATION_CRITERIA[0]
    allow_immediate_expiration: bool = False
    user_is_token: bool = False
    missing_user: MissingUser = MissingUser.FAIL

    @staticmethod
    def to_template(
        user_arn: str,
        days: float,
        *,
        allow_immediate_expiration: bool,
        missing_user: MissingUser,
        user_is_token: bool,
    ) -> dict[str, Any]:
        """The properties as the template has them; ``user_arn`` and ``days`` may be tokens.

        The criterion is left out, as there is only one: ``parse`` fills it in.
        """
        properties: dict[str, Any] = {USER_ARN: user_arn, DAYS: days}
        if allow_immediate_expiration:
            properties[ALLOW_IMMEDIATE_EXPIRATION] = True
        if missing_user is not MissingUser.FAIL:
            properties[MISSING_USER] = str(missing_user)
        if user_is_token:
            properties[_USER_IS_TOKEN] = True
        return properties

    @classmethod
    def parse(cls, properties: Mapping[str, Any]) -> Self:
        """Read the properties of an event, in which CloudFormation turns each value into a string.

        Unknown properties are ignored, since a later release may send them. Raises ValueError with
        the value, what is allowed and the fix.
        """
        if USER_ARN not in properties:
            raise ValueError(f"{USER_ARN} is missing: declare the ARN of an AppInstanceUser")
        if DAYS not in properties:
            raise ValueError(f"{DAYS} is missing: declare {ALLOWED_DAYS}")
        criterion = str(properties.get(CRITERION) or EXPIRATION_CRITERIA[0])
        if criterion not in EXPIRATION_CRITERIA:
            raise ValueError(
                f"{criterion!r} is not an expiration criterion: "
                f"use {' or '.join(EXPIRATION_CRITERIA)}"
            )
        return cls(
            user=AppInstanceUserArn.parse(str(properties[USER_ARN])),
            days=expiration_days(properties[DAYS]),
            criterion=criterion,
            allow_immediate_expiration=boolean(properties, ALLOW_IMMEDIATE_EXPIRATION),
            user_is_token=user_is_token(properties),
            missing_user=_missing_user(properties),
        )


def user_is_token(properties: Mapping[str, Any]) -> bool:
    """Whether the declaration says so, read alone: a Delete has to work with any properties."""
    return str(properties.get(_USER_IS_TOKEN, False)).lower() == "true"


def declared_user(properties: Mapping[str, Any]) -> str:
    """The declared ARN as it is, for the log; empty where there is none."""
    return str(properties.get(USER_ARN, ""))


def _missing_user(properties: Mapping[str, Any]) -> MissingUser:
    value = properties.get(MISSING_USER, MissingUser.FAIL)
    try:
        return MissingUser(value)
    except ValueError:
        raise ValueError(f"{MISSING_USER} is {value!r}: use {' or '.join(MissingUser)}") from None


def boolean(properties: Mapping[str, Any], name: str, *, default: bool = False) -> bool:
    """The value of a property that is true or false; raises ValueError for any other."""
    value = properties.get(name, default)
    text = str(value).lower()
    if text not in ("true", "false"):
        raise ValueError(f"{name} is {value!r}: use true or false")
    return text == "true"
