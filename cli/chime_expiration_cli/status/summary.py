"""The report in one line."""

from collections import Counter

from chime_expiration_cli.status.drift_status import DriftStatus, NotCheckedReason
from chime_expiration_cli.status.report import Report


def summary(report: Report) -> str:
    """The declarations and policies by drift status, and what else needs attention."""
    where = f" in {' and '.join(report.regions)}"
    parts = []
    declarations = report.drift_statuses
    if declarations:
        parts.append(f"{_number(declarations, 'declaration')}{where}: {_findings(report)}")
        where = ""
    policies = Counter(finding.drift_status for finding in report.policies)
    if policies:
        reasons = Counter(
            finding.not_checked_reason for finding in report.policies if finding.not_checked_reason
        )
        parts.append(f"{_number(policies, 'policy')}{where}: {_statuses(policies, reasons)}")
    if not parts:
        return f"no declaration or policy found{where}"
    unstable = sum(not each.stack.is_stable for each in report.stacks)
    if unstable:
        parts[-1] += f", {unstable} {'stack is' if unstable == 1 else 'stacks are'} not stable"
    return "; ".join(parts)


def nothing_declared(report: Report) -> str:
    """That nothing was found, and what to check; empty if something is declared, or not known."""
    if not report.declares_nothing:
        return ""
    options = "--stack, --region" if report.are_named else "--region"
    return (
        f"nothing is declared in {' and '.join(report.regions)}: check {options} and the account "
        "of the credentials"
    )


def _findings(report: Report) -> str:
    """What needs attention of the declarations."""
    parts = [_statuses(report.drift_statuses, report.not_checked_reasons)]
    soon = sum(map(report.expires_soon, report.findings))
    if soon:
        parts.append(
            f"{soon} {'expires' if soon == 1 else 'expire'} within "
            f"{report.expiring_within_days} days"
        )
    expired = sum(map(report.has_expired, report.findings))
    if expired:
        parts.append(f"{expired} expired, not deleted yet")
    return ", ".join(parts)


def _number(statuses: Counter[DriftStatus], noun: str) -> str:
    total = statuses.total()
    plural = f"{noun.removesuffix('y')}ies" if noun.endswith("y") else f"{noun}s"
    return f"{total} {noun if total == 1 else plural}"


def _statuses(statuses: Counter[DriftStatus], reasons: Counter[NotCheckedReason]) -> str:
    parts = [f"{statuses[status]} {status.name}" for status in DriftStatus if statuses[status]]
    if reasons:
        # NOT_CHECKED is the last status.
        parts[-1] += f" ({_reasons(reasons)})"
    return ", ".join(parts)


def _reasons(reasons: Counter[NotCheckedReason]) -> str:
    return ", ".join(f"{reasons[each]} {each.value}" for each in NotCheckedReason if reasons[each])
