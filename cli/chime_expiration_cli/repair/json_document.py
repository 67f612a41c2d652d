"""What ``repair`` would do and has done, as JSON. docs/repair.md documents each member."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.json_values import denied_calls, iso
from chime_expiration_cli.repair.outcome import Outcome, Result
from chime_expiration_cli.repair.proposal import Left, Proposal, Repair, UserRepair
from chime_expiration_cli.status.comparison import Finding
from chime_expiration_handler.contract.days import expires_at

VERSION = 1
"""Raised when a member is removed or changes its meaning, not when one is added."""


def json_document(
    proposal: Proposal, results: Sequence[Result], exit_status: ExitStatus
) -> dict[str, Any]:
    """The document; members and their order are stable within a version."""
    outcomes = Counter(each.outcome for each in results)
    outcomes.update(each.result.outcome for each in proposal.left)
    return {
        "version": VERSION,
        "checked_at": iso(proposal.report.checked_at),
        "exit_status": int(exit_status),
        "regions": list(proposal.report.regions),
        "summary": {outcome.name: outcomes[outcome] for outcome in Outcome},
        "repairs": [
            _repair(repair, result)
            for repair, result in zip(proposal.repairs, results, strict=True)
        ],
        "left": [_left(each) for each in proposal.left],
        "denied_calls": denied_calls(proposal.report.all_denied_calls),
    }


def _repair(repair: Repair, result: Result) -> dict[str, Any]:
    before = days = expiry = None
    reasons: tuple[str, ...] = ()
    if isinstance(repair, UserRepair):
        before, days = repair.before.days, repair.days
        expiry = None if days is None else iso(expires_at(repair.before.created, days))
    else:
        reasons = repair.reasons
    return {
        **_place(repair),
        "repair": repair.kind.name,
        "days_before": before,
        "days_after": days,
        "expires_at": expiry,
        "reasons": list(reasons),
        "outcome": result.outcome.name,
        "detail": result.detail,
    }


def _left(left: Left) -> dict[str, Any]:
    return {
        **_place(left),
        "drift_status": left.finding.drift_status.name,
        "outcome": left.result.outcome.name,
        "detail": left.result.detail,
    }


def _place(item: Repair | Left) -> dict[str, Any]:
    finding = item.finding
    if isinstance(finding, Finding):
        logical_id, user = finding.declaration.logical_id, finding.declaration.user
        app_instance = user.app_instance if user else None
    else:
        logical_id, user = finding.policy.logical_id, None
        app_instance = finding.policy.app_instance
    return {
        "stack_id": item.stack.id,
        "logical_id": logical_id,
        "user_arn": str(user) if user else None,
        "app_instance_arn": str(app_instance) if app_instance else None,
    }
