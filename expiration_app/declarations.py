"""Reads declarations from the context, where people write them.

In ``cdk.json``, by AppInstance or by user::

    "expirations": {
      "arn:aws:chime:us-east-1:111122223333:app-instance/ID": {
        "guest-42": "30 days",
        "load-test": {"expireAfter": "1 day", "removalPolicy": "retain"}
      },
      "arn:aws:chime:us-east-1:111122223333:app-instance/ID/user/trial-7": "90 days"
    }

On the command line, where ``cdk.json``'s are replaced::

    cdk deploy -c 'expirations=arn:aws:chime:…/user/guest-42=30 days, arn:aws:chime:…/user/b=7 days'
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration, RemovalPolicy

CONTEXT_KEY = "expirations"

_DAYS = re.compile(r"([0-9]+) days?")
_REMOVAL_POLICIES = {"destroy": RemovalPolicy.DESTROY, "retain": RemovalPolicy.RETAIN}
_OPTIONS = ("expireAfter", "allowImmediateExpiration", "removalPolicy")


class ContextError(ValueError):
    """The context holds something that is no declaration; the text says where it stands."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One user and its expiration, with the place in the context that it comes from."""

    place: str
    app_instance_user_arn: str
    expire_after: Duration
    allow_immediate_expiration: bool = False
    removal_policy: RemovalPolicy = RemovalPolicy.DESTROY


def read_declarations(context: object) -> list[Declaration]:
    """The declarations in the value of the context key ``expirations``.

    Raises ContextError with the place, the value, what is allowed and the fix.
    """
    places: dict[str, str] = {}
    declarations = []
    for place, arn, value in _users(context):
        if arn in places:
            raise ContextError(f"{place} declares the same user as {places[arn]}: keep one of them")
        places[arn] = place
        declarations.append(_declaration(place, arn, value))
    if not declarations:
        raise ContextError(
            f"{CONTEXT_KEY} declares no user: add one, or run `cdk destroy` while the last one is "
            "still declared"
        )
    return declarations


def _users(context: object) -> Iterator[tuple[str, str, object]]:
    for name, value in _mapping(CONTEXT_KEY, context).items():
        place = f"{CONTEXT_KEY}[{name!r}]"
        if "/user/" in name or not isinstance(value, Mapping):
            yield place, name, value
            continue
        for user_id, of_user in value.items():
            yield f"{place}[{user_id!r}]", f"{name}/user/{user_id}", of_user


def _mapping(place: str, context: object) -> Mapping[str, object]:
    if isinstance(context, Mapping):
        return context
    if isinstance(context, str) and context.lstrip().startswith("{"):
        try:
            parsed = json.loads(context, object_pairs_hook=_without_duplicates)
        except json.JSONDecodeError as error:
            raise ContextError(f"{place} is not JSON: {error}; got {context!r}") from None
        return _mapping(place, parsed)
    if isinstance(context, str) and "=" in context:
        pairs = [pair.rpartition("=") for pair in context.split(",") if pair.strip()]
        return _without_duplicates([(arn.strip(), days.strip()) for arn, _, days in pairs])
    raise ContextError(
        f"{place} is {context!r}: declare users by AppInstance in cdk.json, "
        f"or with -c '{place}=USER_ARN=30 days, USER_ARN=90 days'"
    )


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ContextError(f"{CONTEXT_KEY}[{name!r}] is declared twice: keep one of the two")
        found[name] = value
    return found


def _declaration(place: str, arn: str, value: object) -> Declaration:
    options = value if isinstance(value, Mapping) else {"expireAfter": value}
    unknown = [option for option in options if option not in _OPTIONS]
    if unknown:
        raise ContextError(f"{place} has the option {unknown[0]!r}: use {', '.join(_OPTIONS)}")
    return Declaration(
        place=place,
        app_instance_user_arn=arn,
        expire_after=_days(place, options.get("expireAfter")),
        allow_immediate_expiration=_flag(place, options.get("allowImmediateExpiration", False)),
        removal_policy=_removal_policy(place, options.get("removalPolicy", "destroy")),
    )


def _days(place: str, value: object) -> Duration:
    match = _DAYS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ContextError(
            f"{place} expires after {json.dumps(value)}: use whole days with their unit, "
            'as in "30 days"'
        )
    return Duration.days(int(match[1]))


def _flag(place: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ContextError(f"{place} has allowImmediateExpiration {value!r}: use true or false")
    return value


def _removal_policy(place: str, value: object) -> RemovalPolicy:
    try:
        return _REMOVAL_POLICIES[str(value)]
    except KeyError:
        allowed = " or ".join(f'"{name}"' for name in _REMOVAL_POLICIES)
        raise ContextError(f"{place} has removalPolicy {value!r}: use {allowed}") from None
