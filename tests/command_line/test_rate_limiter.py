"""Calls are as fast as the rate allows, and not faster."""

from chime_expiration_cli.identity.rate_limiter import RateLimiter


class VirtualTime:
    """Time that passes only when ``advance`` is called."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


def rate_limiter(time: VirtualTime, per_second: float) -> RateLimiter:
    return RateLimiter(per_second, monotonic=time.monotonic, sleep=time.advance)


def test_many_calls_take_as_long_as_the_rate_requires() -> None:
    # GIVEN
    time = VirtualTime()
    limiter = rate_limiter(time, 20)

    # WHEN
    for _ in range(2000):
        limiter.wait()

    # THEN the first half second costs no time
    assert round(time.now - 100, 3) == 99.5


def test_a_few_calls_do_not_wait() -> None:
    # GIVEN
    time = VirtualTime()
    limiter = rate_limiter(time, 20)

    # WHEN
    for _ in range(10):
        limiter.wait()

    # THEN
    assert time.now == 100


def test_a_slow_response_does_not_lower_the_rate() -> None:
    # GIVEN
    time = VirtualTime()
    limiter = rate_limiter(time, 20)
    for _ in range(20):
        limiter.wait()
    before = time.now

    # WHEN a response takes less time than the interval between two calls
    time.advance(0.04)
    limiter.wait()

    # THEN
    assert round(time.now - before, 3) == 0.05


def test_a_long_pause_allows_only_half_a_second_of_calls_at_once() -> None:
    # GIVEN
    time = VirtualTime()
    limiter = rate_limiter(time, 20)
    time.advance(3600)

    # WHEN
    for _ in range(100):
        limiter.wait()

    # THEN
    assert round(time.now - 3700, 3) == 4.5


def test_a_rate_below_one_call_a_second_is_kept() -> None:
    # GIVEN
    time = VirtualTime()
    limiter = rate_limiter(time, 0.5)

    # WHEN
    for _ in range(3):
        limiter.wait()

    # THEN
    assert time.now == 104
