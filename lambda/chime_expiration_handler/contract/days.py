"""The days after which an AppInstanceUser may expire."""

import re
from datetime import datetime, timedelta

from chime_expiration_handler.contract.limits import MAX_EXPIRATION_DAYS, MIN_EXPIRATION_DAYS

ALLOWED_DAYS = f"{MIN_EXPIRATION_DAYS}-{MAX_EXPIRATION_DAYS} whole days"

# `int` and `float` accept more: underscores, spaces, exponents, digits of any script. `int` fails
# with a message of its own for thousands of digits.
_DIGITS = re.compile(r"[0-9]{1,9}")

# Nobody is set to days that leave less time than this to notice a mistake. Chime SDK deletes an
# expired user within about six hours, so the deployment is over by then and nobody looks.
LEAST_NOTICE = timedelta(days=1)


def expiration_days(value: object) -> int:
    """The days in ``value``: CloudFormation sends numbers as strings, so ``"30"`` is 30.

    Raises ValueError with the value and what is allowed: the ``ExpirationDays`` range of the
    service model, of which the SDK's client checks the lower end only.
    """
    if isinstance(value, str):
        number = int(value) if _DIGITS.fullmatch(value) else None
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = int(value) if value == value // 1 else None
    else:
        number = None
    if number is None or not MIN_EXPIRATION_DAYS <= number <= MAX_EXPIRATION_DAYS:
        raise ValueError(f"{value!r} days cannot be set: use {ALLOWED_DAYS}")
    return number


def expires_at(created: datetime, days: int) -> datetime:
    """When a user that was created then expires."""
    return created + timedelta(days=days)


def is_too_soon(created: datetime, days: int, now: datetime) -> bool:
    """Whether these days delete the user sooner than ``LEAST_NOTICE`` from now."""
    return expires_at(created, days) < now + LEAST_NOTICE
