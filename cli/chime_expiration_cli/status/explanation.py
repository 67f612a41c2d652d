"""Explains a finding to a person, with the action to take."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from chime_expiration_cli.days_text import in_days
from chime_expiration_cli.declarations import Declaration, DeploymentState
from chime_expiration_cli.identity.reading import AccessDenied, ReadFailed
from chime_expiration_cli.identity.user_reader import not_read
from chime_expiration_cli.status.comparison import Finding
from chime_expiration_cli.status.drift_status import DriftStatus, NotCheckedReason
from chime_expiration_handler.contract.properties import MissingUser

_FIRST_DEPLOYMENT_FAILED = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")


def explain(finding: Finding, now: datetime) -> str:
    """One sentence; empty if the service has what is declared, and nothing else declares it."""
    declaration = finding.declaration
    sentence = _sentence(finding, now)
    if finding.shared_with:
        shared = f"also declared by {names_of(finding.shared_with)}"
        sentence = f"{sentence}; {shared}" if sentence else shared
    if not sentence or declaration.stack.is_stable:
        return sentence
    return f"{sentence}; {_stack_state(declaration)}"


def _sentence(finding: Finding, now: datetime) -> str:
    declaration = finding.declaration
    match finding.result:
        case DriftStatus.MODIFIED:
            return _days(finding)
        case DriftStatus.DELETED:
            return f"the user does not exist: {_why_missing(declaration, now)}"
        case DriftStatus.CONFLICTING:
            others = ", ".join(
                f"{names_of([other])} declares {in_days(other.expected_days)}"
                for other in finding.conflicts
            )
            return f"{_days(finding)}; {others}: remove one of the declarations"
        case DriftStatus.ORPHANED:
            days = finding.state.days if finding.state else None
            return (
                f"no longer declared, but the user keeps {in_days(days)}: CloudFormation failed to "
                f"delete the resource{_when(declaration)} and does not try again"
            )
        case NotCheckedReason.IN_PROGRESS:
            return f"{_days(finding)}, but a deployment is in progress: check again after it"
        case NotCheckedReason.NOT_CREATED:
            return "CloudFormation has not created the resource, so it has set no expiration"
        case NotCheckedReason.BEING_REMOVED:
            return "the declaration is being removed, or its removal failed"
        case NotCheckedReason.UNRESOLVED:
            return f"unresolved: {'; '.join(declaration.unresolved)}"
        case NotCheckedReason.ACCESS_DENIED | NotCheckedReason.READ_FAILED:
            if declaration.user and isinstance(finding.reading, AccessDenied | ReadFailed):
                return not_read(declaration.user, finding.reading)
            return str(declaration.stack.denied_template or "")
    return ""


def _days(finding: Finding) -> str:
    actual = finding.state.days if finding.state else None
    return f"expected {in_days(finding.declaration.expected_days)}, actual {in_days(actual)}"


def names_of(declarations: Iterable[Declaration]) -> str:
    """What the declarations are called, and where they are."""
    return ", ".join(
        f"{each.logical_id} in {each.stack.name} ({each.stack.region})" for each in declarations
    )


def _when(declaration: Declaration) -> str:
    return f" on {declaration.updated_at:%Y-%m-%d}" if declaration.updated_at else ""


def _stack_state(declaration: Declaration) -> str:
    """What CloudFormation reports of a stack that does not match its template."""
    if declaration.deployment in (DeploymentState.BEING_REMOVED, DeploymentState.CLEANUP_FAILED):
        template = "has no such declaration"
    elif declaration.expected_days is None:
        template = "declares unknown days"
    else:
        template = f"declares {in_days(declaration.expected_days)}"
    state = (
        f"the stack is {declaration.stack.status}, its template {template}, "
        f"the resource is {declaration.resource_status or 'not created'}"
    )
    if declaration.stack.status in _FIRST_DEPLOYMENT_FAILED:
        return f"{state}: the first deployment failed; fix its cause, then deploy again"
    return state


def _why_missing(declaration: Declaration, now: datetime) -> str:
    if declaration.missing_user is MissingUser.IGNORE:
        return "it was not created, was deleted, or expired; missing_user is IGNORE"
    # The user existed when its expiration was set, so it is older than that.
    has_been_set = declaration.resource_status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    if has_been_set and declaration.expected_days and declaration.updated_at:
        latest = declaration.updated_at + timedelta(days=declaration.expected_days)
        if latest <= now:
            return f"it expired as declared, by {latest:%Y-%m-%d}; remove the declaration"
    return "it was deleted, or it expired as declared; remove the declaration, or create the user"
