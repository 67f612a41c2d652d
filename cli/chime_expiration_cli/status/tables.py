"""The report for people: a table for each stack, in colour on a terminal.

Each colour has a word beside it: logs have no colours, and not everybody can tell them apart.
"""

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from chime_expiration_cli.status.comparison import Finding
from chime_expiration_cli.status.drift_status import DriftStatus
from chime_expiration_cli.status.explanation import explain
from chime_expiration_cli.status.policy_tables import policy_table
from chime_expiration_cli.status.report import Report, StackReport
from chime_expiration_cli.status.summary import summary
from chime_expiration_cli.status.texts import (
    UNKNOWN,
    actual_days,
    app_instance,
    drift_status,
    expected_days,
    expires,
    user_name,
    without_findings,
)


def print_report(report: Report, console: Console) -> None:
    """Print a table for each stack, explanations below it, and a summary in the last line."""
    for each in report.stacks:
        _print_stack(each, report, console)
    for call in report.denied_calls:
        _print(console, Text(f"{DriftStatus.NOT_CHECKED.name}:", "yellow"), str(call))
    _print(console, Text(summary(report), "bold"))


def _print_stack(stack_report: StackReport, report: Report, console: Console) -> None:
    stack, findings = stack_report.stack, stack_report.findings
    heading = Text(stack.name, "bold")
    heading.append(f"  {stack.region}  ", "not bold")
    heading.append(stack.status, "not bold" if stack.is_stable else "bold red")
    if stack.parent_id:
        heading.append(f"  nested in {stack.parent_id.split('/')[1]}", "not bold")
    _print(console, heading)
    if stack_report.policies:
        _print_policies(stack_report, report, console)
        if not findings:
            return
    if not findings:
        _print(console, f"  {without_findings(stack_report)}\n")
        return
    app_instances = {app_instance(finding) for finding in findings}
    table = _table(findings, report, with_app_instance=len(app_instances) > 1)
    if len(app_instances) == 1:
        _print(console, f"  users of {app_instances.pop()}")
    console.print(Padding(table, (0, 0, 0, 2), expand=False))
    for finding in findings:
        explanation = explain(finding, report.checked_at)
        if explanation:
            _print(console, Text(f"  {user_name(finding)}:", _style(finding, report)), explanation)
    _print(console)


def _print_policies(stack_report: StackReport, report: Report, console: Console) -> None:
    for finding in stack_report.policies:
        app_instance = finding.policy.app_instance or UNKNOWN
        _print(console, f"  policy for {app_instance} ({finding.policy.logical_id})")
        table = policy_table(finding, report.checked_at, report.expiring_within_days)
        console.print(Padding(table, (0, 0, 0, 4), expand=False))
        _print(console)


def _table(findings: tuple[Finding, ...], report: Report, *, with_app_instance: bool) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    columns = ["user", "drift status", "expected", "actual", "expires (UTC)"]
    for column in ["app instance", *columns] if with_app_instance else columns:
        table.add_column(column, overflow="fold")
    for finding in findings:
        cells: list[str | Text] = [
            user_name(finding),
            Text(drift_status(finding), _style(finding, report)),
            expected_days(finding.declaration),
            actual_days(finding),
            _expires(finding, report),
        ]
        if with_app_instance:
            cells.insert(0, app_instance(finding).rpartition("/")[2])
        table.add_row(*cells)
    return table


def _style(finding: Finding, report: Report) -> str:
    if report.is_drift(finding):
        return "bold red"
    return "green" if finding.drift_status is DriftStatus.IN_SYNC else "yellow"


def _expires(finding: Finding, report: Report) -> Text:
    style = ""
    if report.has_expired(finding):
        style = "bold yellow"
    elif report.expires_soon(finding):
        style = "yellow"
    return Text(expires(finding, report), style)


def _print(console: Console, *parts: object) -> None:
    # No line breaks at the width of the terminal: the lines are copied and searched.
    console.print(*parts, soft_wrap=True)
