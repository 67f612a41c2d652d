"""The service's time, which tests can change."""

import threading
from datetime import UTC, datetime, timedelta


class Clock:
    """Real time plus an offset, which ``advance`` and ``set`` change."""

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
        """Move the clock forward, or back if negative."""
        with self._lock:
            self._offset += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)

    def set(self, moment: datetime) -> None:
        """Set the time; it continues from there. Raises ValueError without a time zone."""
        if moment.tzinfo is None:
            raise ValueError(f"{moment} has no time zone: use datetime(..., tzinfo=UTC)")
        with self._lock:
            self._offset = moment - datetime.now(UTC)
