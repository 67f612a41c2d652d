"""Compares the expected days of each declaration with the actual ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from chime_expiration_cli.declarations import Declaration, DeploymentState
from chime_expiration_cli.identity.reading import AccessDenied, NotFound, ReadFailed, Reading
from chime_expiration_cli.status.drift_status import DriftStatus, Judged, NotCheckedReason
from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.days import expires_at
from chime_expiration_handler.service.user_state import UserState


@dataclass(frozen=True, slots=True)
class Finding(Judged):
    """The result for one declaration.

    ``reading`` is None if the user is not known. ``conflicts`` are the other active declarations of
    the same user with other days, ``shared_with`` those with the same days. A declaration is
    active if CloudFormation has created its resource and is not removing it.
    """

    declaration: Declaration
    reading: Reading | None
    conflicts: tuple[Declaration, ...]
    shared_with: tuple[Declaration, ...]
    result: DriftStatus | NotCheckedReason

    @property
    def state(self) -> UserState | None:
        """The user, or None if it was not found or not read."""
        return self.reading if isinstance(self.reading, UserState) else None

    @property
    def expires_at(self) -> datetime | None:
        """When the user expires, or None if it does not or if that is not known."""
        if self.state is None or self.state.days is None:
            return None
        return expires_at(self.state.created, self.state.days)


def compare(
    declarations: Iterable[Declaration], readings: Mapping[AppInstanceUserArn, Reading]
) -> list[Finding]:
    """One finding for each declaration, in their order.

    A failed clean-up has none if its user is not found, has no expiration, or is declared again.
    """
    declarations = list(declarations)
    active: dict[AppInstanceUserArn, list[Declaration]] = {}
    for declaration in declarations:
        if declaration.user and declaration.deployment is DeploymentState.ACTIVE:
            active.setdefault(declaration.user, []).append(declaration)
    findings = []
    for declaration in declarations:
        user = declaration.user
        reading = readings.get(user) if user else None
        same_user = active.get(user, []) if user else []
        conflicts: tuple[Declaration, ...] = ()
        shared_with: tuple[Declaration, ...] = ()
        if declaration.deployment is DeploymentState.ACTIVE:
            conflicts, shared_with = _others(declaration, same_user)
        elif declaration.deployment is DeploymentState.CLEANUP_FAILED and (
            same_user or _holds_no_expiration(reading)
        ):
            continue
        result = _judge(declaration, reading, conflicts)
        findings.append(Finding(declaration, reading, conflicts, shared_with, result))
    return findings


def _others(
    declaration: Declaration, same_user: list[Declaration]
) -> tuple[tuple[Declaration, ...], tuple[Declaration, ...]]:
    days = declaration.expected_days
    known = [each for each in same_user if days is not None and each.expected_days is not None]
    return (
        tuple(each for each in known if each.expected_days != days),
        tuple(each for each in known if each.expected_days == days and each is not declaration),
    )


def _holds_no_expiration(reading: Reading | None) -> bool:
    return isinstance(reading, NotFound) or (
        isinstance(reading, UserState) and reading.days is None
    )


def _judge(
    declaration: Declaration, reading: Reading | None, conflicts: tuple[Declaration, ...]
) -> DriftStatus | NotCheckedReason:
    if declaration.deployment is DeploymentState.BEING_REMOVED:
        return NotCheckedReason.BEING_REMOVED
    if declaration.deployment is DeploymentState.NOT_CREATED:
        return NotCheckedReason.NOT_CREATED
    match reading:
        case AccessDenied():
            return NotCheckedReason.ACCESS_DENIED
        case ReadFailed():
            return NotCheckedReason.READ_FAILED
        case NotFound():
            return DriftStatus.DELETED
    if declaration.deployment is DeploymentState.CLEANUP_FAILED:
        return DriftStatus.ORPHANED
    if reading is None or declaration.expected_days is None:
        is_denied = declaration.stack.denied_template is not None
        return NotCheckedReason.ACCESS_DENIED if is_denied else NotCheckedReason.UNRESOLVED
    if not conflicts and reading.days == declaration.expected_days:
        return DriftStatus.IN_SYNC
    if any(each.stack.is_in_progress for each in (declaration, *conflicts)):
        return NotCheckedReason.IN_PROGRESS
    return DriftStatus.CONFLICTING if conflicts else DriftStatus.MODIFIED
