"""As fast as allowed, and no faster."""

from chime_expiration.status.pace import Pace


class Time:
    """Passes when somebody sleeps, and when `pass_by` says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


def pace(time: Time, per_second: float) -> Pace:
    return Pace(per_second, monotonic=time.monotonic, sleep=time.pass_by)


def test_many_calls_take_as_long_as_the_rate_says():
    # GIVEN
    time = Time()
    calls = pace(time, 20)

    # WHEN
    for _ in range(2000):
        calls.wait()

    # THEN half a second's worth went first
    assert round(time.now - 100, 3) == 99.5


def test_a_few_calls_do_not_wait():
    # GIVEN
    time = Time()
    calls = pace(time, 20)

    # WHEN
    for _ in range(10):
        calls.wait()

    # THEN
    assert time.now == 100


def test_slow_answers_cost_no_turns():
    # GIVEN
    time = Time()
    calls = pace(time, 20)
    for _ in range(20):
        calls.wait()
    asked_at = time.now

    # WHEN the caller is busy for less than its next turn
    time.pass_by(0.04)
    calls.wait()

    # THEN
    assert round(time.now - asked_at, 3) == 0.05


def test_a_pause_is_no_credit_for_a_crowd():
    # GIVEN
    time = Time()
    calls = pace(time, 20)
    time.pass_by(3600)

    # WHEN
    for _ in range(100):
        calls.wait()

    # THEN
    assert round(time.now - 3700, 3) == 4.5


def test_a_rate_below_one_a_second_is_kept():
    # GIVEN
    time = Time()
    calls = pace(time, 0.5)

    # WHEN
    for _ in range(3):
        calls.wait()

    # THEN
    assert time.now == 104
