"""Reads policies from the CDK context.

In ``cdk.json``, by AppInstance. A list declares several policies for one AppInstance::

    "policies": {
      "arn:aws:chime:us-east-1:111122223333:app-instance/ID": "30 days",
      "arn:aws:chime:us-east-1:111122223333:app-instance/OTHER_ID": [
        {"policyName": "guests", "users": ["guest-*"], "expireAfter": "30 days"},
        {"policyName": "trials", "users": ["trial-*"], "expireAfter": "90 days", "notice": "7 days"}
      ]
    }

On the command line, which replaces the policies in ``cdk.json``, and not its declarations::

    cdk deploy -c 'policies=arn:aws:chime:us-east-1:111122223333:app-instance/ID=30 days'
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aws_cdk import Duration

from chime_expiration import NewUsers
from expiration_app import context as values
from expiration_app.context import REMOVAL_POLICIES, ContextError

if TYPE_CHECKING:
    from aws_cdk.aws_events import Schedule

CONTEXT_KEY = "policies"

_EXPECTED = (
    f"declare policies in cdk.json, or with -c '{CONTEXT_KEY}=APP_INSTANCE_ARN=30 days'; for "
    "options, pass JSON"
)
_NEW_USERS = {"at once": NewUsers.AT_ONCE, "by sweep": NewUsers.BY_SWEEP}
_RATE = re.compile(r"([1-9][0-9]*) (minute|hour|day)s?")
# What is left out has the default of the construct.
_OPTIONS = {
    "expireAfter": "expire_after",
    "users": "users",
    "exceptUsers": "except_users",
    "notice": "notice",
    "allowImmediateExpiration": "allow_immediate_expiration",
    "enabled": "enabled",
    "callsPerSecond": "calls_per_second",
    "schedule": "schedule",
    "newUsers": "new_users",
    "policyName": "policy_name",
    "removalPolicy": "removal_policy",
}


@dataclass(frozen=True, slots=True)
class PolicyDeclaration:
    """One policy; ``place`` says where in the context it is declared.

    ``arguments`` are those of AppInstanceUserExpirationPolicy that are declared.
    """

    place: str
    app_instance_arn: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def construct_id(self) -> str:
        """An id that no other policy of the stack has, where the construct accepts both."""
        name = self.arguments.get("policy_name")
        return f"{self.app_instance_arn} {name}" if name else self.app_instance_arn


def read_policies(context: object) -> list[PolicyDeclaration]:
    """The policies in the value of the context key ``policies``, None if it is missing.

    Raises ContextError with the place, the value, what is allowed and the fix.
    """
    return [
        PolicyDeclaration(place, arn, _arguments(place, value))
        for place, arn, value in _values(context)
    ]


def _values(context: object) -> Iterator[tuple[str, str, object]]:
    for arn, value in values.mapping(CONTEXT_KEY, context, _EXPECTED).items():
        place = f"{CONTEXT_KEY}[{arn!r}]"
        if not isinstance(value, list):
            yield place, arn, value
            continue
        for index, each in enumerate(value):
            yield f"{place}[{index}]", arn, each


def _arguments(place: str, value: object) -> dict[str, Any]:
    options = {"expireAfter": None, **values.options_of(place, value, tuple(_OPTIONS))}
    return {_OPTIONS[option]: _argument(place, option, each) for option, each in options.items()}


def _argument(place: str, option: str, value: object) -> Any:
    match option:
        case "expireAfter" | "notice":
            return values.days(place, option, value)
        case "users" | "exceptUsers":
            return _patterns(place, option, value)
        case "allowImmediateExpiration" | "enabled":
            return values.boolean(place, option, value)
        case "callsPerSecond":
            return _number(place, option, value)
        case "schedule":
            return _rate(place, option, value)
        case "newUsers":
            return values.choice(place, option, value, _NEW_USERS)
        case "removalPolicy":
            return values.choice(place, option, value, REMOVAL_POLICIES)
        case _:
            return _name(place, option, value)


def _patterns(place: str, option: str, value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(pattern, str) for pattern in value):
        raise ContextError(
            f'{place} has {option} {value!r}: use a list of patterns, such as ["guest-*"]'
        )
    return value


def _number(place: str, option: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ContextError(f"{place} has {option} {value!r}: use a positive number, such as 8")
    return value


def _rate(place: str, option: str, value: object) -> "Schedule":
    # Most apps declare no schedule, and this import would slow down every synth.
    from aws_cdk.aws_events import Schedule

    match = _RATE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ContextError(
            f"{place} has {option} {value!r}: use a number with the unit minutes, hours or days, "
            'such as "1 day"'
        )
    number, unit = match.groups()
    times = {"minute": Duration.minutes, "hour": Duration.hours, "day": Duration.days}
    return Schedule.rate(times[unit](int(number)))


def _name(place: str, option: str, value: object) -> str:
    if not isinstance(value, str):
        raise ContextError(f'{place} has {option} {value!r}: use a name, such as "guests"')
    return value
