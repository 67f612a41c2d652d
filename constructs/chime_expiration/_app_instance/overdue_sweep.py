"""When it is certain that a sweep is missing."""

import re

from aws_cdk.aws_events import Schedule

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60}
# Any minutes and hours, but every day.
_CRON_OF_EVERY_DAY = re.compile(r"cron\(\S+ \S+ (\* \* \?|\? \* \*) \*\)")

_HOURS_OF_A_DAY = 24
# The longest that an alarm of CloudWatch looks back: seven days, in periods of an hour.
_MOST_HOURS = 7 * _HOURS_OF_A_DAY


def overdue_hours(schedule: Schedule) -> int | None:
    """The hours in which a sweep has to finish: two days, or twice the rate if that is longer.

    A schedule of every hour has two days as well: a sweep of many users takes hours, and those that
    start meanwhile end at once. None where the times are not known, or are too far apart for an
    alarm.
    """
    minutes = _most_minutes_between(schedule.expression_string)
    if minutes is None:
        return None
    # Round up to whole hours.
    hours = 2 * max(-(-minutes // 60), _HOURS_OF_A_DAY)
    return hours if hours <= _MOST_HOURS else None


def _most_minutes_between(expression: str) -> int | None:
    if rate := _RATE.fullmatch(expression):
        return int(rate[1]) * _MINUTES[rate[2]]
    return _MINUTES["day"] if _CRON_OF_EVERY_DAY.fullmatch(expression) else None
