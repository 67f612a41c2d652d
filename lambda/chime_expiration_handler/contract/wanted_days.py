"""The days that a rule gives to a user."""

from datetime import datetime, timedelta
from math import ceil

from chime_expiration_handler.contract.days import LEAST_NOTICE, expires_at
from chime_expiration_handler.contract.limits import MAX_EXPIRATION_DAYS
from chime_expiration_handler.contract.policy_properties import Rule

_DAY = timedelta(days=1)


def wanted_days(rule: Rule, created: datetime, now: datetime) -> int | None:
    """The days for a user that was created then, or None where it is overdue.

    The user is never deleted sooner than the notice, which is at least ``LEAST_NOTICE``, unless the
    rule allows it.
    """
    if rule.allow_immediate_expiration:
        return rule.days
    notice = LEAST_NOTICE if rule.notice_days is None else rule.notice_days * _DAY
    if expires_at(created, rule.days) >= now + notice:
        return rule.days
    if rule.notice_days is None:
        return None
    days = min(ceil((now - created) / _DAY) + rule.notice_days, MAX_EXPIRATION_DAYS)
    return days if expires_at(created, days) >= now + notice else None
