"""Which expirations a template declares."""

import json
from typing import Any

from aws_cdk import Stack

from chime_expiration._identity import is_token
from chime_expiration.testing._template import TemplateSource, template_of
from chime_expiration_handler.properties import RESOURCE_TYPE


def has_expiration(source: TemplateSource, user_arn: str | dict[str, Any], days: int) -> None:
    """Assert that the template of ``source`` declares that ``user_arn`` expires after ``days``.

    :param source: A Stack, which is synthesized, a Template, or a dict of one.
    :param user_arn: The user, as it was declared: text, the token that the declaration got, or
        what that is in the template (``{"Ref": "GuestArn"}``).
    :param days: Whole days after the creation of the user.
    :raises AssertionError: It does not; the message shows what it declares instead.
    :raises TypeError: ``source`` holds no template.
    """
    user = _resolved(user_arn, source)
    declared = [
        (properties["AppInstanceUserArn"], properties["ExpirationDays"])
        for properties in _declarations(template_of(source))
    ]
    # Overridden through the escape hatch, a number may have become a text.
    if any(one == user and str(its_days) == str(days) for one, its_days in declared):
        return
    found = "".join(f"\n  {_shown(one)}: {_shown(its_days)} days" for one, its_days in declared)
    raise AssertionError(
        f"no declaration that {_shown(user)} expires after {_shown(days)} days; "
        f"the template declares{found or ' no expiration at all'}"
    )


def _resolved(user_arn: str | dict[str, Any], source: TemplateSource) -> Any:
    if not isinstance(user_arn, str) or not is_token(user_arn):
        return user_arn
    # What belongs to the template's own stack reads the same from any other.
    stack = source if isinstance(source, Stack) else Stack()
    return stack.resolve(user_arn)


def _declarations(template: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        resource["Properties"]
        for resource in template.get("Resources", {}).values()
        if resource["Type"] == RESOURCE_TYPE
    ]


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
