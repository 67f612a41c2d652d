"""Values of the CDK context, from ``cdk.json`` or the command line: how they are read and refused.

Each function takes the place of the value, with which its refusal begins, and raises ContextError
with the value, what is allowed and the fix.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from aws_cdk import Duration, RemovalPolicy

Choice = TypeVar("Choice")

REMOVAL_POLICIES = {"destroy": RemovalPolicy.DESTROY, "retain": RemovalPolicy.RETAIN}

_DAYS = re.compile(r"([0-9]+) days?")


class ContextError(ValueError):
    """A value in the context is not a valid declaration; the text begins with its place."""


def mapping(key: str, context: object, expected: str) -> Mapping[str, object]:
    """The value of a context key: an object, its JSON text, or ``ARN=30 days, ARN=7 days``.

    Empty if the context has no such key. ``expected`` says how to declare something.
    """
    if context is None:
        return {}
    if isinstance(context, Mapping):
        return context
    if isinstance(context, str) and context.lstrip().startswith("{"):
        try:
            parsed = json.loads(
                context, object_pairs_hook=lambda pairs: _without_duplicates(key, pairs)
            )
        except json.JSONDecodeError as error:
            raise ContextError(f"{key} is not JSON: {error}; got {context!r}") from None
        return mapping(key, parsed, expected)
    if isinstance(context, str) and "=" in context:
        pairs = [pair.rpartition("=") for pair in context.split(",") if pair.strip()]
        return _without_duplicates(key, [(arn.strip(), days.strip()) for arn, _, days in pairs])
    raise ContextError(f"{key} is {context!r}: {expected}")


def options_of(place: str, value: object, known: Sequence[str]) -> Mapping[str, Any]:
    """The options in ``value``, which may also be the days alone."""
    options = value if isinstance(value, Mapping) else {"expireAfter": value}
    unknown = [option for option in options if option not in known]
    if unknown:
        allowed = ", ".join(known)
        raise ContextError(f"{place} has the unknown option {unknown[0]!r}: use {allowed}")
    return options


def days(place: str, option: str, value: object) -> Duration:
    match = _DAYS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ContextError(
            f"{place} has {option} {json.dumps(value)}: use whole days with the unit, "
            'such as "30 days"'
        )
    return Duration.days(int(match[1]))


def boolean(place: str, option: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ContextError(f"{place} has {option} {value!r}: use true or false")
    return value


def choice(place: str, option: str, value: object, choices: Mapping[str, Choice]) -> Choice:
    try:
        return choices[str(value)]
    except KeyError:
        allowed = " or ".join(f'"{name}"' for name in choices)
        raise ContextError(f"{place} has {option} {value!r}: use {allowed}") from None


def _without_duplicates(key: str, pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ContextError(f"{key}[{name!r}] is declared twice: keep one of the two")
        found[name] = value
    return found
