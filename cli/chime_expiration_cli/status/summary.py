"""The report in one line."""

from collections import Counter

from chime_expiration_cli.status.drift_status import DriftStatus, NotCheckedReason
from chime_expiration_cli.status.report import Report


def summary(report: Report) -> str:
    """The number of declarations, by drift status, and what else needs attention."""
    statuses = report.drift_statuses
    total = statuses.total()
    regions = " and ".join(report.regions)
    if not total:
        return f"no declaration found in {regions}"
    parts = [f"{statuses[status]} {status.name}" for status in DriftStatus if statuses[status]]
    reasons = report.not_checked_reasons
    if reasons:
        # NOT_CHECKED is the last status.
        parts[-1] += f" ({_reasons(reasons)})"
    soon = sum(map(report.expires_soon, report.findings))
    if soon:
        parts.append(
            f"{soon} {'expires' if soon == 1 else 'expire'} within "
            f"{report.expiring_within_days} days"
        )
    expired = sum(map(report.has_expired, report.findings))
    if expired:
        parts.append(f"{expired} expired, not deleted yet")
    unstable = sum(not each.stack.is_stable for each in report.stacks)
    if unstable:
        parts.append(f"{unstable} {'stack is' if unstable == 1 else 'stacks are'} not stable")
    declarations = "declaration" if total == 1 else "declarations"
    return f"{total} {declarations} in {regions}: {', '.join(parts)}"


def _reasons(reasons: Counter[NotCheckedReason]) -> str:
    return ", ".join(f"{reasons[each]} {each.value}" for each in NotCheckedReason if reasons[each])
