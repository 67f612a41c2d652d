"""The rate of calls: it keeps to what is declared, and follows what the service allows."""

from chime_expiration_handler.contract.policy_properties import DEFAULT_CALLS_PER_SECOND
from chime_expiration_handler.service.rate_limiter import RateLimiter
from chime_expiration_handler.sweep.paces import Paces


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def limiter(clock: Clock, per_second: float) -> RateLimiter:
    return RateLimiter(per_second, monotonic=clock.monotonic, sleep=clock.sleep)


def test_the_default_rates_keep_within_the_quotas() -> None:
    # WHEN
    paces = Paces.of(DEFAULT_CALLS_PER_SECOND)

    # THEN
    rates = (paces.put.rate, paces.describe.rate, paces.list.rate)
    assert all(rate < quota for rate, quota in zip(rates, (10, 20, 10), strict=True))
    assert sum(rates) < 50


def test_calls_keep_to_the_rate() -> None:
    # GIVEN
    clock = Clock()
    eight = limiter(clock, 8)

    # WHEN
    for _ in range(81):
        eight.wait()

    # THEN
    assert clock.now == 10


def test_a_slow_call_does_not_lower_the_rate() -> None:
    # GIVEN
    clock = Clock()
    eight = limiter(clock, 8)

    # WHEN
    for _ in range(81):
        eight.wait()
        clock.now += 0.1

    # THEN
    assert clock.now < 10.2


def test_calls_that_are_refused_together_halve_the_rate_once() -> None:
    # GIVEN
    clock = Clock()
    eight = limiter(clock, 8)

    # WHEN
    for _ in range(4):
        eight.throttled()

    # THEN
    assert eight.rate == 4


def test_the_rate_recovers_with_successes_and_not_beyond_what_is_declared() -> None:
    # GIVEN
    clock = Clock()
    eight = limiter(clock, 8)
    eight.throttled()

    # WHEN
    rates = []
    for _ in range(30):
        eight.succeeded()
        rates.append(eight.rate)

    # THEN
    assert rates == sorted(rates)
    assert rates[0] < 5
    assert rates[-1] == 8


def test_a_low_rate_falls_no_further() -> None:
    # GIVEN
    clock = Clock()
    slow = limiter(clock, 0.01)

    # WHEN
    slow.throttled()

    # THEN
    assert slow.rate == 0.01


def test_a_rate_far_above_the_quota_falls_below_it() -> None:
    # GIVEN
    clock = Clock()
    fast = limiter(clock, 500)

    # WHEN
    for _ in range(10):
        clock.now += 2
        fast.throttled()

    # THEN
    assert fast.rate < 1


def test_the_rate_never_falls_to_nothing() -> None:
    # GIVEN
    clock = Clock()
    eight = limiter(clock, 8)

    # WHEN
    for _ in range(100):
        clock.now += 2
        eight.throttled()

    # THEN
    assert eight.rate >= 0.1
