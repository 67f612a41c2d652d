"""Ctrl-C and the other signals that end a program: they start the clean-up, and do not stop it."""

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """The program was told to end by a signal.

    Not a KeyboardInterrupt, after which ``subprocess`` does not wait for a child process.
    """

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal.Signals(signal_number).name)
        self.exit_status = 128 + signal_number


class Signals:
    """Raises Interrupted at the first signal, which begins the clean-up.

    During the clean-up, the first signal calls ``warn``, and the second one raises Interrupted. One
    object for both, so that there is no moment between them in which a signal ends the program.
    """

    def __init__(self, warn: Callable[[], None]) -> None:
        self._warn = warn
        self._cleaning_up = False
        self._warned = False
        self._previous: dict[signal.Signals, Any] = {}

    def begin_clean_up(self) -> None:
        """Warn at the next signal."""
        self._cleaning_up = True

    def __enter__(self) -> Self:
        self._previous = {number: signal.signal(number, self._receive) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handling in self._previous.items():
            signal.signal(number, handling)

    def _receive(self, signal_number: int, _: FrameType | None) -> None:
        if self._cleaning_up and not self._warned:
            self._warned = True
            self._warn()
            return
        self._cleaning_up = True
        raise Interrupted(signal_number)
