"""The report for people: a table for each stack, in colour on a terminal.

Each colour has a word beside it: logs have no colours, and not everybody can tell them apart.
"""

from datetime import timedelta

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from chime_expiration_cli.declarations import Declaration, DeploymentState
from chime_expiration_cli.status.comparison import Finding
from chime_expiration_cli.status.drift_status import DriftStatus
from chime_expiration_cli.status.explanation import explain, in_days
from chime_expiration_cli.status.policy_tables import policy_table
from chime_expiration_cli.status.report import Report, StackReport
from chime_expiration_cli.status.summary import summary

_UNKNOWN = "?"


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
        reason = "" if stack.is_stable else f", but the stack is {stack.status}"
        _print(console, f"  no declaration found{reason}\n")
        return
    app_instances = {_app_instance(finding) for finding in findings}
    table = _table(findings, report, with_app_instance=len(app_instances) > 1)
    if len(app_instances) == 1:
        _print(console, f"  users of {app_instances.pop()}")
    console.print(Padding(table, (0, 0, 0, 2), expand=False))
    for finding in findings:
        explanation = explain(finding, report.checked_at)
        if explanation:
            _print(console, Text(f"  {_user(finding)}:", _style(finding, report)), explanation)
    _print(console)


def _print_policies(stack_report: StackReport, report: Report, console: Console) -> None:
    for finding in stack_report.policies:
        app_instance = finding.policy.app_instance or _UNKNOWN
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
            _user(finding),
            Text(_drift_status(finding), _style(finding, report)),
            _expected(finding.declaration),
            in_days(finding.state.days) if finding.state else _UNKNOWN,
            _expires(finding, report),
        ]
        if with_app_instance:
            cells.insert(0, _app_instance(finding).rpartition("/")[2])
        table.add_row(*cells)
    return table


def _user(finding: Finding) -> str:
    user = finding.declaration.user
    return user.user_id if user else finding.declaration.logical_id


def _app_instance(finding: Finding) -> str:
    user = finding.declaration.user
    return user.app_instance_arn if user else _UNKNOWN


def _drift_status(finding: Finding) -> str:
    reason = finding.not_checked_reason
    return finding.drift_status.name + (f" ({reason.value})" if reason else "")


def _expected(declaration: Declaration) -> str:
    if declaration.deployment is DeploymentState.CLEANUP_FAILED:
        return in_days(None)
    return _UNKNOWN if declaration.expected_days is None else in_days(declaration.expected_days)


def _style(finding: Finding, report: Report) -> str:
    if report.is_drift(finding):
        return "bold red"
    return "green" if finding.drift_status is DriftStatus.IN_SYNC else "yellow"


def _expires(finding: Finding, report: Report) -> str | Text:
    if finding.expires_at is None:
        return "never" if finding.state else _UNKNOWN
    distance = _from_now(finding.expires_at - report.checked_at)
    moment = f"{finding.expires_at:%Y-%m-%d %H:%M}, {distance}"
    if report.has_expired(finding):
        return Text(f"EXPIRED {moment}, not deleted yet", "bold yellow")
    if report.expires_soon(finding):
        return Text(f"SOON {moment}", "yellow")
    return moment


def _from_now(span: timedelta) -> str:
    length = abs(span)
    number, unit = length.days, "day"
    if not number:
        number, unit = length.seconds // 3600, "hour"
    amount = f"{number} {unit}{'' if number == 1 else 's'}"
    return f"in {amount}" if span > timedelta() else f"{amount} ago"


def _print(console: Console, *parts: object) -> None:
    # No line breaks at the width of the terminal: the lines are copied and searched.
    console.print(*parts, soft_wrap=True)
