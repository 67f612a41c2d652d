"""A clock for the local Chime that does not depend on how fast the machine is."""

from datetime import UTC, datetime, timedelta

from localaws.chime.clock import Clock


class StoppedClock(Clock):
    """A clock that moves only by ``advance``."""

    def __init__(self) -> None:
        super().__init__()
        self._moment = datetime.now(UTC)

    def now(self) -> datetime:
        return self._moment

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> None:
        self._moment += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
