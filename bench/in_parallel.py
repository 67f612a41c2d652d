"""Work in processes of their own. Only for results that do not depend on the machine."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any


def in_parallel(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Call all jobs, one for each processor at a time, and return their results in order."""
    # A fork would copy the locks of other threads.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(mp_context=context) as pool:
        return [future.result() for future in [pool.submit(job) for job in jobs]]
