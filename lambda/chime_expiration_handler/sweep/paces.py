"""The rates of the calls of a policy."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from chime_expiration_handler.service.rate_limiter import RateLimiter

# The service allows 20 calls a second that describe a user, 10 that list them, and 10 that create,
# update or delete one (Amazon Chime SDK endpoints and quotas, AWS General Reference). It documents
# no quota for the calls that set an expiration: 10 is an assumption.
_DESCRIBES_PER_PUT = 2
_LISTS_PER_PUT = 1


@dataclass(frozen=True, slots=True)
class Paces:
    """One limiter for each of the service's quotas."""

    put: RateLimiter
    describe: RateLimiter
    list: RateLimiter

    @classmethod
    def of(
        cls,
        calls_per_second: float,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> Self:
        """The rates that belong to ``calls_per_second``, which is that of the settings."""

        def limiter(share: int) -> RateLimiter:
            return RateLimiter(calls_per_second * share, monotonic=monotonic, sleep=sleep)

        return cls(limiter(1), limiter(_DESCRIBES_PER_PUT), limiter(_LISTS_PER_PUT))
