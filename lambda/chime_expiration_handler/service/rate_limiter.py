"""Limits the rate of calls that many threads make, and follows what the service allows."""

import threading
import time
from collections.abc import Callable
from math import inf

# After a pause, the calls of this time may start at once.
_BURST_SECONDS = 0.5
# Calls that were refused together lower the rate once.
_SECONDS_BETWEEN_CUTS = 1.0
_LOWEST_PER_SECOND = 0.125
_SHARE_REGAINED = 1 / 50


class RateLimiter:
    """Allows ``per_second`` calls each second; safe to use from many threads.

    The start of each call is planned, so a slow response does not lower the rate. A throttled call
    halves it, and each success regains a fiftieth of ``per_second``.
    """

    def __init__(
        self,
        per_second: float,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._full_rate = per_second
        self._rate = per_second
        self._monotonic = monotonic
        self._sleep = sleep
        self._next = monotonic()
        self._last_cut = float("-inf")
        self._lock = threading.Lock()

    @property
    def rate(self) -> float:
        """The calls that it allows each second at the moment."""
        return self._rate

    def wait(self, longest: float = inf) -> bool:
        """Return True when the next call may start; False, at once, where that takes longer."""
        with self._lock:
            now = self._monotonic()
            interval = 1 / self._rate
            burst = max(_BURST_SECONDS - interval, 0.0)
            planned = max(self._next, now - burst)
            if planned - now > longest:
                return False
            self._next = planned + interval
        if planned > now:
            self._sleep(planned - now)
        return True

    def throttled(self) -> None:
        """Slow down: the service has refused a call."""
        with self._lock:
            now = self._monotonic()
            if now - self._last_cut >= _SECONDS_BETWEEN_CUTS:
                self._last_cut = now
                self._rate = max(self._rate / 2, min(self._full_rate, _LOWEST_PER_SECOND))
                self._next = max(self._next, now + 1 / self._rate)

    def succeeded(self) -> None:
        """Speed up again, slowly."""
        with self._lock:
            self._rate = min(self._full_rate, self._rate + self._full_rate * _SHARE_REGAINED)
