"""Checks of the arguments of a policy."""

from collections.abc import Sequence

from aws_cdk import Duration, Stack, Token

from chime_expiration._app_instance.new_users import NewUsers
from chime_expiration._synth.days import days_of, is_number_token
from chime_expiration._synth.declared_app_instance import DeclaredAppInstance
from chime_expiration._synth.identity import is_token
from chime_expiration_handler.contract import policy_properties
from chime_expiration_handler.contract.days import LEAST_NOTICE
from chime_expiration_handler.contract.user_patterns import (
    WILDCARD,
    UserPatterns,
    UserSelection,
)


def notice_days(
    notice: Duration | None, days: float, *, allow_immediate_expiration: bool
) -> int | float | None:
    """The whole days of ``notice``, their token, or None; ``days`` are those of ``expire_after``.

    Raises TypeError and ValueError.
    """
    if allow_immediate_expiration:
        if notice is not None:
            raise ValueError(
                "notice and allow_immediate_expiration=True contradict each other: remove one of "
                "them"
            )
        return None
    least: int | float = LEAST_NOTICE.days
    if notice is not None:
        least = days_of(notice, "notice")
    if not is_number_token(days) and not is_number_token(least) and days <= least:
        declared = (
            f"notice is {least:g} days" if notice is not None else "each user has a day of notice"
        )
        raise ValueError(
            f"expire_after is {days:g} days and {declared}, so not even a new user could be set: "
            "use a longer expire_after, or allow_immediate_expiration=True without notice"
        )
    return least if notice is not None else None


def selection(users: Sequence[str], except_users: Sequence[str]) -> UserSelection | None:
    """The selected users, or None if a pattern is known only at deployment.

    Raises TypeError and ValueError.
    """
    known = [
        _known_patterns(argument, patterns)
        for argument, patterns in {"users": users, "except_users": except_users}.items()
    ]
    if any(None in patterns for patterns in known):
        return None
    selected = UserSelection.parse(users, except_users)
    if selected.is_empty:
        raise ValueError(
            f"except_users {list(except_users)!r} excepts all users that {list(users)!r} can match,"
            " so the policy would be for nobody: change one of the two"
        )
    return selected


def selects_everybody(users: Sequence[str], except_users: Sequence[str]) -> bool:
    """Whether no user of the AppInstance is left out; admins do not count."""
    return not except_users and any(set(pattern) == {WILDCARD} for pattern in users)


def require_calls_per_second(rate: float) -> None:
    """Raise TypeError or ValueError if ``rate`` is neither a positive number nor a token."""
    if isinstance(rate, bool) or not isinstance(rate, int | float):
        raise TypeError(f"calls_per_second is {rate!r}, not a number: use a positive number")
    if not is_number_token(rate):
        policy_properties.calls_per_second(rate)


def require_new_users(new_users: NewUsers, app_instance: DeclaredAppInstance, stack: Stack) -> None:
    """Raise TypeError, or ValueError if the stack cannot receive the events of new users."""
    if not isinstance(new_users, NewUsers):
        raise TypeError(f"new_users is {new_users!r}: use NewUsers.AT_ONCE or NewUsers.BY_SWEEP")
    if new_users is NewUsers.BY_SWEEP or app_instance.parsed is None:
        return
    region = stack.region
    if not Token.is_unresolved(region) and region != app_instance.parsed.region:
        raise ValueError(
            f"the stack is in {region}, but the events of {app_instance.arn!r} are in "
            f"{app_instance.parsed.region}: declare the policy in a stack in "
            f"{app_instance.parsed.region}, or use new_users=NewUsers.BY_SWEEP"
        )


def require_policy_name(policy_name: str | None) -> None:
    """Raise TypeError or ValueError if ``policy_name`` cannot be a part of logical ids."""
    if policy_name is None:
        return
    if not isinstance(policy_name, str):
        raise TypeError(f"policy_name is {policy_name!r}, not a string: use a name, or None")
    if not policy_name or is_token(policy_name):
        raise ValueError(
            f"policy_name is {policy_name!r}: use a name that is not empty and not a token"
        )


def _known_patterns(argument: str, patterns: Sequence[str]) -> list[str | None]:
    """The patterns, with None for each token."""
    if patterns is None:
        raise TypeError(f"{argument} is None: leave it out for the default, or use a list")
    if isinstance(patterns, str) or not isinstance(patterns, Sequence):
        raise TypeError(f"{argument} is {patterns!r}, not a list: use [{patterns!r}]")
    known: list[str | None] = []
    for pattern in patterns:
        if not isinstance(pattern, str):
            raise TypeError(f"{argument} has {pattern!r}, not a string: use patterns of user ids")
        if Token.is_unresolved([pattern]) and not is_token(pattern):
            raise ValueError(
                f"{argument} is a token of a list: use a list of patterns, each of which may be a "
                "token"
            )
        known.append(None if is_token(pattern) else pattern)
    try:
        UserPatterns.parse([pattern for pattern in known if pattern is not None])
    except ValueError as error:
        raise ValueError(f"{argument}: {error}") from None
    return known
