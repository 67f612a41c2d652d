"""Checks every permission of a run before anything is created."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from proof.permissions.needed import needed
from proof.permissions.permission import Permission
from proof.permissions.principal import RootUser, Unknown, principal_of
from proof.permissions.simulation import (
    ALLOWED,
    Decision,
    Decisions,
    Result,
    not_known,
    simulate,
)
from proof.permissions.table import table_of
from proof.place import Place
from proof.redaction import redacted
from proof.run import Run

_WIDTH = 96
_LEFT_OUT = (
    "A simulation leaves out policies of resources and of VPC endpoints, and resource control "
    "policies of an organization."
)


@dataclass(frozen=True)
class PermissionCheck:
    """Whether the caller may do what a run does.

    ``text`` is for the terminal, ``rows`` are for the report. ``missing`` and ``not_known`` are
    sentences: one for each permission, or for all of them if the reason is the same.
    """

    text: str = ""
    rows: Sequence[dict[str, Any]] = ()
    missing: Sequence[str] = ()
    not_known: Sequence[str] = ()


def check_permissions(place: Place, caller: str) -> PermissionCheck:
    """Check every permission of a run. ``caller`` is what sts:GetCallerIdentity returns."""
    decisions, note = _decide(place, caller)
    return PermissionCheck(
        text="\n".join(
            [
                "It needs these permissions:",
                table_of(decisions.items()),
                textwrap.fill(f"{_summary(decisions)} {note}", _WIDTH),
                "`make prove POLICY=1` prints a policy that allows all of them.",
            ]
        ),
        rows=[_row(*each, place.run) for each in decisions.items()],
        missing=_sentences(decisions, Result.DENIED),
        not_known=_sentences(decisions, Result.NOT_KNOWN),
    )


def _decide(place: Place, caller: str) -> tuple[Decisions, str]:
    """Return the decisions, and what they leave out."""
    permissions = needed(place.run)
    iam = place.client("iam")
    principal = principal_of(caller, iam)
    if isinstance(principal, RootUser):
        return dict.fromkeys(permissions, ALLOWED), principal.note
    if isinstance(principal, Unknown):
        return dict.fromkeys(permissions, not_known(principal.reason)), ""
    return simulate(iam, principal.arn, permissions), f"{principal.note} {_LEFT_OUT}".lstrip()


def _summary(decisions: Decisions) -> str:
    counts = [
        f"{sum(each.result is result for each in decisions.values())} {result}" for result in Result
    ]
    return f"{len(decisions)} permissions: {', '.join(counts)}."


def _sentences(decisions: Decisions, result: Result) -> list[str]:
    found = {key: value for key, value in decisions.items() if value.result is result}
    reasons = {decision.explanation for decision in found.values()}
    if len(found) == len(decisions) and len(reasons) == 1:
        return [f"all {len(found)} permissions: {reasons.pop()}"]
    return [f"{permission}: {decision.explanation}" for permission, decision in found.items()]


def _row(permission: Permission, decision: Decision, run: Run) -> dict[str, Any]:
    """Return what a report has of a permission, which can be published."""
    return {
        "action": permission.action,
        "resource": redacted(permission.resource, run),
        "purpose": permission.purpose,
        "result": str(decision.result),
        "reason": decision.reason or None,
    }
