"""Keeps calls below a rate, and as close to it as there are callers."""

import threading
import time
from collections.abc import Callable


class Pace:
    """Lets ``per_second`` calls pass each second; safe to use from many threads.

    Half a second's worth may pass at once after a pause. The service allows more, but its other
    callers use the same quota. What is sent is planned ahead, so slow answers cost nothing.
    """

    def __init__(
        self,
        per_second: float,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval = 1 / per_second
        self._headstart = max(0.5 - self._interval, 0.0)
        self._monotonic = monotonic
        self._sleep = sleep
        self._next = monotonic()
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when it is the caller's turn."""
        with self._lock:
            now = self._monotonic()
            planned = max(self._next, now)
            self._next = planned + self._interval
        pause = planned - self._headstart - now
        if pause > 0:
            self._sleep(pause)
