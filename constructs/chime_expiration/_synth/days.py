"""The days of a declaration or a policy."""

from functools import lru_cache

from aws_cdk import Duration, Token

from chime_expiration_handler.contract.days import ALLOWED_DAYS, expiration_days

_FIX = f"use Duration.days(n) with {ALLOWED_DAYS}"

# Numbers that are tokens are encoded as huge negative numbers, which no Duration can be.
_HIGHEST_NUMBER_TOKEN = -1e200


def days_of(duration: Duration, argument: str = "expire_after") -> int | float:
    """The whole days in ``duration``, or the token of a number that is known at deployment.

    Raises TypeError and ValueError, which name the argument of the construct.
    """
    if not isinstance(duration, Duration):
        raise TypeError(f"{argument} is {duration!r}, not a Duration: {_FIX}")
    return _whole_days(duration, argument)


def is_number_token(number: float) -> bool:
    """Whether ``number`` stands for one that is known at deployment."""
    return number < _HIGHEST_NUMBER_TOKEN and Token.is_unresolved(number)


# Hundreds of declarations share one Duration, and each question to it is a call to the jsii kernel.
@lru_cache
def _whole_days(duration: Duration, argument: str) -> int | float:
    try:
        days = duration.to_days(integral=False)
    except RuntimeError as error:
        raise ValueError(
            f"{argument} is a token in a unit other than days, which cannot be converted: {_FIX}"
        ) from error
    if is_number_token(days):
        return days
    try:
        return expiration_days(days)
    except ValueError:
        raise ValueError(
            f"{argument} is {duration.to_human_string()} ({days:g} days): {_FIX}"
        ) from None
