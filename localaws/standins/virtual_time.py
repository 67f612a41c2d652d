"""A clock for functions that run at once: it advances only while all of them wait."""

import heapq
import itertools
import threading
from collections.abc import Callable, Iterable
from math import inf


class _Turn:
    """The permission of one waiting function to go on."""

    def __init__(self) -> None:
        self.given = False
        self._lock = threading.Lock()
        self._lock.acquire()

    def give(self) -> None:
        self._lock.release()

    def wait(self) -> None:
        self._lock.acquire()


class VirtualTime:
    """Runs functions at once; ``sleep`` in one of them lets the others continue.

    Each function has a thread, but only one thread runs at a time. The order depends on the times
    only, so every run is the same.
    """

    def __init__(self) -> None:
        self._now = 0.0
        self._waiting: list[tuple[float, int, _Turn]] = []
        self._order = itertools.count()
        self._all_done = threading.Event()
        self._errors: list[BaseException] = []

    def now(self) -> float:
        """Seconds since the start."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass for the caller."""
        turn = _Turn()
        self._enqueue(turn, seconds)
        self._pass_on(turn)

    def start(self, function: Callable[[], None], after: float = 0) -> None:
        """Run ``function`` with the others, ``after`` so many seconds."""
        turn = _Turn()
        self._enqueue(turn, after)
        threading.Thread(target=self._run_one, args=(turn, function), daemon=True).start()

    def run(self, functions: Iterable[Callable[[], None]]) -> None:
        """Start all functions now, and return when the last one has ended.

        Raises the first exception that one of them raised.
        """
        self._all_done.clear()
        for function in functions:
            self.start(function)
        self._pass_on(None)
        self._all_done.wait()
        if self._errors:
            raise self._errors[0]

    def _run_one(self, turn: _Turn, function: Callable[[], None]) -> None:
        turn.wait()
        try:
            function()
        except BaseException as error:  # noqa: BLE001 - raised again by ``run``
            self._errors.append(error)
        finally:
            self._pass_on(None)

    def _enqueue(self, turn: _Turn, seconds: float) -> None:
        heapq.heappush(self._waiting, (self._now + seconds, next(self._order), turn))

    def _pass_on(self, own: _Turn | None) -> None:
        """Let the next function run, and wait for the turn of the caller, if it has one."""
        while self._waiting:
            moment, _, turn = heapq.heappop(self._waiting)
            if turn.given:
                # A signal has woken it before its time.
                continue
            turn.given = True
            self._now = max(self._now, moment)
            if turn is own:
                return
            turn.give()
            break
        else:
            self._all_done.set()
        if own:
            own.wait()


class Signal:
    """Wakes the functions that wait for it, in virtual time."""

    def __init__(self, time: VirtualTime) -> None:
        self._time = time
        self._turns: list[_Turn] = []

    def wait(self, seconds: float = inf) -> None:
        """Wait until the signal is sent, at most ``seconds``."""
        turn = _Turn()
        self._turns.append(turn)
        if seconds < inf:
            self._time._enqueue(turn, seconds)
        self._time._pass_on(turn)

    def send(self) -> None:
        """Wake every function that waits."""
        for turn in self._turns:
            if not turn.given:
                self._time._enqueue(turn, 0)
        self._turns.clear()
