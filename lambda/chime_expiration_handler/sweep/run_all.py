"""Calls for many users at the same time, so that their latency does not limit the rate."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from typing import TypeVar

from chime_expiration_handler.service.identity_client import MOST_THREADS

Result = TypeVar("Result")

_SECONDS_PER_USER = 2


def run_all(
    calls_per_second: float, jobs: Sequence[Callable[[], Result]]
) -> list[Result | Exception]:
    """Call all ``jobs``, and return what each returned or raised."""
    if not jobs:
        return []
    threads = min(ceil(calls_per_second * _SECONDS_PER_USER), MOST_THREADS, len(jobs))
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(_result_of, jobs))


def _result_of(job: Callable[[], Result]) -> Result | Exception:
    try:
        return job()
    except Exception as error:  # noqa: BLE001 - the caller decides what each of them means
        return error
