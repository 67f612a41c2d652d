"""All that the command has seen, and its verdict."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chime_expiration.status.comparison import Expiry, Finding, State
from chime_expiration.status.problems import NotLookedAt
from chime_expiration.status.stacks import DeployedStack

IN_STEP, DRIFT, UNUSABLE, INCOMPLETE = 0, 1, 2, 3
"""The exit statuses of the command."""


@dataclass(frozen=True, slots=True)
class StackReport:
    """One stack and what came of its declarations."""

    stack: DeployedStack
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The stacks of all regions; ``refusals`` are calls to CloudFormation that were not allowed."""

    at: datetime
    regions: tuple[str, ...]
    expiring_within_days: int
    stacks: tuple[StackReport, ...]
    refusals: tuple[NotLookedAt, ...]

    @property
    def findings(self) -> Iterable[Finding]:
        return (finding for report in self.stacks for finding in report.findings)

    @property
    def states(self) -> Counter[State]:
        """How many declarations are in each state."""
        return Counter(finding.state for finding in self.findings)

    @property
    def expiries(self) -> Counter[Expiry]:
        """How many declarations are of users that expire then."""
        return Counter(finding.expiry for finding in self.findings if finding.expiry)

    @property
    def exit_status(self) -> int:
        """Drift before anything that could not be judged; a user that expires soon is neither."""
        if any(state.is_drift for state in self.states):
            return DRIFT
        everything_judged = (
            not self.refusals
            and all(state is State.IN_STEP for state in self.states)
            and all(report.stack.is_settled for report in self.stacks)
        )
        return IN_STEP if everything_judged else INCOMPLETE
