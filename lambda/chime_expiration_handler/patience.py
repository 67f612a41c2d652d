"""How long a failed call is tried again, and how long to wait in between."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from chime_expiration_handler.failures import Kind

# Seconds from the first failure of a kind. A new policy is honoured within seconds, now and then
# most of a minute. Throttling is bounded by the function's time only: whoever waits, gets through.
_SECONDS_OF_PATIENCE = {
    Kind.NOT_ALLOWED: 60.0,
    Kind.CONFLICT: 60.0,
    Kind.SERVICE_FAULT: 120.0,
    Kind.UNREACHABLE: 120.0,
    Kind.NO_ANSWER: 120.0,
    Kind.THROTTLED: float("inf"),
}

# Half of each wait is chance, so that hundreds of functions do not come back together. At ten calls
# a second 490 of them are through after 55 seconds: less waiting only adds calls that are refused,
# more of it leaves the service idle at the end. `make bench` plays it through.
_FIRST_WAIT_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 10.0

# The last attempt may take as long as connecting and reading are given (see service_client); what
# is left after that is for the answer to CloudFormation.
CONNECT_SECONDS = 5
READ_SECONDS = 10
ANSWER_SECONDS = 5


@dataclass(slots=True)
class Patience:
    """Decides for one event whether there is time for another attempt.

    ``remaining_seconds`` tells how long the function may still run.
    """

    remaining_seconds: Callable[[], float]
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    uniform: Callable[[float, float], float] = random.uniform
    _first_failure: dict[Kind, float] = field(default_factory=dict)
    _waits: int = 0

    def wait(self, kind: Kind) -> bool:
        """Wait before the next attempt; answer False, at once, where none should follow."""
        patience = _SECONDS_OF_PATIENCE.get(kind)
        if patience is None:
            return False
        since = self.now() - self._first_failure.setdefault(kind, self.now())
        widest = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2**self._waits)
        pause = self.uniform(widest / 2, widest)
        if since + pause > patience or not self.has_time_for_an_attempt(after=pause):
            return False
        self._waits += 1
        self.sleep(pause)
        return True

    def has_time_for_an_attempt(self, after: float = 0) -> bool:
        """Whether an attempt that starts in ``after`` seconds ends before the function does."""
        needed = after + CONNECT_SECONDS + READ_SECONDS + ANSWER_SECONDS
        return self.remaining_seconds() > needed
