"""The permit of a worker: enough of the lease is left for a call."""

import pytest

from chime_expiration_handler.contract.ledger import INTENT_SETTLED_SECONDS
from chime_expiration_handler.sweep.permit import OutOfTimeError, SweepPermit
from chime_expiration_handler.sweep.table import LEASE_SECONDS, LeaseLostError, Progress
from sweep.calm_policy import CalmPolicy


class SlowRenewals:
    """A policy whose lease a worker has; each renewal takes the next number of seconds."""

    def __init__(self, *seconds: float, deadline: float = 600) -> None:
        self.policy = CalmPolicy()
        self.seconds = list(seconds)
        self.policy.table.acquire("worker", "sweep", 1, begins=True)
        now = self.policy.now()
        self.permit = SweepPermit(
            self.policy.table,
            "worker",
            1,
            until=now + LEASE_SECONDS,
            deadline=now + deadline,
            progress=self._progress,
            now=self.policy.now,
        )

    def _progress(self) -> Progress:
        # A renewal begins before it asks for the progress.
        self.policy.sleep(self.seconds.pop(0) if self.seconds else 0)
        return Progress({}, "")

    @property
    def left(self) -> float:
        return self.permit.until - self.policy.now()


def test_a_lease_is_renewed_when_too_little_of_it_is_left() -> None:
    # GIVEN
    slow = SlowRenewals()
    slow.policy.sleep(LEASE_SECONDS - INTENT_SETTLED_SECONDS + 1)

    # WHEN
    slow.permit.check()

    # THEN
    assert slow.left == LEASE_SECONDS


def test_a_renewal_that_took_long_is_repeated() -> None:
    # GIVEN
    slow = SlowRenewals(35, 50, 1)
    slow.policy.sleep(80)

    # WHEN
    slow.permit.check()

    # THEN
    assert slow.left == LEASE_SECONDS - 1


def test_renewals_that_all_take_long_end_the_chunk() -> None:
    # GIVEN
    slow = SlowRenewals(*[50] * 100)
    slow.policy.sleep(80)

    # THEN
    with pytest.raises(OutOfTimeError):
        slow.permit.check()


def test_a_lease_that_somebody_else_has_is_lost() -> None:
    # GIVEN
    slow = SlowRenewals()
    slow.policy.sleep(LEASE_SECONDS + 1)
    assert slow.policy.table.acquire("other", "other sweep", 1, begins=True)

    # THEN
    with pytest.raises(LeaseLostError):
        slow.permit.check()
