"""How many users expire on each of the coming days."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

WEEKS = 6


@dataclass(frozen=True, slots=True)
class Day:
    """A day in UTC, and how many users expire on it in each group."""

    date: date
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days from today on, of which the first can have expirations that are over.

    ``groups`` are the names of the counts of each day. ``expired`` have expired and still exist,
    ``later`` expire after the last day. All count users once.
    """

    groups: tuple[str, ...]
    days: tuple[Day, ...]
    expired: int
    later: int

    @property
    def total(self) -> int:
        """How many users expire on these days."""
        return sum(day.total for day in self.days)

    @property
    def last(self) -> date:
        return self.days[-1].date


def calendar_of(
    groups: tuple[str, ...],
    expirations: Iterable[tuple[datetime, int]],
    now: datetime,
    counted: Mapping[date, int] | None = None,
) -> Calendar:
    """The calendar of the moments, each with the number of its group.

    ``counted`` are users of the last group, of whom only the day is known, today or later.
    """
    today = now.astimezone(UTC).date()
    dates = [today + timedelta(days=number) for number in range(7 * WEEKS)]
    counts: Counter[tuple[date, int]] = Counter()
    expired = later = 0
    for moment, group in expirations:
        day = moment.astimezone(UTC).date()
        if moment <= now:
            expired += 1
        elif day > dates[-1]:
            later += 1
        else:
            counts[day, group] += 1
    for day, number in (counted or {}).items():
        if day > dates[-1]:
            later += number
        else:
            counts[day, len(groups) - 1] += number
    return Calendar(
        groups,
        tuple(Day(day, tuple(counts[day, group] for group in range(len(groups)))) for day in dates),
        expired,
        later,
    )
