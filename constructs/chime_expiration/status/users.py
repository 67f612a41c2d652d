"""What the service holds for each user."""

import random
import time
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chime_expiration.status.pace import Pace
from chime_expiration_handler.arn import AppInstanceUserArn
from chime_expiration_handler.failures import Failure, Kind, failure_of
from chime_expiration_handler.identity_service import DESCRIBE

ACTION = f"chime:{DESCRIBE}"

_MOST_FAULTS = 6
_FIRST_WAIT_SECONDS = 0.25
_LONGEST_WAIT_SECONDS = 8.0

# After so long without any answer from a region, nobody else waits for one.
_SILENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Held:
    """The user is there; ``days`` is None where its expiration is not set."""

    created: datetime
    days: int | None


@dataclass(frozen=True, slots=True)
class Gone:
    """There is no such user."""


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """Looking was not allowed; ``said`` is the service's answer."""

    said: str


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The service did not tell; ``said`` is the last that came of it."""

    said: str


Reading = Held | Gone | NotAllowed | NoAnswer


@dataclass
class RegionOfUsers:
    """DescribeAppInstanceUser in one region, within the pace, tried again where that can help."""

    client: Any
    pace: Pace
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    uniform: Callable[[float, float], float] = random.uniform
    _last_answer: float | None = field(default=None, init=False)

    def read(self, user: AppInstanceUserArn) -> Reading:
        """Ask for one user; never raises what the service or the network did."""
        if self._last_answer is None:
            self._last_answer = self.monotonic()
        attempts = faults = 0
        last = "no answer for a minute"
        while not self._is_silent():
            self.pace.wait()
            try:
                answer = self.client.describe_app_instance_user(AppInstanceUserArn=str(user))
            except Exception as error:
                failure = failure_of(error)
                if failure is None:
                    raise
            else:
                self._last_answer = self.monotonic()
                return _held(answer["AppInstanceUser"])
            reading = _final(failure)
            if reading is not None:
                self._last_answer = self.monotonic()
                return reading
            last = failure.said
            attempts += 1
            # Throttling ends when everybody waits longer; a fault may be this user's own.
            faults += failure.kind is not Kind.THROTTLED
            if faults == _MOST_FAULTS:
                break
            widest = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2**attempts)
            self.sleep(self.uniform(0, widest))
        return NoAnswer(last)

    def _is_silent(self) -> bool:
        assert self._last_answer is not None
        return self.monotonic() - self._last_answer > _SILENCE_SECONDS


def read_users(
    users: Collection[AppInstanceUserArn],
    region_of_users: Callable[[str], RegionOfUsers],
    threads_per_region: int,
    was_read: Callable[[], None] = lambda: None,
) -> dict[AppInstanceUserArn, Reading]:
    """Ask for every user in the region of its ARN, all regions at the same time."""
    readings: dict[AppInstanceUserArn, Reading] = {}
    with ExitStack() as closing:
        asked: dict[Future[Reading], AppInstanceUserArn] = {}
        for region, there in _by_region(users).items():
            reader = region_of_users(region)
            pool = ThreadPoolExecutor(threads_per_region)
            # Ctrl-C ends it without asking for the rest.
            closing.callback(pool.shutdown, cancel_futures=True)
            asked |= {pool.submit(reader.read, user): user for user in there}
        for future in as_completed(asked):
            readings[asked[future]] = future.result()
            was_read()
    return readings


def _by_region(users: Iterable[AppInstanceUserArn]) -> dict[str, list[AppInstanceUserArn]]:
    by_region: dict[str, list[AppInstanceUserArn]] = {}
    for user in dict.fromkeys(users):
        by_region.setdefault(user.region, []).append(user)
    return by_region


def _held(described: Any) -> Held:
    settings = described.get("ExpirationSettings") or {}
    created: datetime = described["CreatedTimestamp"]
    return Held(created.astimezone(UTC), settings.get("ExpirationDays"))


def _final(failure: Failure) -> Reading | None:
    match failure.kind:
        # Forbidden without a word on authorization is what the service says of a user that is gone.
        case Kind.GONE | Kind.FORBIDDEN:
            return Gone()
        case Kind.NOT_ALLOWED:
            return NotAllowed(failure.said)
        case Kind.REFUSED:
            return NoAnswer(failure.said)
    return None
