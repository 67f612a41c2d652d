"""A pool of threads in virtual time."""

import itertools
from collections.abc import Callable, Iterable
from typing import Any

from bench.policy.process import KilledError, Process
from localaws.standins.virtual_time import Signal, VirtualTime


def run_in_lanes(
    time: VirtualTime, process: Process, count: int, jobs: Iterable[Callable[[], Any]]
) -> list[Any]:
    """Call all jobs, ``count`` at a time, and return what each returned or raised.

    Raises KilledError once the process was killed.
    """
    results: dict[int, Any] = {}
    waiting = iter(enumerate(jobs))
    done, ended = Signal(time), itertools.count(1)

    def lane() -> None:
        try:
            for index, job in waiting:
                try:
                    results[index] = job()
                except Exception as error:  # noqa: BLE001 - the caller decides what it means
                    results[index] = error
        except KilledError:
            pass
        finally:
            if next(ended) == count:
                done.send()

    for _ in range(count):
        time.start(lane)
    done.wait()
    process.check()
    return [results[index] for index in sorted(results)]
