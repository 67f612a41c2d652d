"""What a page shows, for every command. All texts are plain: the template escapes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chime_expiration_cli.page.calendar import Calendar


class Tone(StrEnum):
    """How much attention something needs, most first; the value is the name of its style."""

    PROBLEM = "problem"
    WARNING = "warning"
    GOOD = "good"
    NEUTRAL = "neutral"


_TONES = list(Tone)


@dataclass(frozen=True, slots=True)
class Label:
    """A word such as ``MODIFIED``, and its colour. The word is always shown."""

    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Count:
    """How many users have ``label``. A selection of the number searches for it."""

    label: Label
    number: int


@dataclass(frozen=True, slots=True)
class Problem:
    """What needs attention: whose, and what to do. ``place`` is the stack and its region."""

    label: Label
    subject: str
    place: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UserRow:
    """One user. ``expires`` says when; ``expires_at`` is None if it never does, or is not known."""

    user: str
    place: str
    label: Label
    before: str
    after: str
    expires_at: datetime | None
    expires: str
    is_soon: bool
    note: str


@dataclass(frozen=True, slots=True)
class Section:
    """A policy, and what is known of it: one or more texts for each name."""

    title: str
    place: str
    label: Label
    lines: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class StackRow:
    """One stack. ``text`` says what was found in it."""

    name: str
    region: str
    label: Label
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """The page.

    ``calendar_note`` says what the calendar lacks. ``columns`` are the headings of a row's label,
    ``before`` and ``after``.
    """

    title: str
    verdict: Label
    summary: str
    facts: Mapping[str, str]
    counts: tuple[Count, ...]
    problems: tuple[Problem, ...]
    calendar: Calendar
    calendar_note: str
    columns: tuple[str, str, str]
    users: tuple[UserRow, ...]
    policies: tuple[Section, ...]
    stacks: tuple[StackRow, ...]

    @property
    def counts_by_tone(self) -> list[Count]:
        return sorted(self.counts, key=lambda each: _TONES.index(each.label.tone))

    @property
    def problems_by_tone(self) -> list[Problem]:
        return sorted(self.problems, key=lambda each: _TONES.index(each.label.tone))

    @property
    def users_by_expiry(self) -> list[UserRow]:
        """Who expires first is first; those without a known expiry are last."""
        return sorted(self.users, key=_expiry)


def _expiry(row: UserRow) -> tuple[bool, float, str]:
    moment = row.expires_at
    return moment is None, moment.timestamp() if moment else 0.0, row.user
