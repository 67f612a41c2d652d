"""Reads declarations from the CDK context.

In ``cdk.json``, grouped by AppInstance or one user at a time::

    "expirations": {
      "arn:aws:chime:us-east-1:111122223333:app-instance/ID": {
        "guest-42": "30 days",
        "load-test": {"expireAfter": "1 day", "removalPolicy": "retain"},
        "trial-3": {"expireAfter": "7 days", "missingUser": "ignore"}
      },
      "arn:aws:chime:us-east-1:111122223333:app-instance/ID/user/trial-7": "90 days"
    }

On the command line, which replaces the declarations in ``cdk.json``::

    cdk deploy -c 'expirations=arn:aws:chime:…/user/guest-42=30 days, arn:aws:chime:…/user/b=7 days'
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from aws_cdk import Duration, RemovalPolicy

from chime_expiration import MissingUser

Choice = TypeVar("Choice")

CONTEXT_KEY = "expirations"

_DAYS = re.compile(r"([0-9]+) days?")
_REMOVAL_POLICIES = {"destroy": RemovalPolicy.DESTROY, "retain": RemovalPolicy.RETAIN}
_MISSING_USERS = {"fail": MissingUser.FAIL, "ignore": MissingUser.IGNORE}
_OPTIONS = ("expireAfter", "allowImmediateExpiration", "missingUser", "removalPolicy")


class ContextError(ValueError):
    """A value in the context is not a valid declaration; the text begins with its place."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One user and its expiration; ``place`` says where in the context it is declared."""

    place: str
    app_instance_user_arn: str
    expire_after: Duration
    allow_immediate_expiration: bool = False
    missing_user: MissingUser = MissingUser.FAIL
    removal_policy: RemovalPolicy = RemovalPolicy.DESTROY


def read_declarations(context: object) -> list[Declaration]:
    """The declarations in the value of the context key ``expirations``.

    Raises ContextError with the place, the value, what is allowed and the fix; also if there are
    no declarations, since CloudFormation refuses a stack without resources.
    """
    places: dict[str, str] = {}
    declarations = []
    for place, arn, value in _users(context):
        if arn in places:
            raise ContextError(
                f"{place} declares the same user as {places[arn]}: keep one of the two"
            )
        places[arn] = place
        declarations.append(_declaration(place, arn, value))
    if not declarations:
        raise ContextError(
            f"{CONTEXT_KEY} declares no user: add one; to delete the stack, declare one user "
            "and run `cdk destroy`"
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
        f"{place} is {context!r}: declare users in cdk.json, "
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
        allowed = ", ".join(_OPTIONS)
        raise ContextError(f"{place} has the unknown option {unknown[0]!r}: use {allowed}")
    return Declaration(
        place=place,
        app_instance_user_arn=arn,
        expire_after=_days(place, options.get("expireAfter")),
        allow_immediate_expiration=_require_bool(
            place, options.get("allowImmediateExpiration", False)
        ),
        missing_user=_choice(
            place, "missingUser", options.get("missingUser", "fail"), _MISSING_USERS
        ),
        removal_policy=_choice(
            place, "removalPolicy", options.get("removalPolicy", "destroy"), _REMOVAL_POLICIES
        ),
    )


def _days(place: str, value: object) -> Duration:
    match = _DAYS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ContextError(
            f"{place} has expireAfter {json.dumps(value)}: use whole days with the unit, "
            'such as "30 days"'
        )
    return Duration.days(int(match[1]))


def _require_bool(place: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ContextError(f"{place} has allowImmediateExpiration {value!r}: use true or false")
    return value


def _choice(place: str, option: str, value: object, choices: Mapping[str, Choice]) -> Choice:
    try:
        return choices[str(value)]
    except KeyError:
        allowed = " or ".join(f'"{name}"' for name in choices)
        raise ContextError(f"{place} has {option} {value!r}: use {allowed}") from None
