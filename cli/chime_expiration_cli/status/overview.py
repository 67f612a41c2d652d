"""One line for each stack and for each policy."""

from collections import Counter

from chime_expiration_cli.console import ResultTable, Styled
from chime_expiration_cli.policies.sweep import Sweep
from chime_expiration_cli.status.drift_status import DriftStatus
from chime_expiration_cli.status.policy_comparison import PolicyFinding
from chime_expiration_cli.status.policy_tables import other_outcomes, policy_style, since
from chime_expiration_cli.status.report import Report, StackReport
from chime_expiration_cli.status.texts import UNKNOWN, drift_status, logical_id_if_needed
from chime_expiration_handler.contract.ledger import Outcome, Policy

_OUTCOMES = {
    "set": (Outcome.KEPT, Outcome.SET),
    "cleared": (Outcome.CLEARED,),
    "left alone": (Outcome.LEFT_ALONE,),
    "overdue": (Outcome.OVERDUE,),
    "failed": (Outcome.FAILED,),
    "to be looked at again": (Outcome.UNSETTLED,),
    "not governed": (Outcome.NOT_GOVERNED,),
}


def overview(report: Report) -> ResultTable:
    """The table; it has no row if nothing is declared."""
    table = ResultTable("", "", "", show_header=False)
    for each in report.stacks:
        stack = each.stack
        for finding in each.policies:
            table.add_row(stack.name, stack.region, _policy(finding, report))
        if each.findings:
            table.add_row(stack.name, stack.region, _declarations(each, report))
    return table


def _declarations(stack_report: StackReport, report: Report) -> Styled:
    findings = stack_report.findings
    counts = Counter(finding.drift_status for finding in findings)
    is_drift = {each.drift_status for each in findings if report.is_drift(each)}
    text = Styled("1 declaration: " if len(findings) == 1 else f"{len(findings)} declarations: ")
    parts = [
        Styled(f"{counts[status]} {status.name}", _style(status, status in is_drift))
        for status in DriftStatus
        if counts[status]
    ]
    soon = sum(map(report.expires_soon, findings))
    if soon:
        verb = "expires" if soon == 1 else "expire"
        parts.append(Styled(f"{soon} {verb} within {report.expiring_within_days} days"))
    expired = sum(map(report.has_expired, findings))
    if expired:
        parts.append(Styled(f"{expired} expired, not deleted yet"))
    text.append(Styled(", ").join(parts))
    if not stack_report.stack.is_stable:
        text.append(f"; the stack is {stack_report.stack.status}", "bold red")
    return text


def _policy(finding: PolicyFinding, report: Report) -> Styled:
    app_instance = str(finding.policy.app_instance or UNKNOWN).rpartition("/")[2]
    text = Styled(f"policy for {app_instance}{logical_id_if_needed(finding, report)}: ")
    text.append(drift_status(finding), policy_style(finding))
    if finding.item and finding.sweep:
        text.append(f", {_users(finding.item, finding.sweep)}")
        if finding.sweep.finished_at:
            text.append(f"; sweep {finding.sweep.state.value} ")
            text.append(since(finding.sweep.finished_at, report.checked_at))
    return text


def _users(item: Policy, sweep: Sweep) -> str:
    """The users that the sweep has counted, by state."""
    if item.started is None:
        return "no user counted yet"
    if not sweep.has_counted:
        return "number of users not known"
    total = "1 user" if sweep.users == 1 else f"{sweep.users} users"
    numbers = {
        name: sum(item.counts.get(each, 0) for each in outcomes)
        for name, outcomes in _OUTCOMES.items()
    }
    known = {outcome for outcomes in _OUTCOMES.values() for outcome in outcomes}
    numbers |= other_outcomes(item.counts, known)
    parts = ", ".join(f"{number} {name}" for name, number in numbers.items() if number)
    return f"{total}{sweep.state.until_when}{': ' if parts else ''}{parts}"


def _style(status: DriftStatus, is_drift: bool) -> str:
    if is_drift:
        return "bold red"
    return "green" if status is DriftStatus.IN_SYNC else "yellow"
