"""A clock that many run against, one at a time: it moves only while all of them wait."""

import heapq
import itertools
import threading
from collections.abc import Callable, Sequence


class VirtualTime:
    """Runs functions side by side; `sleep` in one of them lets the others go on.

    Each is a thread, but never two at once, and who is next follows from the times alone: a run can
    be repeated.
    """

    def __init__(self) -> None:
        self._now = 0.0
        self._waiting: list[tuple[float, int, threading.Event]] = []
        self._order = itertools.count()
        self._all_done = threading.Event()

    def now(self) -> float:
        """Seconds since the beginning."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass for the caller."""
        turn = self._enqueue(seconds)
        self._wake_next()
        turn.wait()

    def run(self, functions: Sequence[Callable[[], None]]) -> None:
        """Start all functions at this moment, and return when the last one has ended."""
        for function in functions:
            turn = self._enqueue(0)
            threading.Thread(target=self._run_one, args=(turn, function), daemon=True).start()
        self._wake_next()
        self._all_done.wait()

    def _run_one(self, turn: threading.Event, function: Callable[[], None]) -> None:
        turn.wait()
        try:
            function()
        finally:
            self._wake_next()

    def _enqueue(self, seconds: float) -> threading.Event:
        turn = threading.Event()
        heapq.heappush(self._waiting, (self._now + seconds, next(self._order), turn))
        return turn

    def _wake_next(self) -> None:
        if not self._waiting:
            self._all_done.set()
            return
        self._now, _, turn = heapq.heappop(self._waiting)
        turn.set()
