"""The sentences an operator reads in the stack's events.

CloudFormation shows them as the reason of a failure. crhelper keeps only the end of a reason over
256 characters, so each fits, whatever the length of the ARN, and ends with the fix.
"""

from chime_expiration_handler.arn import AppInstanceUserArn

LONGEST_REASON = 256


def immediate_expiration(user: AppInstanceUserArn, days: int, age_days: int) -> str:
    return _fitting(
        f"{days} days would delete {{}} at once: it is {age_days} days old",
        user,
        f"declare more than {age_days} days, or allow_immediate_expiration=True",
    )


def unknown_user(user: AppInstanceUserArn) -> str:
    return _fitting("there is no AppInstanceUser {}", user, "create it first, or mend the ARN")


def not_allowed(action: str, user: AppInstanceUserArn) -> str:
    return _fitting(
        f"not allowed: chime:{action} on {{}}",
        user,
        "check policy, boundary, SCP",
    )


def throttled(action: str, user: AppInstanceUserArn, attempts: int) -> str:
    return _fitting(
        f"{action} for {{}} was throttled {attempts} times until time ran out",
        user,
        "deploy again, or raise the quota",
    )


def conflict(action: str, user: AppInstanceUserArn, attempts: int) -> str:
    return _fitting(
        f"{action} for {{}} met a conflicting change {attempts} times",
        user,
        "deploy again",
    )


def no_success(action: str, user: AppInstanceUserArn, attempts: int, said: str) -> str:
    return _fitting(
        f"{action} for {{}} failed {attempts} times, last with {_shortened(said, 60)}",
        user,
        "deploy again",
    )


def refused(action: str, user: AppInstanceUserArn, said: str) -> str:
    return _fitting(
        f"{action} for {{}} was refused: {_shortened(said, 80)}",
        user,
        "mend the declaration",
    )


def stack_unknown(user: AppInstanceUserArn, said: str) -> str:
    return _fitting(
        f"{{}} is not cleared: ListStackResources, to see who has it by now, ended with {said}",
        user,
        "allow it, delete again",
    )


def invalid(problem: str) -> str:
    return _shortened(problem, LONGEST_REASON)


def _fitting(sentence: str, user: AppInstanceUserArn, fix: str) -> str:
    room = LONGEST_REASON - len(sentence.format("")) - len("; ") - len(fix)
    return f"{sentence.format(_shortened(str(user), room))}; {fix}"


def _shortened(text: str, most: int) -> str:
    """The beginning and the end of ``text``: both ends of an ARN say who is meant."""
    if len(text) <= most:
        return text
    head = (most - 1) // 2
    return f"{text[:head]}…{text[len(text) - (most - 1 - head) :]}"
