"""One step of the story, and what came out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from proof.users import Days


@dataclass(frozen=True)
class Step:
    """``expected`` and ``actual`` are the days of all users after the step.

    ``problems`` are sentences; the step passed if there are none.
    """

    name: str
    title: str
    commands: Sequence[str]
    expected: Days
    actual: Days
    seconds: float
    problems: Sequence[str] = field(default=())

    @property
    def passed(self) -> bool:
        """Return whether everything was as it must be."""
        return not self.problems


def differences(expected: Days, actual: Days) -> list[str]:
    """Return a sentence for each user that has other days than expected."""
    return [
        f"{user_id} must be: {_held(expected, user_id)}; is: {_held(actual, user_id)}"
        for user_id in sorted({*expected, *actual})
        if expected.get(user_id, "") != actual.get(user_id, "")
    ]


def _held(days: Days, user_id: str) -> str:
    if user_id not in days:
        return "missing"
    held = days[user_id]
    return "no expiration" if held is None else f"{held} days"
