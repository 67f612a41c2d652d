"""How many Puts a second are not throttled."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any

from botocore.exceptions import ClientError

from proof.answer import Answer
from proof.place import Place
from proof.questions.calls import SET, create_user

RATES = (5, 10, 15, 20, 25)
"""Calls a second. All operations of an account have 50 together, which others need too."""

_USERS = 5
_THREADS = 16
_NEAR = 0.8
_SECONDS = 5
"""More than the calls of a second, which an idle client may make at once."""

Call = Callable[[], bool]
Runner = Callable[[Place, int, Sequence[Call]], float | None]
"""Makes calls at a rate; returns the rate that was reached, or None if one was throttled."""


def put_rate(place: Place) -> Answer:
    """Return the highest rate without a 429 and the first one with; None if there was none."""
    return put_rate_with(place, in_threads)


def put_rate_with(place: Place, run: Runner) -> Answer:
    """Ask, with somebody else's way to make the calls."""
    arns = [create_user(place, f"rate-{number}") for number in range(1, _USERS + 1)]
    chime = place.client(
        "chime-sdk-identity", retries={"total_max_attempts": 1}, max_pool_connections=_THREADS
    )
    not_throttled_at: int | None = None
    for rate in RATES:
        calls = [_call(chime, arns[index % _USERS]) for index in range(rate * _seconds(place))]
        reached = run(place, rate, calls)
        if reached is None:
            return _answer(not_throttled_at, throttled_at=rate)
        if reached < _NEAR * rate:
            return Answer(
                "put_rate",
                reason=f"this machine made {reached:.1f} of {rate} calls a second, none of which "
                "was throttled: run it nearer to the region",
            )
        not_throttled_at = rate
        # The quota of a second is full again.
        place.wait(1)
    return _answer(not_throttled_at, throttled_at=None)


def in_threads(place: Place, rate: int, calls: Sequence[Call]) -> float | None:
    """Make calls at a rate, and no more of them after one was throttled."""
    started = monotonic()
    with ThreadPoolExecutor(_THREADS) as pool:
        running = []
        for index, call in enumerate(calls):
            place.wait(max(0.0, started + index / rate - monotonic()))
            running.append(pool.submit(call))
            if any(each.done() and not each.result() for each in running):
                break
        succeeded = [each.result() for each in running]
    return len(succeeded) / (monotonic() - started) if all(succeeded) else None


def _seconds(place: Place) -> int:
    return 3 if place.is_local else _SECONDS


def _answer(not_throttled_at: int | None, *, throttled_at: int | None) -> Answer:
    return Answer("put_rate", {"not_throttled_at": not_throttled_at, "throttled_at": throttled_at})


def _call(chime: Any, arn: str) -> Call:
    def call() -> bool:
        try:
            chime.put_app_instance_user_expiration_settings(
                AppInstanceUserArn=arn, ExpirationSettings=SET
            )
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 429:
                return False
            raise
        return True

    return call
