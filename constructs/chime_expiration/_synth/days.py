"""The days of a declaration."""

from functools import lru_cache

from aws_cdk import Duration, Token

from chime_expiration_handler.contract.days import ALLOWED_DAYS, expiration_days

_FIX = f"use Duration.days(n) with {ALLOWED_DAYS}"

# Numbers that are tokens are encoded as huge negative numbers, which no Duration can be.
_HIGHEST_NUMBER_TOKEN = -1e200


def days_of(expire_after: Duration) -> int | float:
    """The whole days in ``expire_after``, or the token of a number that is known at deployment.

    Raises TypeError and ValueError.
    """
    if not isinstance(expire_after, Duration):
        raise TypeError(f"expire_after is {expire_after!r}, not a Duration: {_FIX}")
    return _whole_days(expire_after)


# Hundreds of declarations share one Duration, and each question to it is a call to the jsii kernel.
@lru_cache
def _whole_days(expire_after: Duration) -> int | float:
    try:
        days = expire_after.to_days(integral=False)
    except RuntimeError as error:
        raise ValueError(
            f"expire_after is a token in a unit other than days, which cannot be converted: {_FIX}"
        ) from error
    if days < _HIGHEST_NUMBER_TOKEN and Token.is_unresolved(days):
        return days
    try:
        return expiration_days(days)
    except ValueError:
        raise ValueError(
            f"expire_after is {expire_after.to_human_string()} ({days:g} days): {_FIX}"
        ) from None
