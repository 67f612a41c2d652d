"""The report as JSON. docs/status-json.md says what each member means."""

from datetime import datetime, timedelta
from typing import Any

from chime_expiration.status.comparison import Expiry, Finding, State
from chime_expiration.status.report import Report, StackReport
from chime_expiration.status.users import Held

VERSION = 1
"""Raised when a member goes or changes its meaning, not when one is added."""


def json_document(report: Report) -> dict[str, Any]:
    """Members and their order are stable within a version."""
    states, expiries = report.states, report.expiries
    return {
        "version": VERSION,
        "at": _iso(report.at),
        "exit_status": report.exit_status,
        "regions": list(report.regions),
        "expiring_within_days": report.expiring_within_days,
        "summary": {
            "declarations": states.total(),
            "states": {_name(state): states[state] for state in State},
            "expiries": {_name(expiry): expiries[expiry] for expiry in Expiry},
        },
        "stacks": [_stack(each, report.at) for each in report.stacks],
        "not_allowed": [
            {
                "action": refusal.action,
                "resource": refusal.resource,
                "region": refusal.region,
                "said": refusal.said,
            }
            for refusal in report.refusals
        ],
    }


def _stack(report: StackReport, now: datetime) -> dict[str, Any]:
    stack = report.stack
    return {
        "id": stack.id,
        "name": stack.name,
        "region": stack.region,
        "parent_id": stack.parent_id,
        "status": stack.status,
        "settled": stack.is_settled,
        "declarations": [_declaration(finding, now) for finding in report.findings],
    }


def _declaration(finding: Finding, now: datetime) -> dict[str, Any]:
    declaration, reading = finding.declaration, finding.reading
    held = reading if isinstance(reading, Held) else None
    return {
        "logical_id": declaration.logical_id,
        "resource_status": declaration.resource_status,
        "user": str(declaration.user) if declaration.user else None,
        "state": _name(finding.state),
        "drift": finding.state.is_drift,
        "declared_days": declaration.days,
        "held_days": held.days if held else None,
        "created_at": _iso(held.created) if held else None,
        "expiry": _name(finding.expiry) if finding.expiry else None,
        "expires_at": _iso(finding.expires) if finding.expires else None,
        "expires_in_days": (
            round((finding.expires - now) / timedelta(days=1), 2) if finding.expires else None
        ),
        "conflicts_with": [
            {"stack_id": other.stack.id, "logical_id": other.logical_id, "days": other.days}
            for other in finding.others
        ],
        "unresolved": list(declaration.unresolved),
        "explanation": finding.explanation,
    }


def _name(member: State | Expiry) -> str:
    return member.name.lower()


def _iso(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")
