"""The findings of all stacks, and the exit status that they lead to."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chime_expiration_cli.cloudformation.deployed_stack import DeployedStack
from chime_expiration_cli.declaration_search import RegionSearch
from chime_expiration_cli.declared_policies import Denied
from chime_expiration_cli.errors import DeniedCall
from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.identity.reading import AccessDenied
from chime_expiration_cli.status.comparison import Finding
from chime_expiration_cli.status.drift_status import DriftStatus, NotCheckedReason
from chime_expiration_cli.status.policy_comparison import PolicyFinding
from chime_expiration_handler.contract.properties import MissingUser

_DRIFT = (DriftStatus.MODIFIED, DriftStatus.CONFLICTING, DriftStatus.ORPHANED)


@dataclass(frozen=True, slots=True)
class StackReport:
    """One stack and the findings for its declarations and policies."""

    stack: DeployedStack
    findings: tuple[Finding, ...]
    policies: tuple[PolicyFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The stacks of all regions; ``denied_calls`` are calls to CloudFormation.

    ``are_named``: only the stacks that ``--stack`` names were searched. ``reads_ledger``: with
    ``--ledger``.
    """

    checked_at: datetime
    regions: tuple[str, ...]
    expiring_within_days: int
    fail_on_deleted: bool
    stacks: tuple[StackReport, ...]
    denied_calls: tuple[DeniedCall, ...]
    searches: tuple[RegionSearch, ...] = ()
    are_named: bool = False
    reads_ledger: bool = False

    @property
    def findings(self) -> Iterator[Finding]:
        return (finding for report in self.stacks for finding in report.findings)

    @property
    def policies(self) -> Iterator[PolicyFinding]:
        return (finding for report in self.stacks for finding in report.policies)

    @property
    def all_denied_calls(self) -> Iterator[DeniedCall]:
        """The denied calls to CloudFormation, and those that tell of policies; each once."""
        of_policies = (
            value.call
            for finding in self.policies
            for value in finding.reading.not_known.values()
            if isinstance(value, Denied)
        )
        return iter(dict.fromkeys((*self.denied_calls, *of_policies)))

    def denied_by(self, finding: Finding | PolicyFinding) -> DeniedCall | None:
        """The denied call to CloudFormation that alone is why the finding is NOT_CHECKED."""
        if finding.not_checked_reason is not NotCheckedReason.ACCESS_DENIED:
            return None
        if isinstance(finding, Finding):
            is_read = not isinstance(finding.reading, AccessDenied)
            call = finding.declaration.stack.denied_template if is_read else None
        else:
            item = finding.reading.item
            call = item.call if isinstance(item, Denied) else None
        return call if call in self.denied_calls else None

    @property
    def drift_statuses(self) -> Counter[DriftStatus]:
        """The number of declarations with each status."""
        return Counter(finding.drift_status for finding in self.findings)

    @property
    def not_checked_reasons(self) -> Counter[NotCheckedReason]:
        """The number of declarations that are NOT_CHECKED for each reason."""
        return Counter(
            finding.not_checked_reason for finding in self.findings if finding.not_checked_reason
        )

    @property
    def declares_nothing(self) -> bool:
        """Whether everything was read, and no declaration and no policy was found."""
        has_any = any(each.findings or each.policies for each in self.stacks)
        return self.is_complete and not has_any

    def is_drift(self, finding: Finding) -> bool:
        """Whether the finding makes the exit status 1.

        A deleted user is what was declared, or nobody's concern, unless ``fail_on_deleted``.
        """
        if finding.drift_status is DriftStatus.DELETED:
            may_be_missing = finding.declaration.missing_user is MissingUser.IGNORE
            return self.fail_on_deleted and not may_be_missing
        return finding.drift_status in _DRIFT

    def expires_soon(self, finding: Finding) -> bool:
        """Whether the user still exists and expires within ``expiring_within_days``."""
        soon = self.checked_at + timedelta(days=self.expiring_within_days)
        return finding.expires_at is not None and self.checked_at < finding.expires_at <= soon

    def has_expired(self, finding: Finding) -> bool:
        """Whether the user has expired although the service has not deleted it yet."""
        return finding.expires_at is not None and finding.expires_at <= self.checked_at

    @property
    def exit_status(self) -> ExitStatus:
        """DRIFT before NOT_CHECKED; users that expire soon make no difference."""
        if any(map(self.is_drift, self.findings)) or any(each.is_drift for each in self.policies):
            return ExitStatus.DRIFT
        return ExitStatus.IN_SYNC if self.is_complete else ExitStatus.NOT_CHECKED

    @property
    def is_complete(self) -> bool:
        """Whether everything could be checked."""
        return (
            not self.denied_calls
            and DriftStatus.NOT_CHECKED not in self.drift_statuses
            and all(map(_is_checked, self.policies))
            and all(report.stack.is_stable for report in self.stacks)
        )


def _is_checked(finding: PolicyFinding) -> bool:
    return finding.drift_status is not DriftStatus.NOT_CHECKED and not finding.reading.not_known
