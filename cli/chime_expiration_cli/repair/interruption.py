"""Ends what many threads do."""

import threading


class InterruptedWaitError(Exception):
    """A wait was ended because no other call may start."""


class Interruption:
    """Is ``requested`` when no other call may start; safe to use from many threads."""

    def __init__(self) -> None:
        self._event = threading.Event()

    @property
    def is_requested(self) -> bool:
        return self._event.is_set()

    def request(self) -> None:
        """End all waits."""
        self._event.set()

    def pause(self, seconds: float) -> None:
        """Wait; raises InterruptedWaitError."""
        if self._event.wait(seconds):
            raise InterruptedWaitError
