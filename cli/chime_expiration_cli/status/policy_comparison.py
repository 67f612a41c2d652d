"""Compares each declared policy with what the policy has done."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chime_expiration_cli.declared_policies import DeclaredPolicy, Denied, NotKnown
from chime_expiration_cli.declared_resources import DeploymentState
from chime_expiration_cli.policies.reading import LedgerCounts, Missing, PolicyReading
from chime_expiration_cli.policies.sweep import Sweep, SweepState, sweep_of
from chime_expiration_cli.status.drift_status import (
    DriftStatus,
    Judged,
    NotCheckedReason,
    PolicyDifference,
)
from chime_expiration_cli.status.schedule import interval_of
from chime_expiration_handler.contract.ledger import Mode, Outcome, Policy
from chime_expiration_handler.contract.policy_properties import (
    DEFAULT_CALLS_PER_SECOND,
    PolicyProperties,
)

# A sweep takes some time itself.
_LEAST_INTERVAL = timedelta(minutes=5)

_Result = DriftStatus | NotCheckedReason


@dataclass(frozen=True, slots=True)
class PolicyFinding(Judged):
    """The result for one policy.

    ``actual`` are the properties by which the policy acts, and ``sweep`` is its last sweep; both
    are None if its item is not known.
    """

    policy: DeclaredPolicy
    reading: PolicyReading
    actual: PolicyProperties | None
    sweep: Sweep | None
    differences: tuple[PolicyDifference, ...]
    result: _Result

    @property
    def item(self) -> Policy | None:
        return self.reading.item if isinstance(self.reading.item, Policy) else None

    @property
    def ledger(self) -> LedgerCounts | None:
        return self.reading.ledger if isinstance(self.reading.ledger, LedgerCounts) else None

    @property
    def is_drift(self) -> bool:
        """Whether the finding makes the exit status 1."""
        return self.drift_status not in (DriftStatus.IN_SYNC, DriftStatus.NOT_CHECKED)


def compare_policies(
    policies: Iterable[DeclaredPolicy],
    read: Callable[[DeclaredPolicy], PolicyReading],
    now: Callable[[], datetime],
) -> list[PolicyFinding]:
    """One finding for each policy, in their order.

    A failed clean-up has none if the policy's own sweep has cleared all users since.
    """
    findings = []
    for policy in policies:
        finding = compare_policy(policy, read(policy), now())
        if policy.deployment is not DeploymentState.CLEANUP_FAILED or not _is_cleared(finding):
            findings.append(finding)
    return findings


def compare_policy(policy: DeclaredPolicy, reading: PolicyReading, now: datetime) -> PolicyFinding:
    """The finding for one policy."""
    item = reading.item if isinstance(reading.item, Policy) else None
    actual = sweep = None
    differences: tuple[PolicyDifference, ...] = ()
    if item:
        actual = _actual(item)
        rate = actual.calls_per_second if actual else DEFAULT_CALLS_PER_SECOND
        ledger = reading.ledger if isinstance(reading.ledger, LedgerCounts) else None
        sweep = sweep_of(item, reading.executions, ledger.users if ledger else None, rate, now)
        differences = tuple(_differences(policy, reading, item, actual, sweep, now))
    return PolicyFinding(
        policy=policy,
        reading=reading,
        actual=actual,
        sweep=sweep,
        differences=differences,
        result=_judge(policy, reading, sweep, differences),
    )


def _actual(item: Policy) -> PolicyProperties | None:
    try:
        return PolicyProperties.parse(json.loads(item.properties))
    except (ValueError, TypeError):
        return None


def _differences(
    policy: DeclaredPolicy,
    reading: PolicyReading,
    item: Policy,
    actual: PolicyProperties | None,
    sweep: Sweep,
    now: datetime,
) -> Iterable[PolicyDifference]:
    expected = policy.expected
    mode = Mode.APPLY if expected and expected.enabled else Mode.CLEAR
    if expected and (expected != actual or mode is not item.mode):
        yield PolicyDifference.PROPERTIES_DIFFER
    if sweep.state is SweepState.FAILED:
        yield PolicyDifference.SWEEP_FAILED
    if sweep.state is SweepState.STOPPED:
        yield PolicyDifference.SWEEP_STOPPED
    if _is_overdue(policy, sweep, now):
        yield PolicyDifference.SWEEP_OVERDUE
    if item.counts.get(Outcome.FAILED):
        yield PolicyDifference.USERS_FAILED
    if (
        sweep.state is SweepState.FINISHED
        and item.mode is Mode.CLEAR
        and isinstance(reading.ledger, LedgerCounts)
        and reading.ledger.owned
    ):
        yield PolicyDifference.USERS_NOT_CLEARED
    if isinstance(reading.dead_letters, int) and reading.dead_letters:
        yield PolicyDifference.DEAD_LETTERS


def _is_overdue(policy: DeclaredPolicy, sweep: Sweep, now: datetime) -> bool:
    """Whether no sweep has ended for twice the time that the schedule names."""
    interval = None if isinstance(policy.schedule, NotKnown) else interval_of(policy.schedule)
    if interval is None or not sweep.state.has_ended or sweep.finished_at is None:
        return False
    return now - sweep.finished_at > 2 * max(interval, _LEAST_INTERVAL)


def _judge(
    policy: DeclaredPolicy,
    reading: PolicyReading,
    sweep: Sweep | None,
    differences: tuple[PolicyDifference, ...],
) -> _Result:
    match policy.deployment:
        case DeploymentState.BEING_REMOVED:
            return NotCheckedReason.BEING_REMOVED
        case DeploymentState.NOT_CREATED:
            return NotCheckedReason.NOT_CREATED
        case DeploymentState.CLEANUP_FAILED:
            return DriftStatus.ORPHANED
    match reading.item:
        case Missing():
            return DriftStatus.DELETED
        case Denied():
            return NotCheckedReason.ACCESS_DENIED
        case NotKnown() if policy.app_instance and policy.table_name:
            return NotCheckedReason.READ_FAILED
        case NotKnown():
            return NotCheckedReason.UNRESOLVED
    if differences:
        is_in_progress = policy.stack.is_in_progress
        return NotCheckedReason.IN_PROGRESS if is_in_progress else DriftStatus.MODIFIED
    if policy.expected is None:
        return NotCheckedReason.UNRESOLVED
    if sweep is None or not sweep.state.has_ended:
        return NotCheckedReason.SWEEP_RUNNING
    return DriftStatus.IN_SYNC


def _is_cleared(finding: PolicyFinding) -> bool:
    item, sweep = finding.item, finding.sweep
    return (
        item is not None
        and item.mode is Mode.CLEAR
        and sweep is not None
        and sweep.state is SweepState.FINISHED
        and not finding.differences
    )
