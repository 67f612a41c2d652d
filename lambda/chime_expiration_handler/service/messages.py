"""The messages that an operator reads in the stack's events.

CloudFormation shows them as the reason of a failure. crhelper keeps only the last 240 characters of
a reason over 256, so each message fits into 256, however long the ARN is, and ends with the fix.
"""

from datetime import timedelta
from math import ceil

from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.days import LEAST_NOTICE
from chime_expiration_handler.contract.limits import MAX_EXPIRATION_DAYS

LONGEST_REASON = 256

_DAY = timedelta(days=1)


def immediate_expiration(user: AppInstanceUserArn, days: int, age: timedelta) -> str:
    # Rounded up, and with a day more for a deployment that takes place tomorrow, so that the
    # number can be followed.
    age_days = ceil(age / _DAY)
    least = age_days + LEAST_NOTICE // _DAY + 1
    fix = f"declare {least} days or more, or allow_immediate_expiration=True"
    if least > MAX_EXPIRATION_DAYS:
        fix = "remove the declaration, or allow_immediate_expiration=True"
    return _fitting(
        f"{{}} is {age_days} days old, so {days} days would delete it within a day", user, fix
    )


def user_not_found(user: AppInstanceUserArn) -> str:
    return _fitting(
        "AppInstanceUser {} not found",
        user,
        "create it first, correct the ARN, or declare missing_user=MissingUser.IGNORE",
    )


def access_denied(action: str, user: AppInstanceUserArn) -> str:
    return _fitting(
        f"access denied: chime:{action} on {{}}",
        user,
        "check policy, boundary, SCP of the function's role",
    )


def throttled(action: str, user: AppInstanceUserArn, attempts: int) -> str:
    return _fitting(
        f"{action} for {{}} was throttled in {attempts} attempts",
        user,
        "deploy again, or request a higher quota",
    )


def conflict(action: str, user: AppInstanceUserArn, attempts: int) -> str:
    return _fitting(
        f"{action} for {{}} failed{_times(attempts)} with a conflict",
        user,
        "deploy again",
    )


def failed(action: str, user: AppInstanceUserArn, attempts: int, detail: str) -> str:
    last = f"{_times(attempts)}, last" if attempts > 1 else ""
    return _fitting(
        f"{action} for {{}} failed{last} with {_shortened(detail, 60)}",
        user,
        "deploy again",
    )


def rejected(action: str, user: AppInstanceUserArn, detail: str) -> str:
    return _fitting(
        f"{action} for {{}} was rejected: {_shortened(detail, 80)}",
        user,
        "fix the declaration",
    )


def forbidden(action: str, user: AppInstanceUserArn, detail: str) -> str:
    return _fitting(
        f"{action} for {{}} failed with {_shortened(detail, 80)}",
        user,
        "check that the user exists and that the role allows the action",
    )


def unexpected_response(action: str, user: AppInstanceUserArn, detail: str) -> str:
    return _fitting(
        f"unexpected response to {action} for {{}}: {_shortened(detail, 60)}",
        user,
        "check proxies and endpoints, then deploy again",
    )


def stack_lookup_denied(user: AppInstanceUserArn, action: str) -> str:
    return _fitting(
        f"access denied: cloudformation:{action} on the stack, needed for {{}}",
        user,
        "grant it, then deploy or delete again",
    )


def stack_lookup_failed(user: AppInstanceUserArn, action: str, detail: str) -> str:
    return _fitting(
        f"cloudformation:{action}, needed for {{}}, failed with {_shortened(detail, 60)}",
        user,
        "deploy or delete again",
    )


def not_started(detail: str) -> str:
    fix = "check the function's role, the table and the state machine, then deploy or delete again"
    return f"the sweep could not be started: {_shortened(detail, 120)}; {fix}"


def not_followed(detail: str) -> str:
    fix = "check the function's role and the table, then deploy or delete again"
    return f"the sweep goes on, but could not be followed: {_shortened(detail, 120)}; {fix}"


def invalid(problem: str) -> str:
    return _shortened(problem, LONGEST_REASON)


def _times(attempts: int) -> str:
    return f" {attempts} times" if attempts > 1 else ""


def _fitting(sentence: str, user: AppInstanceUserArn, fix: str) -> str:
    # Not `format`: what the service reported can contain braces.
    room = LONGEST_REASON - len(sentence.replace("{}", "", 1)) - len("; ") - len(fix)
    return f"{sentence.replace('{}', _shortened(str(user), room), 1)}; {fix}"


def _shortened(text: str, most: int) -> str:
    """The beginning and the end of ``text``, since both ends of an ARN identify the user."""
    if len(text) <= most:
        return text
    head = (most - 1) // 2
    return f"{text[:head]}…{text[len(text) - (most - 1 - head) :]}"
