"""Repairs many users at the same time, until Ctrl-C."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread

from chime_expiration_cli.repair.interruption import Interruption
from chime_expiration_cli.repair.outcome import Outcome, Result
from chime_expiration_cli.repair.proposal import UserRepair
from chime_expiration_cli.repair.user_writer import UserWriter

# A call takes 15 seconds at most (the client's time-outs). A write is a look and a call, and a look
# at a response that does not confirm it.
_CALLS_END_WITHIN_SECONDS = 45.0

_Results = SimpleQueue[tuple[int, Result | Exception]]


def write_users(
    repairs: Sequence[UserRepair],
    writer_for: Callable[[str], UserWriter],
    threads_per_region: int,
    interruption: Interruption,
    on_done: Callable[[], None] = lambda: None,
) -> list[Result]:
    """Write each user in the region of its ARN; the results are in the order of ``repairs``.

    Ctrl-C requests the ``interruption``. Then no call begins, and those that have begun end: the
    results say what was done. A second Ctrl-C does not wait for them.
    """
    by_region: dict[str, deque[int]] = {}
    for number, repair in enumerate(repairs):
        by_region.setdefault(repair.user.region, deque()).append(number)
    results: _Results = SimpleQueue()
    begun: set[int] = set()
    done: dict[int, Result] = {}
    try:
        for region, numbers in by_region.items():
            writer = writer_for(region)
            for _ in range(min(threads_per_region, len(numbers))):
                # Daemons: a second Ctrl-C ends the process although a thread waits for a response.
                Thread(
                    target=_write_all, args=(writer, repairs, numbers, begun, results), daemon=True
                ).start()
        while len(done) < len(repairs):
            _take(results.get(), done)
            on_done()
    except KeyboardInterrupt:
        interruption.request()
        _wait_for_calls(results, begun, done)
    except BaseException:
        interruption.request()
        raise
    return [
        done.get(number, Result(Outcome.NOT_KNOWN if number in begun else Outcome.NOT_DONE))
        for number in range(len(repairs))
    ]


def _wait_for_calls(results: _Results, begun: set[int], done: dict[int, Result]) -> None:
    deadline = time.monotonic() + _CALLS_END_WITHIN_SECONDS
    try:
        while begun - set(done):
            _take(results.get(timeout=max(deadline - time.monotonic(), 0.0)), done)
    except (KeyboardInterrupt, Empty):
        return


def _take(result: tuple[int, Result | Exception], done: dict[int, Result]) -> None:
    number, outcome = result
    if isinstance(outcome, Exception):
        raise outcome
    done[number] = outcome


def _write_all(
    writer: UserWriter,
    repairs: Sequence[UserRepair],
    numbers: deque[int],
    begun: set[int],
    results: _Results,
) -> None:
    while not writer.interruption.is_requested:
        try:
            number = numbers.popleft()
        except IndexError:
            return
        begun.add(number)
        try:
            results.put((number, writer.write(repairs[number])))
        except Exception as error:  # noqa: BLE001 - raised again in the main thread, which waits
            results.put((number, error))
