"""Decides what to repair. What needs a deployment or a decision is left, with the reason."""

from collections.abc import Callable, Iterator
from datetime import datetime

from chime_expiration_cli.days_text import in_days
from chime_expiration_cli.declarations import Declaration
from chime_expiration_cli.repair.outcome import GRANT_THEN_REPAIR, Outcome, Result
from chime_expiration_cli.repair.proposal import Left, Proposal, SweepRepair, UserRepair
from chime_expiration_cli.repair.propose_sweeps import propose_sweep
from chime_expiration_cli.repair.surroundings import Surroundings
from chime_expiration_cli.status.comparison import Finding
from chime_expiration_cli.status.drift_status import DriftStatus, NotCheckedReason
from chime_expiration_cli.status.explanation import explain, names_of
from chime_expiration_cli.status.report import Report
from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.days import is_too_soon
from chime_expiration_handler.service import messages

MAKE_STABLE = (
    "continue the rollback or deploy the stack again, then run repair: until then the template may "
    "not be what the stack has"
)


def propose(
    report: Report,
    surroundings: Surroundings,
    days_set: Callable[[Finding], int | None],
    *,
    clears_orphans: bool,
) -> Proposal:
    """The repairs of ``report``; a user has one, however many stacks declare it.

    ``days_set`` returns the days that the removed declaration of an orphan had set.
    ``clears_orphans``: orphans for which it returns None are cleared, too.
    """
    judge = _Judge(surroundings, days_set, clears_orphans, report.checked_at)
    repairs: dict[AppInstanceUserArn, UserRepair] = {}
    left: list[Left] = []
    for finding in report.findings:
        proposed = judge.user(finding)
        if isinstance(proposed, UserRepair):
            repairs.setdefault(proposed.user, proposed)
        elif proposed:
            left.append(Left(finding, proposed))
    sweeps: list[SweepRepair] = []
    for policy in report.policies:
        for sweep in propose_sweep(policy):
            if isinstance(sweep, Result):
                left.append(Left(policy, sweep))
            else:
                sweeps.append(sweep)
    return Proposal(report, (*repairs.values(), *sweeps), tuple(left))


class _Judge:
    def __init__(
        self,
        surroundings: Surroundings,
        days_set: Callable[[Finding], int | None],
        clears_orphans: bool,
        now: datetime,
    ) -> None:
        self._surroundings = surroundings
        self._days_set = days_set
        self._clears_orphans = clears_orphans
        self._now = now

    def user(self, finding: Finding) -> UserRepair | Result | None:
        """The repair, why there is none, or None for a user that has what is declared."""
        explanation = explain(finding, self._now)
        match finding.result:
            case DriftStatus.IN_SYNC:
                return None
            case DriftStatus.DELETED:
                return Result(Outcome.DELETED, explanation)
            case DriftStatus.MODIFIED:
                return self._modified(finding)
            case DriftStatus.ORPHANED:
                return self._orphaned(finding)
            case NotCheckedReason.ACCESS_DENIED:
                return Result(Outcome.NOT_CHECKED, f"{explanation}; {GRANT_THEN_REPAIR}")
            case NotCheckedReason():
                return Result(Outcome.NOT_CHECKED, explanation)
        return Result(Outcome.LEFT, explanation)

    def _modified(self, finding: Finding) -> UserRepair | Result:
        declaration, state = finding.declaration, finding.state
        user, days = declaration.user, declaration.expected_days
        assert user
        assert state
        assert days is not None
        declared = self._surroundings.declaring(user)
        reason = self._unstable(finding, declared) or _conflict(days, declared)
        if reason:
            return Result(Outcome.LEFT, reason)
        if declaration.allow_immediate_expiration is not True and is_too_soon(
            state.created, days, self._now
        ):
            refusal = messages.immediate_expiration(user, days, self._now - state.created)
            if declaration.allow_immediate_expiration is None:
                return Result(
                    Outcome.LEFT, f"not known whether the declaration allows it: {refusal}"
                )
            return Result(Outcome.REFUSED, refusal)
        return UserRepair(finding, user, state, days)

    def _orphaned(self, finding: Finding) -> UserRepair | Result:
        user, state = finding.declaration.user, finding.state
        assert user
        assert state
        reason = self._why_kept(finding, user)
        if not reason:
            before = self._days_set(finding)
            if before is None and not self._clears_orphans:
                reason = (
                    f"{explain(finding, self._now)}; the events of the stack do not contain the "
                    "days that it had set: if nobody else has set them, add --clear-orphans"
                )
            elif before not in (None, state.days):
                reason = (
                    f"the removed declaration had set {in_days(before)}, but the user has "
                    f"{in_days(state.days)}: somebody else has set them; remove the expiration "
                    "with the AWS CLI, or declare the user"
                )
        return Result(Outcome.LEFT, reason) if reason else UserRepair(finding, user, state, None)

    def _why_kept(self, finding: Finding, user: AppInstanceUserArn) -> str:
        """Why the days of an orphan can be those that somebody wants."""
        surroundings = self._surroundings
        declared = surroundings.declaring(user)
        if declared:
            return f"no longer declared here, but by {names_of(declared)}"
        unstable = self._unstable(finding, [])
        if unstable:
            return unstable
        unknown = surroundings.with_unknown_user()
        if unknown:
            names = names_of(unknown)
            return f"not known whether the user is declared by {names}, which is unresolved"
        if surroundings.denied_calls:
            return (
                "not known whether another stack declares the user: "
                f"{surroundings.denied_calls[0]}; {GRANT_THEN_REPAIR}"
            )
        policies = surroundings.policies_for(user)
        if policies:
            names = ", ".join(f"{each.logical_id} in {each.stack.name}" for each in policies)
            return (
                f"no longer declared, but the policy {names} selects the user, and the days can be "
                "its own; to hand the user to the policy, remove the expiration with the AWS CLI"
            )
        return ""

    def _unstable(self, finding: Finding, others: list[Declaration]) -> str:
        if not finding.declaration.stack.is_stable:
            return f"{explain(finding, self._now)}; {MAKE_STABLE}"
        return "; ".join(_unstable_others(others))


def _unstable_others(others: list[Declaration]) -> Iterator[str]:
    for other in others:
        if not other.stack.is_stable:
            yield (
                f"also declared by {names_of([other])}, and that stack is {other.stack.status}: "
                "run repair when it is stable"
            )


def _conflict(days: int, others: list[Declaration]) -> str:
    different = [each for each in others if each.expected_days != days]
    if not different:
        return ""
    declared = ", ".join(
        f"{names_of([each])} declares "
        f"{'unknown days' if each.expected_days is None else in_days(each.expected_days)}"
        for each in different
    )
    return f"this declares {in_days(days)}, but {declared}: remove one of the declarations"
