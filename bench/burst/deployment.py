"""One stack with many declarations, deployed against the service's quotas."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from unittest import mock

from bench.burst.virtual_time import VirtualTime
from bench.burst.wireless_client import wireless_client
from chime_expiration_handler.identity_service import IdentityService
from chime_expiration_handler.lifecycle import Lifecycle, LifecycleError
from chime_expiration_handler.patience import Patience
from localaws.chime import ChimeIdentity, RateLimits

ALL_CALLS_PER_SECOND = 50.0
"""All Identity operations of an account together, in one region (documented)."""

_FUNCTION_SECONDS = 300.0


@dataclass(frozen=True)
class Outcome:
    """What came of a deployment."""

    seconds: float
    failures: int
    wasted_calls: int


def with_our_patience(users: int, sets_per_second: float, seed: int) -> Outcome:
    """Every function waits as `chime_expiration_handler.patience` says."""
    chance = random.Random(seed)

    def patience(time: VirtualTime) -> Patience:
        return Patience(
            lambda: _FUNCTION_SECONDS - time.now(), time.sleep, time.now, chance.uniform
        )

    one_attempt = {"mode": "standard", "total_max_attempts": 1}
    return _deploy(users, sets_per_second, one_attempt, patience)


def with_legacy_retries(users: int, sets_per_second: float, seed: int) -> Outcome:
    """Every function leaves retries to boto3 as it comes: mode `legacy`, five attempts."""
    random.seed(seed)

    def no_patience(_: VirtualTime) -> Patience:
        return Patience(lambda: 0)

    return _deploy(users, sets_per_second, {"mode": "legacy"}, no_patience)


def _deploy(
    users: int,
    sets_per_second: float,
    retries: dict[str, object],
    patience: Callable[[VirtualTime], Patience],
) -> Outcome:
    time = VirtualTime()
    chime = ChimeIdentity()
    app_instance = chime.create_app_instance()
    chime.limits = RateLimits(
        put_per_second=sets_per_second,
        total_per_second=ALL_CALLS_PER_SECOND,
        monotonic=time.now,
    )
    client = wireless_client(chime, time.sleep, retries)
    failures: list[LifecycleError] = []

    def create(user: str) -> Callable[[], None]:
        lifecycle = Lifecycle(lambda _: IdentityService(client, patience(time)))
        event = {"ResourceProperties": {"AppInstanceUserArn": user, "ExpirationDays": "30"}}

        def run() -> None:
            try:
                lifecycle.create(event, SimpleNamespace())
            except LifecycleError as failure:
                failures.append(failure)

        return run

    arns = [chime.create_user(app_instance, f"guest-{number:03}") for number in range(users)]
    with _botocore_sleeping(time.sleep):
        time.run([create(arn) for arn in arns])
    wasted = [call for call in chime.calls if not call.succeeded]
    return Outcome(time.now(), len(failures), len(wasted))


@contextmanager
def _botocore_sleeping(sleep: Callable[[float], Any]) -> Iterator[None]:
    with mock.patch("botocore.endpoint.time", SimpleNamespace(sleep=sleep)):
        yield
