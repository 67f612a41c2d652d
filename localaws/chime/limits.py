"""Rate limits: token buckets for each region, like the service's quotas."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

_PUT = "PutAppInstanceUserExpirationSettings"


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


class RateLimits:
    """Requests per second; the burst is the requests of one second.

    ``total_per_second`` is for all operations of a region together (documented: 50).
    ``put_per_second`` is for PutAppInstanceUserExpirationSettings, ``per_operation`` for others.
    A throttled call uses no token. ``monotonic`` returns the seconds.

    """

    def __init__(
        self,
        *,
        put_per_second: float | None = None,
        total_per_second: float | None = None,
        per_operation: dict[str, float] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rates = dict(per_operation or {})
        if put_per_second is not None:
            self._rates[_PUT] = put_per_second
        if total_per_second is not None:
            self._rates["*"] = total_per_second
        self._monotonic = monotonic
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._lock = threading.Lock()

    @classmethod
    def documented(cls, *, monotonic: Callable[[], float] = time.monotonic) -> Self:
        """Return the quotas of an account that has requested no increase.

        PutAppInstanceUserExpirationSettings has no line of its own: it gets the rate of the other
        calls that change a user.

        Source: Amazon Chime SDK endpoints and quotas, AWS General Reference.
        """
        return cls(
            put_per_second=10,
            total_per_second=50,
            per_operation={
                "CreateAppInstanceUser": 10,
                "DeleteAppInstanceUser": 10,
                "DescribeAppInstanceUser": 20,
                "ListAppInstanceAdmins": 10,
                "ListAppInstanceUsers": 10,
                "UpdateAppInstanceUser": 10,
            },
            monotonic=monotonic,
        )

    def admit(self, operation: str, region: str) -> bool:
        """Take a token for this call; return False if there is none."""
        names = [name for name in (operation, "*") if name in self._rates]
        with self._lock:
            now = self._monotonic()
            buckets = [self._filled(region, name, now) for name in names]
            if any(bucket.tokens < 1 for bucket in buckets):
                return False
            for bucket in buckets:
                bucket.tokens -= 1
            return True

    def _filled(self, region: str, name: str, now: float) -> _Bucket:
        rate = self._rates[name]
        capacity = max(rate, 1.0)
        bucket = self._buckets.setdefault((region, name), _Bucket(capacity, now))
        bucket.tokens = min(capacity, bucket.tokens + (now - bucket.filled_at) * rate)
        bucket.filled_at = now
        return bucket
