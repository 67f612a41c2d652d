"""What came of a user, and how many users of each kind a sweep has had."""

import threading
from collections.abc import Iterable, Mapping

from chime_expiration_handler.contract.ledger import Entry, Kind, Outcome

__all__ = ["Counts", "Outcome", "known_outcome"]

_KNOWN = {
    Kind.SET: Outcome.KEPT,
    Kind.LEFT_ALONE: Outcome.LEFT_ALONE,
    Kind.OVERDUE: Outcome.OVERDUE,
    Kind.FAILED: Outcome.FAILED,
    Kind.INTENDED: Outcome.UNSETTLED,
}


def known_outcome(entry: Entry | None, *, governed: bool) -> Outcome:
    """The outcome for a user that is not looked at."""
    return _KNOWN[entry.kind] if governed and entry else Outcome.NOT_GOVERNED


class Counts:
    """How many users had each outcome; safe to use from many threads."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = dict(counts)
        self._lock = threading.Lock()

    def add(self, outcomes: Iterable[Outcome]) -> None:
        with self._lock:
            for outcome in outcomes:
                self._counts[outcome] = self._counts.get(outcome, 0) + 1

    def reset(self, *outcomes: Outcome) -> None:
        with self._lock:
            for outcome in outcomes:
                self._counts.pop(outcome, None)

    def __getitem__(self, outcome: Outcome) -> int:
        return self._counts.get(outcome, 0)

    def as_dict(self) -> dict[str, int]:
        with self._lock:
            return {str(name): count for name, count in self._counts.items()}
