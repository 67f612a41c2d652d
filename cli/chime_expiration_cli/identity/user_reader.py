"""Reads single users of one region."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chime_expiration_cli.credentials import raise_if_rejected
from chime_expiration_cli.identity.rate_limiter import RateLimiter
from chime_expiration_cli.identity.reading import AccessDenied, NotFound, ReadFailed, Reading
from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.days import expires_at
from chime_expiration_handler.service.failures import Failure, FailureKind, classify
from chime_expiration_handler.service.identity_client import DESCRIBE
from chime_expiration_handler.service.user_state import UserState

READ_ACTION = f"chime:{DESCRIBE}"
"""The IAM action that a read needs."""


def not_read(user: AppInstanceUserArn, reading: AccessDenied | ReadFailed) -> str:
    """What is said of a user that could not be read."""
    call = f"{READ_ACTION} on {user}"
    if isinstance(reading, AccessDenied):
        return f"access denied: {call}"
    return f"{call} failed: {reading.detail}"


_MAX_FAULTS = 6
_FIRST_WAIT_SECONDS = 0.25
_LONGEST_WAIT_SECONDS = 8.0

# If a region returns nothing usable for this long, the rest of its users are not read.
_REGION_TIMEOUT_SECONDS = 60.0


@dataclass
class UserReader:
    """Calls DescribeAppInstanceUser in one region, within the rate, and retries."""

    client: Any
    rate_limiter: RateLimiter
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    uniform: Callable[[float, float], float] = random.uniform
    _last_response: float | None = field(default=None, init=False)

    def read(self, user: AppInstanceUserArn) -> Reading:
        """Read one user. Raises CommandError only for what concerns all users: the credentials."""
        if self._last_response is None:
            self._last_response = self.monotonic()
        attempts = faults = 0
        detail = "the region did not respond for a minute"
        while not self._region_timed_out():
            self.rate_limiter.wait()
            try:
                reading: Reading | None = self._read_once(user)
            except Exception as error:  # noqa: BLE001 - botocore raises anything for an odd response
                failure = classify(error) or _unexpected(error)
                raise_if_rejected(failure, user.region)
                reading = _final(failure)
            if reading is not None:
                self._last_response = self.monotonic()
                return reading
            detail = failure.detail
            attempts += 1
            # Throttling is not counted: it ends when all callers wait longer. Any other fault may
            # affect this user only.
            faults += failure.kind is not FailureKind.THROTTLED
            if faults == _MAX_FAULTS:
                break
            longest = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2**attempts)
            self.sleep(self.uniform(0, longest))
        return ReadFailed(detail)

    def _read_once(self, user: AppInstanceUserArn) -> UserState:
        response = self.client.describe_app_instance_user(AppInstanceUserArn=str(user))
        state = UserState.parse(response)
        if state.days is not None:
            # Raises OverflowError for a creation time in the far future.
            expires_at(state.created, state.days)
        return state

    def _region_timed_out(self) -> bool:
        assert self._last_response is not None
        return self.monotonic() - self._last_response > _REGION_TIMEOUT_SECONDS


def _unexpected(error: Exception) -> Failure:
    return Failure(FailureKind.UNEXPECTED_RESPONSE, f"{type(error).__name__}: {error}")


def _final(failure: Failure) -> Reading | None:
    """The reading that ``failure`` means, or None if another attempt can succeed."""
    match failure.kind:
        case FailureKind.NOT_FOUND:
            return NotFound()
        case FailureKind.ACCESS_DENIED:
            return AccessDenied(failure.detail)
        # A Forbidden with an unknown text can mean anything: it does not prove that the user is
        # missing.
        case FailureKind.FORBIDDEN | FailureKind.REJECTED:
            return ReadFailed(failure.detail)
    return None
