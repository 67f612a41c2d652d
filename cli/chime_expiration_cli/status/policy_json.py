"""A finding for a policy as JSON. docs/status-json.md documents each member."""

from typing import Any

from chime_expiration_cli.declared_policies import NotKnown
from chime_expiration_cli.json_values import iso_or_none
from chime_expiration_cli.policies.reading import Executions, LedgerCounts
from chime_expiration_cli.policies.sweep import Sweep
from chime_expiration_cli.status.policy_comparison import PolicyFinding
from chime_expiration_cli.status.policy_explanation import explain_policy
from chime_expiration_handler.contract.ledger import Kind, Outcome, Policy
from chime_expiration_handler.contract.policy_properties import PolicyProperties


def policy_json(finding: PolicyFinding) -> dict[str, Any]:
    """The members of one policy."""
    policy, reading, item = finding.policy, finding.reading, finding.item
    reason = finding.not_checked_reason
    dead_letters = reading.dead_letters
    return {
        "logical_id": policy.logical_id,
        "resource_status": policy.resource_status,
        "app_instance_arn": str(policy.app_instance) if policy.app_instance else None,
        "drift_status": finding.drift_status.name,
        "not_checked_reason": reason.name if reason else None,
        "is_drift": finding.is_drift,
        "differences": [difference.name for difference in finding.differences],
        "explanation": explain_policy(finding),
        "unresolved": list(policy.unresolved),
        "not_known": {name: each.reason for name, each in reading.not_known.items()},
        "expected": _properties(policy.expected),
        "actual": _properties(finding.actual),
        "schedule": None if isinstance(policy.schedule, NotKnown) else policy.schedule,
        "counts": (
            {str(each): 0 for each in Outcome} | dict(item.counts)
            if item and item.started is not None and finding.sweep and finding.sweep.has_counted
            else None
        ),
        "sweep": _sweep(item, finding.sweep) if item and finding.sweep else None,
        "last_failed_execution": _failed_execution(reading.executions),
        "dead_letters": None if isinstance(dead_letters, NotKnown) else dead_letters,
        "ledger": _ledger(finding.ledger),
    }


def _properties(properties: PolicyProperties | None) -> dict[str, Any] | None:
    if properties is None:
        return None
    rule, selection = properties.rule, properties.selection
    return {
        "days": rule.days,
        "notice_days": rule.notice_days,
        "allow_immediate_expiration": rule.allow_immediate_expiration,
        "users": list(selection.users.patterns),
        "except_users": list(selection.except_users.patterns),
        "enabled": properties.enabled,
        "calls_per_second": properties.calls_per_second,
        "table_name": properties.table_name,
        "state_machine_arn": properties.state_machine_arn,
    }


def _sweep(item: Policy, sweep: Sweep) -> dict[str, Any]:
    earliest, latest = sweep.ends_between or (None, None)
    rate = sweep.users_per_second
    return {
        "state": sweep.state.name,
        "began_at": iso_or_none(sweep.began_at),
        "updated_at": iso_or_none(sweep.updated_at),
        "finished_at": iso_or_none(sweep.finished_at),
        "previous_finished_at": iso_or_none(sweep.previous_finished_at),
        "seconds": (
            round((sweep.finished_at - sweep.began_at).total_seconds(), 3)
            if sweep.finished_at and sweep.began_at
            else None
        ),
        "users": sweep.users if sweep.has_counted else None,
        "expected_users": sweep.expected_users,
        "users_per_second": None if rate is None else round(rate, 3),
        "ends_earliest": iso_or_none(earliest),
        "ends_latest": iso_or_none(latest),
        "error": item.error if sweep.state.has_ended else "",
        "last_failure": item.last_failure,
    }


def _failed_execution(executions: Executions | NotKnown) -> dict[str, Any] | None:
    if isinstance(executions, NotKnown) or executions.last_failed is None:
        return None
    failed = executions.last_failed
    return {"name": failed.name, "stopped_at": iso_or_none(failed.stopped_at)}


def _ledger(ledger: LedgerCounts | None) -> dict[str, Any] | None:
    if ledger is None:
        return None
    return {
        "users": ledger.users,
        "kinds": {kind.name: ledger.kinds[kind] for kind in Kind},
        "other_kinds": ledger.other_kinds,
        "owned": ledger.owned,
        "expiring_soon": ledger.expiring_soon,
        "next_expires_at": iso_or_none(ledger.next_expires_at),
        "read_units": ledger.read_units,
        "seconds": round(ledger.seconds, 3),
    }
