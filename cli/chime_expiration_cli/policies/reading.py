"""What is read of one policy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from chime_expiration_cli.declared_policies import NotKnown
from chime_expiration_handler.contract.ledger import Kind, Policy

NEWER_VERSION = "a newer version may have written it; use the version that the stack uses"
"""What to do about a table that cannot be understood."""


@dataclass(frozen=True, slots=True)
class Missing:
    """The policy's table, or its item in the table, does not exist."""

    reason: str


@dataclass(frozen=True, slots=True)
class FailedExecution:
    """An execution of the state machine that failed."""

    name: str
    stopped_at: datetime


@dataclass(frozen=True, slots=True)
class Executions:
    """Whether an execution is running, and the last one that failed in the past 90 days."""

    is_running: bool
    last_failed: FailedExecution | None


@dataclass(frozen=True, slots=True)
class LedgerCounts:
    """The users in the table, counted one by one, and what that has cost.

    ``owned`` can have days that the policy has set. ``next_expires_at`` is the earliest moment to
    come at which a user expires by the days that the policy has set, and ``expiring_soon`` is how
    many do so until a given moment. ``expirations`` are the users that expire on each day, in UTC.
    ``never`` are those that the policy has given no days. ``days_not_known`` are those of whom it
    does not know the days, such as those that others have set. ``other_kinds`` are users of
    a kind that only a newer version of the policy knows.
    """

    kinds: Mapping[Kind, int]
    owned: int
    expiring_soon: int
    next_expires_at: datetime | None
    expirations: Mapping[date, int]
    read_units: float
    seconds: float
    never: int = 0
    days_not_known: int = 0
    other_kinds: int = 0

    @property
    def users(self) -> int:
        return sum(self.kinds.values()) + self.other_kinds


@dataclass(frozen=True, slots=True)
class PolicyReading:
    """What AWS reports of one policy.

    ``dead_letters`` is None if the policy has no queue for them, ``ledger`` if it was not asked
    for.
    """

    item: Policy | Missing | NotKnown
    executions: Executions | NotKnown
    dead_letters: int | NotKnown | None
    ledger: LedgerCounts | NotKnown | None = None

    @property
    def not_known(self) -> Mapping[str, NotKnown]:
        """The values that are not known, by name."""
        values = {
            "policy": self.item,
            "executions": self.executions,
            "dead_letters": self.dead_letters,
            "ledger": self.ledger,
        }
        return {name: value for name, value in values.items() if isinstance(value, NotKnown)}
