"""The schedule of the sweeps of a policy."""

import re
from datetime import timedelta

# "rate(value unit)": Schedule expressions, Amazon EventBridge User Guide.
_RATE = re.compile(r"rate\(\s*([1-9][0-9]{0,5})\s+(minute|hour|day)s?\s*\)")


def interval_of(expression: str) -> timedelta | None:
    """The time from one sweep to the next, or None if the expression is not a rate."""
    match = _RATE.fullmatch(expression.strip())
    return timedelta(**{f"{match[2]}s": int(match[1])}) if match else None
