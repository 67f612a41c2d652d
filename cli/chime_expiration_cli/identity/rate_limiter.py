"""Limits the rate of calls that many threads make."""

import threading
import time
from collections.abc import Callable


class RateLimiter:
    """Allows ``per_second`` calls each second; safe to use from many threads.

    After a pause, the calls of half a second may start at once. The service allows more, but other
    callers share its quota. The start of each call is planned, so a slow response does not lower
    the rate.
    """

    def __init__(
        self,
        per_second: float,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval = 1 / per_second
        self._burst_seconds = max(0.5 - self._interval, 0.0)
        self._monotonic = monotonic
        self._sleep = sleep
        self._next = monotonic()
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when the next call may start."""
        with self._lock:
            now = self._monotonic()
            planned = max(self._next, now)
            self._next = planned + self._interval
        pause = planned - self._burst_seconds - now
        if pause > 0:
            self._sleep(pause)
