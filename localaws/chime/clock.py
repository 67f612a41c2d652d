"""The service's time, which tests can move."""

import threading
from datetime import UTC, datetime, timedelta


class Clock:
    """Real time plus whatever `advance` added, or a fixed start given by `set`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the time, in UTC."""
        with self._lock:
            return datetime.now(UTC) + self._offset

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> None:
        """Move the clock forward, or back when negative."""
        with self._lock:
            self._offset += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)

    def set(self, moment: datetime) -> None:
        """Let it be `moment` now; time goes on from there. Raises ValueError without a zone."""
        if moment.tzinfo is None:
            raise ValueError("a clock needs a time with a zone")
        with self._lock:
            self._offset = moment - datetime.now(UTC)
