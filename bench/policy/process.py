"""A process in virtual time that may be killed."""

from collections.abc import Callable
from math import inf
from typing import Any

from localaws.standins.virtual_time import VirtualTime


class KilledError(BaseException):
    """The process is not there any more. No ``except Exception`` catches it."""


class Process:
    """Makes calls until it is killed, at a moment of the virtual time."""

    def __init__(self, time: VirtualTime, killed_at: float = inf) -> None:
        self._time = time
        self._killed_at = killed_at

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass; raise KilledError at the moment at which the process is killed."""
        self._time.sleep(max(min(seconds, self._killed_at - self._time.now()), 0))
        self.check()

    def check(self) -> None:
        """Raise KilledError where the process was killed."""
        if self._time.now() >= self._killed_at:
            raise KilledError


class SlowClient:
    """A client whose calls take some seconds, half of them before their effect.

    A process that is killed during a call does not learn what came of it.
    """

    def __init__(self, client: Any, process: Process, seconds: float) -> None:
        self._client = client
        self._process = process
        self._seconds = seconds

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        call = getattr(self._client, operation)

        def slow(**parameters: Any) -> Any:
            self._process.sleep(self._seconds / 2)
            try:
                return call(**parameters)
            finally:
                self._process.sleep(self._seconds / 2)

        # The next call finds it without coming here.
        setattr(self, operation, slow)
        return slow
