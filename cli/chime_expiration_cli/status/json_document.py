"""The report as JSON. docs/status-json.md documents each member."""

from collections import Counter
from datetime import timedelta
from typing import Any

from chime_expiration_cli.declarations import Declaration
from chime_expiration_cli.json_values import denied_calls, iso, iso_or_none
from chime_expiration_cli.status.comparison import Finding
from chime_expiration_cli.status.drift_status import DriftStatus, NotCheckedReason
from chime_expiration_cli.status.expirations import Users, expirations_of
from chime_expiration_cli.status.explanation import explain
from chime_expiration_cli.status.notes import notes
from chime_expiration_cli.status.policy_json import policy_json
from chime_expiration_cli.status.problems import problems_of
from chime_expiration_cli.status.report import Report, StackReport

VERSION = 1
"""Raised when a member is removed or changes its meaning, not when one is added."""


def json_document(report: Report) -> dict[str, Any]:
    """The document; members and their order are stable within a version."""
    policies = Counter(finding.drift_status for finding in report.policies)
    statuses, reasons = report.drift_statuses, report.not_checked_reasons
    return {
        "version": VERSION,
        "checked_at": iso(report.checked_at),
        "exit_status": int(report.exit_status),
        "regions": list(report.regions),
        "expiring_within_days": report.expiring_within_days,
        "summary": {
            "declarations": statuses.total(),
            "drift_statuses": {status.name: statuses[status] for status in DriftStatus},
            "not_checked_reasons": {reason.name: reasons[reason] for reason in NotCheckedReason},
            "expiring_soon": sum(map(report.expires_soon, report.findings)),
            "expired": sum(map(report.has_expired, report.findings)),
            "policies": policies.total(),
            "policy_drift_statuses": {status.name: policies[status] for status in DriftStatus},
        },
        "searches": [
            {"region": search.region, "stacks": search.stacks} for search in report.searches
        ],
        "problems": [
            {
                "kind": each.kind,
                "is_drift": each.is_drift,
                "action": each.action,
                "subject": each.subject,
                "sentences": list(each.sentences),
            }
            for each in problems_of(report)
        ],
        "notes": notes(report),
        "calendar": _calendar(report),
        "stacks": [_stack(each, report) for each in report.stacks],
        "denied_calls": denied_calls(report.all_denied_calls),
    }


def _calendar(report: Report) -> dict[str, Any]:
    expirations = expirations_of(report)
    is_known = expirations.policies > 0

    def members(users: Users) -> dict[str, int | None]:
        policies = users.policies if is_known else None
        return {"declared_users": users.declared, "policy_users": policies}

    return {
        "policies_included": expirations.policies,
        "policies_not_included": expirations.other_policies,
        "periods": [
            {
                "first_day": period.first.isoformat(),
                "last_day": period.last.isoformat(),
                **members(period.users),
            }
            for period in expirations.periods
        ],
        "expired": {"declared_users": expirations.expired, "policy_users": None},
        "later": members(expirations.later),
        "never": members(expirations.never),
        "not_known": members(expirations.not_known),
    }


def _stack(stack_report: StackReport, report: Report) -> dict[str, Any]:
    stack = stack_report.stack
    return {
        "id": stack.id,
        "name": stack.name,
        "region": stack.region,
        "parent_id": stack.parent_id,
        "status": stack.status,
        "is_stable": stack.is_stable,
        "declarations": [_declaration(finding, report) for finding in stack_report.findings],
        "policies": [policy_json(finding) for finding in stack_report.policies],
    }


def _declaration(finding: Finding, report: Report) -> dict[str, Any]:
    declaration, state, expires_at = finding.declaration, finding.state, finding.expires_at
    reason = finding.not_checked_reason
    return {
        "logical_id": declaration.logical_id,
        "resource_status": declaration.resource_status,
        "user_arn": str(declaration.user) if declaration.user else None,
        "drift_status": finding.drift_status.name,
        "not_checked_reason": reason.name if reason else None,
        "is_drift": report.is_drift(finding),
        "expected_days": declaration.expected_days,
        "missing_user": declaration.missing_user,
        "actual_days": state.days if state else None,
        "created_at": iso(state.created) if state else None,
        "expires_at": iso_or_none(expires_at),
        "expires_in_days": (
            round((expires_at - report.checked_at) / timedelta(days=1), 2) if expires_at else None
        ),
        "conflicts_with": [_other(each) for each in finding.conflicts],
        "shared_with": [_other(each) for each in finding.shared_with],
        "unresolved": list(declaration.unresolved),
        "explanation": explain(finding, report.checked_at),
    }


def _other(declaration: Declaration) -> dict[str, Any]:
    return {
        "stack_id": declaration.stack.id,
        "logical_id": declaration.logical_id,
        "expected_days": declaration.expected_days,
    }
