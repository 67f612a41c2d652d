"""Which expirations a template declares."""

import json
from difflib import get_close_matches
from typing import Any

from aws_cdk import Duration

from chime_expiration._synth.days import days_of
from chime_expiration.testing._template import TemplateSource, properties_of, resolved
from chime_expiration_handler.contract.properties import DAYS, RESOURCE_TYPE, USER_ARN

_MOST_USERS_SHOWN = 3


def expirations_of(source: TemplateSource) -> dict[str, Any]:
    """The days of each user that ``source`` declares, to compare with a dict.

    A user or a number of days that is known only at deployment is an intrinsic function in the
    template, such as ``{"Ref": "GuestArn"}``. A key has to be hashable, so such a user becomes the
    JSON text of its intrinsic function, with sorted keys: ``'{"Ref": "GuestArn"}'``. Such days
    stay as they are in the template. All other days are an ``int``.

    The declarations of a nested stack are in the template of the nested stack.

    :param source: A Stack, which is synthesized, a Template, or a template as a dict.
    :raises TypeError: ``source`` is not a template.
    :raises ValueError: Two declarations are for the same user, so that a dict cannot hold both.
    """
    days_by_user: dict[str, Any] = {}
    for properties in properties_of(source, RESOURCE_TYPE):
        user = _text(properties[USER_ARN])
        if user in days_by_user:
            raise ValueError(f"the template declares {user} twice: keep one of the two")
        days_by_user[user] = _plain_days(properties[DAYS])
    return days_by_user


def has_expiration(
    source: TemplateSource, user_arn: str | dict[str, Any], expire_after: Duration | int
) -> None:
    """Assert that ``source`` declares that ``user_arn`` expires after ``expire_after``.

    :param source: A Stack, which is synthesized, a Template, or a template as a dict.
    :param user_arn: The user: its ARN, the token that was passed to the declaration, or the
        intrinsic function in the template (``{"Ref": "GuestArn"}``). A token that refers to another
        stack is found only if ``source`` is a Stack.
    :param expire_after: The time after the user's creation: a Duration, or whole days.
    :raises AssertionError: The template does not declare it. The message shows the declared users
        whose ARNs are most similar.
    :raises TypeError: ``source`` is not a template.
    :raises ValueError: ``expire_after`` is a Duration that cannot be declared, or the template
        declares a user twice.
    """
    declared = expirations_of(source)
    user = _text(resolved(user_arn, source))
    days = expire_after
    if isinstance(expire_after, Duration):
        days = resolved(days_of(expire_after), source)
    if user not in declared or declared[user] != days:
        raise AssertionError(
            f"the template does not declare that {user} expires after {_text(days)} days; "
            f"it declares{_nearest(user, declared)}"
        )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _plain_days(value: Any) -> Any:
    # ``add_property_override`` can leave a number as text, which CloudFormation accepts.
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _nearest(user: str, declared: dict[str, Any]) -> str:
    if not declared:
        return " no expiration"
    # With a cutoff of 0 the most similar users are found, however different they are.
    shown = get_close_matches(user, declared, n=_MOST_USERS_SHOWN, cutoff=0)
    lines = [f"{each}: {_text(declared[each])} days" for each in shown]
    others = len(declared) - len(shown)
    if others:
        lines.append(f"and {others} other user{'s' if others > 1 else ''}")
    return "".join(f"\n  {line}" for line in lines)
