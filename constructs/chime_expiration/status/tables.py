"""The report for people: a table for each stack, in colour where the output is a terminal.

Whatever has a colour has a word as well: colours go missing in logs, and to some eyes.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import IO, Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from chime_expiration.status.comparison import Expiry, Finding, State, in_days
from chime_expiration.status.report import Report, StackReport
from chime_expiration.status.users import Held

_STYLES = {
    State.IN_STEP: "green",
    State.DRIFTED: "bold red",
    State.REMOVED: "bold red",
    State.GONE: "bold red",
    State.CONFLICTING: "bold red",
}
_STYLE_OF_THE_REST = "yellow"
_WIDTH_WITHOUT_A_TERMINAL = 500
_EXPIRY_STYLES = {Expiry.SOON: "yellow", Expiry.PAST: "bold yellow"}


def output(file: IO[str] | None = None) -> Console:
    """A console on ``file``, or standard output, that prints texts as they are."""
    # Ids may hold what rich would take for markup or an emoji, such as "us-east-1:cat:".
    verbatim: dict[str, Any] = {"markup": False, "emoji": False, "highlight": False}
    console = Console(file=file, **verbatim)
    if console.is_terminal:
        return console
    # A log has no width to fit into.
    return Console(file=file, width=_WIDTH_WITHOUT_A_TERMINAL, **verbatim)


def print_report(report: Report, console: Console) -> None:
    """Print the tables, what needs attention below each, and a summary in the last line."""
    for each in report.stacks:
        _print_stack(each, report.at, console)
    for refusal in report.refusals:
        _print(console, Text("NOT LOOKED AT:", _STYLE_OF_THE_REST), str(refusal))
    _print(console, _summary(report))


def _print_stack(report: StackReport, now: datetime, console: Console) -> None:
    stack = report.stack
    heading = Text(stack.name, "bold")
    heading.append(f"  {stack.region}  ", "not bold")
    heading.append(stack.status, "not bold" if stack.is_settled else "bold red")
    if stack.parent_id:
        heading.append(f"  nested in {stack.parent_id.split('/')[1]}", "not bold")
    app_instances = {_app_instance(finding) for finding in report.findings}
    _print(console, heading)
    if not report.findings:
        _print(console, "  declares no expiration\n")
        return
    if len(app_instances) == 1:
        _print(console, f"  users of {next(iter(app_instances))}")
    table = _table(report.findings, now, with_app_instance=len(app_instances) > 1)
    console.print(Padding(table, (0, 0, 0, 2), expand=False))
    for finding in report.findings:
        if finding.explanation:
            style = _STYLES.get(finding.state, _STYLE_OF_THE_REST)
            _print(console, Text(f"  {_user(finding)}:", style), finding.explanation)
    _print(console)


def _table(findings: Iterable[Finding], now: datetime, *, with_app_instance: bool) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    columns = ["user", "", "declared", "held", "expires (UTC)"]
    for column in ["app instance", *columns] if with_app_instance else columns:
        table.add_column(column, overflow="fold")
    for finding in findings:
        cells: list[str | Text] = [
            _user(finding),
            _state(finding),
            _days(finding.declaration.days, "?"),
            _held(finding),
            _expires(finding, now),
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
    return user.app_instance_arn if user else "?"


def _state(finding: Finding) -> Text:
    # Capitals stand out where there are no colours.
    word = finding.state.value
    word = word if finding.state is State.IN_STEP else word.upper()
    return Text(word, _STYLES.get(finding.state, _STYLE_OF_THE_REST))


def _days(days: int | None, otherwise: str) -> str:
    return otherwise if days is None else in_days(days)


def _held(finding: Finding) -> str:
    return _days(finding.reading.days, "none") if isinstance(finding.reading, Held) else "?"


def _expires(finding: Finding, now: datetime) -> str | Text:
    if finding.expires is None:
        return "never" if finding.expiry is Expiry.NEVER else "?"
    words = f"{finding.expires:%Y-%m-%d %H:%M}, {_from_now(finding.expires - now)}"
    if finding.expiry is Expiry.PAST:
        words = f"EXPIRED {words}, not deleted yet"
    elif finding.expiry is Expiry.SOON:
        words = f"SOON {words}"
    return Text(words, _EXPIRY_STYLES.get(finding.expiry or Expiry.LATER, ""))


def _from_now(span: timedelta) -> str:
    length = abs(span)
    number, unit = length.days, "day"
    if not number:
        number, unit = length.seconds // 3600, "hour"
    amount = f"{number} {unit}{'' if number == 1 else 's'}"
    return f"in {amount}" if span > timedelta() else f"{amount} ago"


def _summary(report: Report) -> Text:
    states, expiries = report.states, report.expiries
    where = " and ".join(report.regions)
    total = states.total()
    if not total:
        return Text(f"no declaration was found in {where}", "bold")
    parts = [f"{states[state]} {state.value}" for state in State if states[state]]
    if expiries[Expiry.SOON]:
        parts.append(f"{expiries[Expiry.SOON]} to expire within {report.expiring_within_days} days")
    if expiries[Expiry.PAST]:
        parts.append(f"{expiries[Expiry.PAST]} expired but not deleted yet")
    unsettled = sum(not each.stack.is_settled for each in report.stacks)
    if unsettled:
        parts.append(f"{unsettled} stack{'' if unsettled == 1 else 's'} not settled")
    declarations = "declaration" if total == 1 else "declarations"
    return Text(f"{total} {declarations} in {where}: {', '.join(parts)}", "bold")


def _print(console: Console, *what: object) -> None:
    # Lines that are copied into an issue or grepped are not broken where the window ends.
    console.print(*what, soft_wrap=True)
