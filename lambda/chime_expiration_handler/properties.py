"""The properties of the custom resource, as CloudFormation sends them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from chime_expiration_handler.arn import AppInstanceUserArn
from chime_expiration_handler.days import expiration_days
from chime_expiration_handler.limits import EXPIRATION_CRITERIA

RESOURCE_TYPE = "Custom::ChimeAppInstanceUserExpiration"


@dataclass(frozen=True, slots=True)
class ExpirationProperties:
    """What a declaration asks for."""

    user: AppInstanceUserArn
    days: int
    criterion: str = EXPIRATION_CRITERIA[0]
    allow_immediate_expiration: bool = False

    @classmethod
    def parse(cls, properties: Mapping[str, Any]) -> Self:
        """Read the properties; unknown ones are left alone, since a later release may send them.

        Raises ValueError with the value, what is allowed and the fix.
        """
        if "AppInstanceUserArn" not in properties:
            raise ValueError("AppInstanceUserArn is missing: declare the ARN of an AppInstanceUser")
        if "ExpirationDays" not in properties:
            raise ValueError("ExpirationDays is missing: declare 1-5475 whole days")
        criterion = str(properties.get("ExpirationCriterion") or EXPIRATION_CRITERIA[0])
        if criterion not in EXPIRATION_CRITERIA:
            raise ValueError(
                f"{criterion!r} is no expiration criterion: use {' or '.join(EXPIRATION_CRITERIA)}"
            )
        return cls(
            user=AppInstanceUserArn.parse(str(properties["AppInstanceUserArn"])),
            days=expiration_days(properties["ExpirationDays"]),
            criterion=criterion,
            allow_immediate_expiration=_flag(properties.get("AllowImmediateExpiration", False)),
        )


def _flag(value: object) -> bool:
    text = str(value).lower()
    if text not in ("true", "false"):
        raise ValueError(f"AllowImmediateExpiration is {value!r}: use true or false")
    return text == "true"
