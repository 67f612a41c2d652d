"""How far the sweep of a policy is, and when it ends."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from chime_expiration_cli.declared_policies import NotKnown
from chime_expiration_cli.policies.reading import Executions
from chime_expiration_handler.contract.ledger import Mode, Policy

WORKER_STARTS_WITHIN = timedelta(minutes=4)
"""The state machine retries at least every two minutes, and a worker waits up to two minutes for
the lease of the one before it."""

_LEAST_MEASURED = timedelta(seconds=30)
# Retries, and the pauses from one worker to the next.
_SLOWER = 1.1


class SweepState(Enum):
    """What the last sweep of a policy is doing."""

    NOT_BEGUN = "not begun"
    RUNNING = "running"
    STALLED = "stalled"
    """It has not renewed its lease. The state machine starts another worker."""
    STOPPED = "stopped"
    """It has not ended, and no execution of the state machine continues it."""
    FINISHED = "finished"
    FAILED = "failed"

    @property
    def has_ended(self) -> bool:
        return self in (SweepState.FINISHED, SweepState.FAILED)

    @property
    def until_when(self) -> str:
        """What limits the counts of users: they are of all of them only after the whole list."""
        if self is SweepState.FAILED:
            return " until it failed"
        return "" if self is SweepState.FINISHED else " so far"


@dataclass(frozen=True, slots=True)
class Sweep:
    """The last sweep of a policy, which can be running.

    ``users`` is how many it has counted until ``updated_at``, ``expected_users`` how many it will
    have counted at its end, or None if that is not known. ``previous_finished_at`` is when the
    sweep before a running one ended. ``ends_between`` is None if the end is not known.
    """

    state: SweepState
    began_at: datetime | None
    updated_at: datetime | None
    finished_at: datetime | None
    previous_finished_at: datetime | None
    users: int
    expected_users: int | None
    users_per_second: float | None
    ends_between: tuple[datetime, datetime] | None

    @property
    def has_counted(self) -> bool:
        """Whether ``users`` tells something: a sweep that fails to list them counts nobody."""
        return self.users > 0 or self.state is not SweepState.FAILED


def sweep_of(
    item: Policy,
    executions: Executions | NotKnown,
    left_to_clear: int | None,
    calls_per_second: float,
    now: datetime,
) -> Sweep:
    """The last sweep. ``left_to_clear`` is None if the ledger was not counted."""
    began, updated, finished = map(_moment, (item.started, item.updated, item.finished))
    users = sum(item.counts.values())
    state = _state(item, executions, now)
    expected = None if state.has_ended else _expected(item, users, left_to_clear)
    if state is SweepState.FINISHED:
        expected = users
    rate = None
    if state is SweepState.RUNNING and began and updated and updated - began >= _LEAST_MEASURED:
        rate = users / (updated - began).total_seconds()
    return Sweep(
        state=state,
        began_at=began,
        updated_at=updated,
        finished_at=finished if state.has_ended else None,
        previous_finished_at=None if state.has_ended else finished,
        users=users,
        expected_users=expected,
        users_per_second=rate,
        ends_between=_end(users, expected, rate, calls_per_second, updated, now),
    )


def _state(item: Policy, executions: Executions | NotKnown, now: datetime) -> SweepState:
    if item.finished is not None and item.finished >= (item.started or 0):
        return SweepState.FAILED if item.error else SweepState.FINISHED
    lease_until = _moment(item.lease.until if item.lease else None)
    if lease_until and lease_until >= now:
        return SweepState.NOT_BEGUN if item.started is None else SweepState.RUNNING
    last_sign = _moment(item.sent or None if item.started is None else item.updated)
    is_recent = last_sign is not None and now - last_sign <= WORKER_STARTS_WITHIN
    if isinstance(executions, Executions) and not executions.is_running and not is_recent:
        return SweepState.STOPPED
    if item.started is None:
        return SweepState.NOT_BEGUN
    # Between two workers nobody has the lease. One that was killed leaves its own behind.
    return SweepState.RUNNING if lease_until is None and is_recent else SweepState.STALLED


def _expected(item: Policy, users: int, left_to_clear: int | None) -> int | None:
    if item.mode is Mode.CLEAR:
        return None if left_to_clear is None else users + left_to_clear
    # More users than last time: nobody knows how many more.
    return item.users if item.users is not None and item.users >= users else None


def _end(
    users: int,
    expected: int | None,
    rate: float | None,
    calls_per_second: float,
    updated: datetime | None,
    now: datetime,
) -> tuple[datetime, datetime] | None:
    """Between the rate so far and the declared one, at which every user needs a call."""
    if not rate or expected is None or updated is None:
        return None
    rest = expected - users
    seconds = sorted((rest / rate, rest / calls_per_second))
    try:
        earliest = updated + timedelta(seconds=seconds[0])
        latest = updated + timedelta(seconds=seconds[1] * _SLOWER)
    except OverflowError:
        # Any positive rate can be declared, also one that needs thousands of years.
        return None
    if latest <= now:
        return None
    return max(earliest, now), latest


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
