"""The properties of a policy's custom resource: written at synth, read by the function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from chime_expiration_handler.contract.arn import AppInstanceArn
from chime_expiration_handler.contract.days import ALLOWED_DAYS, expiration_days
from chime_expiration_handler.contract.properties import (
    ALLOW_IMMEDIATE_EXPIRATION,
    DAYS,
    boolean,
)
from chime_expiration_handler.contract.user_patterns import EVERY_USER, UserSelection

POLICY_RESOURCE_TYPE = "Custom::ChimeAppInstanceUserExpirationPolicy"

APP_INSTANCE_ARN = "AppInstanceArn"
NOTICE_DAYS = "NoticeDays"
USERS = "Users"
EXCEPT_USERS = "ExceptUsers"
ENABLED = "Enabled"
CALLS_PER_SECOND = "CallsPerSecond"
TABLE_NAME = "TableName"
STATE_MACHINE_ARN = "StateMachineArn"

DEFAULT_CALLS_PER_SECOND = 8.0

# The attributes that ``Fn::GetAtt`` reads, all as strings. The numbers are those of the sweep that
# the deployment started; ``SweepFinished`` is ``false`` where it goes on after the deployment.
USERS_SET = "UsersSet"
USERS_CLEARED = "UsersCleared"
USERS_FAILED = "UsersFailed"
USERS_OVERDUE = "UsersOverdue"
USERS_LEFT_ALONE = "UsersLeftAlone"
SWEEP_FINISHED = "SweepFinished"


@dataclass(frozen=True, slots=True)
class Rule:
    """The days that a policy gives. ``notice_days`` is None where no notice is declared."""

    days: int
    notice_days: int | None = None
    allow_immediate_expiration: bool = False

    def __str__(self) -> str:
        """The text by which the ledger remembers the rule that an entry was made by."""
        if self.allow_immediate_expiration:
            return f"{self.days} days at once"
        if self.notice_days is None:
            return f"{self.days} days"
        return f"{self.days} days, notice {self.notice_days}"


@dataclass(frozen=True, slots=True)
class PolicyProperties:
    """What a policy asks for. ``enabled`` is false where everything that it set is to be cleared.

    ``state_machine_arn`` is empty where the custom resource is about to be deleted: it is not
    needed to read an old event.
    """

    app_instance: AppInstanceArn
    rule: Rule
    selection: UserSelection
    enabled: bool = True
    calls_per_second: float = DEFAULT_CALLS_PER_SECOND
    table_name: str = ""
    state_machine_arn: str = ""

    @staticmethod
    def to_template(
        app_instance_arn: str,
        days: float,
        *,
        notice_days: float | None,
        users: Sequence[str],
        except_users: Sequence[str],
        allow_immediate_expiration: bool,
        enabled: bool,
        calls_per_second: float,
        table_name: str,
        state_machine_arn: str,
    ) -> dict[str, Any]:
        """The properties as the template has them; each value may be a token.

        What is the default is left out: ``parse`` fills it in.
        """
        properties: dict[str, Any] = {
            APP_INSTANCE_ARN: app_instance_arn,
            DAYS: days,
            TABLE_NAME: table_name,
            STATE_MACHINE_ARN: state_machine_arn,
        }
        if notice_days is not None:
            properties[NOTICE_DAYS] = notice_days
        if tuple(users) != EVERY_USER:
            properties[USERS] = list(users)
        if except_users:
            properties[EXCEPT_USERS] = list(except_users)
        if allow_immediate_expiration:
            properties[ALLOW_IMMEDIATE_EXPIRATION] = True
        if not enabled:
            properties[ENABLED] = False
        if calls_per_second != DEFAULT_CALLS_PER_SECOND:
            properties[CALLS_PER_SECOND] = calls_per_second
        return properties

    @classmethod
    def parse(cls, properties: Mapping[str, Any]) -> Self:
        """Read the properties of an event, in which CloudFormation turns each value into a string.

        Unknown properties are ignored, since a later release may send them. Raises ValueError with
        the value, what is allowed and the fix.
        """
        if APP_INSTANCE_ARN not in properties:
            raise ValueError(f"{APP_INSTANCE_ARN} is missing: declare the ARN of an AppInstance")
        if DAYS not in properties:
            raise ValueError(f"{DAYS} is missing: declare {ALLOWED_DAYS}")
        notice = properties.get(NOTICE_DAYS)
        return cls(
            app_instance=AppInstanceArn.parse(str(properties[APP_INSTANCE_ARN])),
            rule=Rule(
                days=expiration_days(properties[DAYS]),
                notice_days=None if notice is None else expiration_days(notice),
                allow_immediate_expiration=boolean(properties, ALLOW_IMMEDIATE_EXPIRATION),
            ),
            selection=UserSelection.parse(
                _texts(properties, USERS, EVERY_USER), _texts(properties, EXCEPT_USERS, ())
            ),
            enabled=boolean(properties, ENABLED, default=True),
            calls_per_second=calls_per_second(
                properties.get(CALLS_PER_SECOND, DEFAULT_CALLS_PER_SECOND)
            ),
            table_name=str(properties.get(TABLE_NAME, "")),
            state_machine_arn=str(properties.get(STATE_MACHINE_ARN, "")),
        )


def calls_per_second(value: object) -> float:
    """The rate in ``value``; raises ValueError where it is not a positive, finite number."""
    try:
        rate = float(str(value))
    except ValueError:
        rate = 0.0
    if isinstance(value, bool) or not 0 < rate < float("inf"):
        raise ValueError(f"{value!r} calls per second cannot be made: use a positive number")
    return rate


def _texts(properties: Mapping[str, Any], name: str, default: Sequence[str]) -> list[str]:
    value = properties.get(name, default)
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError(f"{name} is {value!r}: use a list of patterns")
    return [str(each) for each in value]
