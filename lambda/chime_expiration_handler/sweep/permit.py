"""The permission to write: asked for before each call that changes a user."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from chime_expiration_handler.contract.ledger import INTENT_SETTLED_SECONDS
from chime_expiration_handler.sweep.table import (
    LEASE_SECONDS,
    LeaseLostError,
    PolicyTable,
    Progress,
)


class OutOfTimeError(Exception):
    """There is no time for another call."""


class Permit(Protocol):
    """Who may write, and until when."""

    @property
    def generation(self) -> int | None:
        """An intent is recorded only while the policy has this generation; None: not checked."""

    def check(self) -> None:
        """Return where a call may be made now; raise LeaseLostError or OutOfTimeError."""

    def remaining_seconds(self) -> float:
        """How long a call may be waited for."""


@dataclass(slots=True)
class SweepPermit:
    """The permit of a worker: its lease, renewed when less time is left than a call may take.

    One worker has the lease, so that the generation need not be checked at each write.
    """

    table: PolicyTable
    owner: str
    lease_generation: int
    until: float
    deadline: float
    progress: Callable[[], Progress]
    now: Callable[[], float] = time.time

    @property
    def generation(self) -> None:
        return None

    def check(self) -> None:
        """Renew the lease if needed; raise LeaseLostError, and OutOfTimeError."""
        while True:
            if self.now() > self.deadline:
                raise OutOfTimeError
            if self.until - self.now() >= INTENT_SETTLED_SECONDS:
                return
            # Again where the renewal itself took long.
            self.renew()

    def remaining_seconds(self) -> float:
        return self.deadline - self.now()

    def renew(self) -> None:
        """Renew the lease and record the progress; raise LeaseLostError."""
        began = self.now()
        self.table.renew(self.owner, self.lease_generation, self.progress())
        self.until = began + LEASE_SECONDS


@dataclass(frozen=True, slots=True)
class EventPermit:
    """The permit of an event, which has no lease."""

    table: PolicyTable
    generation: int
    deadline: float
    now: Callable[[], float] = time.time

    def check(self) -> None:
        """Raise LeaseLostError after a change of the policy, OutOfTimeError after the deadline."""
        policy = self.table.policy()
        if policy is None or policy.generation != self.generation:
            raise LeaseLostError
        if self.now() > self.deadline:
            raise OutOfTimeError

    def remaining_seconds(self) -> float:
        return self.deadline - self.now()
