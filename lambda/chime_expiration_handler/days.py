"""How many days an AppInstanceUser may be given."""

from chime_expiration_handler.limits import MAX_EXPIRATION_DAYS, MIN_EXPIRATION_DAYS

ALLOWED_DAYS = f"{MIN_EXPIRATION_DAYS}-{MAX_EXPIRATION_DAYS} whole days"


def expiration_days(value: object) -> int:
    """The days in ``value``; CloudFormation hands numbers over as strings, so ``"30"`` is 30.

    Raises ValueError with the value and what is allowed (the ``ExpirationDays`` range of the
    service model, which the SDK's client checks only at its lower end).
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{value!r} is not a number of days: use {ALLOWED_DAYS}")
    try:
        number = float(value)
    except ValueError:
        raise ValueError(f"{value!r} is not a number of days: use {ALLOWED_DAYS}") from None
    if not number.is_integer() or not MIN_EXPIRATION_DAYS <= number <= MAX_EXPIRATION_DAYS:
        raise ValueError(f"{value} days cannot be set: use {ALLOWED_DAYS}")
    return int(number)
