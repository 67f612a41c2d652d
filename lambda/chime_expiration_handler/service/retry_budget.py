"""How long a failed call is retried, and how long to wait in between."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from chime_expiration_handler.service.failures import FailureKind

# Seconds from the first failure of a kind. IAM changes take effect within seconds, at worst a
# minute. Throttled calls are retried until the function is nearly out of time.
_RETRIED_FOR_SECONDS = {
    FailureKind.ACCESS_DENIED: 60.0,
    FailureKind.CONFLICT: 60.0,
    FailureKind.SERVICE_FAULT: 120.0,
    FailureKind.UNREACHABLE: 120.0,
    FailureKind.NO_RESPONSE: 120.0,
    FailureKind.UNEXPECTED_RESPONSE: 30.0,
    FailureKind.THROTTLED: float("inf"),
}

# Half of each wait is random, so that hundreds of functions do not retry at the same moment. At ten
# calls a second all 490 have succeeded after 55 seconds: shorter waits only add calls that are
# refused, longer ones leave the service idle at the end. `make bench` simulates it. The command
# line waits less (UserReader): there one process sends all calls and keeps the rate itself.
_FIRST_WAIT_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 10.0

# The last attempt may take as long as the client's time-outs for connecting and reading allow (see
# `identity_client`). What is left after that has to be enough to correct a late write (see
# `late_write`) and to respond to CloudFormation.
CONNECT_SECONDS = 5
READ_SECONDS = 10
RESERVED_SECONDS = 60
_RESPONSE_SECONDS = 5


# CloudFormation is asked until this much earlier, so that a write that it does not confirm can be
# taken back, although hundreds of functions do so at the same time.
UNDO_SECONDS = 60


@dataclass(slots=True)
class RetryBudget:
    """Decides for one event whether there is time for another attempt.

    ``remaining_seconds`` returns how long the function may still run.
    """

    remaining_seconds: Callable[[], float]
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    uniform: Callable[[float, float], float] = random.uniform
    reserved_seconds: float = RESERVED_SECONDS
    _first_failure: dict[FailureKind, float] = field(default_factory=dict)
    _waits: int = 0

    def wait(self, kind: FailureKind) -> bool:
        """Wait before the next attempt; return False, at once, where there should be none."""
        retried_for = _RETRIED_FOR_SECONDS.get(kind)
        if retried_for is None:
            return False
        since = self.now() - self._first_failure.setdefault(kind, self.now())
        longest = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2**self._waits)
        pause = self.uniform(longest / 2, longest)
        if since + pause > retried_for or not self.has_time_for_an_attempt(after=pause):
            return False
        self._waits += 1
        self.sleep(pause)
        return True

    def ending_sooner(self, seconds: float) -> "RetryBudget":
        """Another budget, which leaves so many seconds more of the function's time."""
        return RetryBudget(
            lambda: self.remaining_seconds() - seconds, self.sleep, self.now, self.uniform
        )

    def for_correction(self) -> "RetryBudget":
        """Another budget, which may use the time that this one reserves for a correction."""
        return RetryBudget(
            self.remaining_seconds, self.sleep, self.now, self.uniform, _RESPONSE_SECONDS
        )

    def has_time_for_an_attempt(self, after: float = 0) -> bool:
        """Whether an attempt that starts in ``after`` seconds ends before the function does."""
        needed = after + CONNECT_SECONDS + READ_SECONDS + self.reserved_seconds
        return self.remaining_seconds() > needed
