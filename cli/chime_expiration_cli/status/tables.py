"""Each user and each policy of the report, in tables, in colour on a terminal.

Each colour has a word beside it: logs have no colours, and not everybody can tell them apart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rich.console import Console
from rich.padding import Padding

from chime_expiration_cli.console import ResultTable, Styled, print_line
from chime_expiration_cli.status.comparison import Finding
from chime_expiration_cli.status.drift_status import DriftStatus
from chime_expiration_cli.status.explanation import explain
from chime_expiration_cli.status.policy_tables import policy_table
from chime_expiration_cli.status.report import Report, StackReport
from chime_expiration_cli.status.sorting import Order, in_order
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


def print_tables(report: Report, console: Console, order: Order = Order.STACK) -> None:
    """Print the users and policies of each stack, with explanations below each table."""
    if order is Order.STACK:
        for each in report.stacks:
            _print_stack(each, report, console)
        return
    findings = in_order(report.findings, order)
    if findings:
        _print_findings(findings, report, console, with_stack=True)
    for each in report.stacks:
        if each.policies:
            _print_stack(replace(each, findings=()), report, console)


def _print_stack(stack_report: StackReport, report: Report, console: Console) -> None:
    stack, findings = stack_report.stack, stack_report.findings
    heading = Styled(stack.name, "bold")
    heading.append(f"  {stack.region}  ", "not bold")
    heading.append(stack.status, "not bold" if stack.is_stable else "bold red")
    if stack.parent_id:
        heading.append(f"  nested in {stack.parent_id.split('/')[1]}", "not bold")
    print_line(console, heading)
    if stack_report.policies:
        _print_policies(stack_report, report, console)
        if not findings:
            return
    if not findings:
        print_line(console, f"  {without_findings(stack_report)}")
        print_line(console)
        return
    _print_findings(findings, report, console, with_stack=False)


def _print_findings(
    findings: Sequence[Finding], report: Report, console: Console, *, with_stack: bool
) -> None:
    app_instances = {app_instance(finding) for finding in findings}
    # Where the stack tells it, its long id would leave no room for the rest.
    places = {(finding.declaration.stack.id, app_instance(finding)) for finding in findings}
    stacks = {stack for stack, _ in places} if with_stack else {""}
    table = _table(
        findings, report, with_stack=with_stack, with_app_instance=len(places) > len(stacks)
    )
    if len(app_instances) == 1:
        print_line(console, f"  users of {app_instances.pop()}")
    console.print(Padding(table, (0, 0, 0, 2), expand=False))
    for finding in findings:
        explanation = explain(finding, report.checked_at)
        if explanation:
            print_line(
                console,
                Styled(f"  {user_name(finding)}:", _style(finding, report)),
                explanation,
            )
    print_line(console)


def _print_policies(stack_report: StackReport, report: Report, console: Console) -> None:
    for finding in stack_report.policies:
        app_instance = finding.policy.app_instance or UNKNOWN
        print_line(console, f"  policy for {app_instance} ({finding.policy.logical_id})")
        table = policy_table(finding, report.checked_at, report.expiring_within_days)
        console.print(Padding(table, (0, 0, 0, 4), expand=False))
        print_line(console)


def _table(
    findings: Iterable[Finding], report: Report, *, with_stack: bool, with_app_instance: bool
) -> ResultTable:
    columns = ["user", "drift status", "expected", "actual", "expires (UTC)"]
    if with_app_instance:
        columns.insert(0, "app instance")
    if with_stack:
        columns.append("stack")
    table = ResultTable(*columns)
    for finding in findings:
        stack = finding.declaration.stack
        cells: list[str | Styled] = [
            user_name(finding),
            Styled(drift_status(finding), _style(finding, report)),
            expected_days(finding.declaration),
            actual_days(finding),
            _expires(finding, report),
        ]
        if with_app_instance:
            cells.insert(0, app_instance(finding).rpartition("/")[2])
        if with_stack:
            cells.append(f"{stack.name} ({stack.region})")
        table.add_row(*cells)
    return table


def _style(finding: Finding, report: Report) -> str:
    if report.is_drift(finding):
        return "bold red"
    return "green" if finding.drift_status is DriftStatus.IN_SYNC else "yellow"


def _expires(finding: Finding, report: Report) -> Styled:
    style = ""
    if report.has_expired(finding):
        style = "bold yellow"
    elif report.expires_soon(finding):
        style = "yellow"
    return Styled(expires(finding, report), style)
