"""What ``repair`` would do, and what it leaves to a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from chime_expiration_cli.cloudformation.deployed_stack import DeployedStack
from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.repair.outcome import Outcome, Result
from chime_expiration_cli.status.comparison import Finding
from chime_expiration_cli.status.policy_comparison import PolicyFinding
from chime_expiration_cli.status.report import Report
from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.service.user_state import UserState


class Kind(Enum):
    """What a repair does."""

    SET = "set"
    CLEAR = "clear"
    SWEEP = "sweep"


@dataclass(frozen=True, slots=True)
class UserRepair:
    """Give ``user``, which is in the state ``before``, these days; None clears them."""

    finding: Finding
    user: AppInstanceUserArn
    before: UserState
    days: int | None

    @property
    def kind(self) -> Kind:
        return Kind.CLEAR if self.days is None else Kind.SET

    @property
    def stack(self) -> DeployedStack:
        return self.finding.declaration.stack


@dataclass(frozen=True, slots=True)
class SweepRepair:
    """Start a sweep of a policy, for these reasons."""

    finding: PolicyFinding
    reasons: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        return Kind.SWEEP

    @property
    def stack(self) -> DeployedStack:
        return self.finding.policy.stack


Repair = UserRepair | SweepRepair


@dataclass(frozen=True, slots=True)
class Left:
    """What is not repaired, and why, with what to do."""

    finding: Finding | PolicyFinding
    result: Result

    @property
    def stack(self) -> DeployedStack:
        if isinstance(self.finding, Finding):
            return self.finding.declaration.stack
        return self.finding.policy.stack


@dataclass(frozen=True, slots=True)
class Proposal:
    """The repairs, and what is left."""

    report: Report
    repairs: tuple[Repair, ...]
    left: tuple[Left, ...]

    @property
    def not_confirmed(self) -> list[Result]:
        """The results as long as nothing is done."""
        return [Result(Outcome.TO_DO)] * len(self.repairs)

    def exit_status(self, results: Sequence[Result]) -> ExitStatus:
        """What is known after ``results``, those of the repairs in their order."""
        outcomes = [each.outcome for each in results]
        outcomes += [each.result.outcome for each in self.left]
        if any(outcome.needs_person for outcome in outcomes):
            return ExitStatus.DRIFT
        is_complete = self.report.is_complete and not (
            {Outcome.SWEEP_RUNNING, Outcome.NOT_CHECKED} & set(outcomes)
        )
        return ExitStatus.IN_SYNC if is_complete else ExitStatus.NOT_CHECKED
