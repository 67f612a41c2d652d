"""Which policies a template declares."""

import json
from collections.abc import Sequence
from typing import Any

from aws_cdk import Duration

from chime_expiration._synth.days import days_of
from chime_expiration.testing._template import TemplateSource, properties_of, resolved
from chime_expiration_handler.contract import policy_properties as names
from chime_expiration_handler.contract.properties import DAYS
from chime_expiration_handler.contract.user_patterns import EVERY_USER

_DEFAULTS: dict[str, Any] = {
    names.USERS: list(EVERY_USER),
    names.EXCEPT_USERS: [],
    names.NOTICE_DAYS: None,
    names.ENABLED: True,
}


def has_policy(
    source: TemplateSource,
    app_instance_arn: str | dict[str, Any],
    expire_after: Duration | int,
    *,
    users: Sequence[str] | None = None,
    except_users: Sequence[str] | None = None,
    notice: Duration | int | None = None,
    enabled: bool | None = None,
) -> None:
    """Assert that ``source`` declares a policy for the users of an AppInstance.

    :param source: A Stack, which is synthesized, a Template, or a template as a dict.
    :param app_instance_arn: The AppInstance: its ARN, the token that was passed to the policy, or
        the intrinsic function in the template.
    :param expire_after: The time after the creation of each user: a Duration, or whole days.
    :param users: The patterns. Default: not compared.
    :param except_users: The patterns of the excepted users, then the sorted ids of the users that
        ``AppInstanceUserExpiration`` declares in the same stack. Default: not compared.
    :param notice: The notice: a Duration, or whole days. Default: not compared.
    :param enabled: Whether the policy applies. Default: not compared.
    :raises AssertionError: The template does not declare it. The message shows the declared
        policies.
    :raises TypeError: ``source`` is not a template.
    :raises ValueError: ``expire_after`` or ``notice`` is a Duration that cannot be declared.
    """
    expected = {
        names.APP_INSTANCE_ARN: app_instance_arn,
        DAYS: _days(expire_after, "expire_after"),
        names.USERS: None if users is None else list(users),
        names.EXCEPT_USERS: None if except_users is None else list(except_users),
        names.NOTICE_DAYS: None if notice is None else _days(notice, "notice"),
        names.ENABLED: enabled,
    }
    wanted = {
        name: resolved(value, source) for name, value in expected.items() if value is not None
    }
    declared = [
        {name: policy.get(name, _DEFAULTS.get(name)) for name in expected}
        for policy in properties_of(source, names.POLICY_RESOURCE_TYPE)
    ]
    if not any(policy | wanted == policy for policy in declared):
        shown = "".join(f"\n  {_text(policy)}" for policy in declared)
        raise AssertionError(
            f"no policy with {_text(wanted)}; the template declares{shown or ' no policy'}"
        )


def _days(value: Duration | int, argument: str) -> int | float:
    return days_of(value, argument) if isinstance(value, Duration) else value


def _text(properties: dict[str, Any]) -> str:
    return json.dumps(properties, sort_keys=True)
