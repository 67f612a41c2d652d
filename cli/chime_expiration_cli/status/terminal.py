"""The report for people: what needs attention first, the summary last."""

from dataclasses import dataclass
from itertools import groupby

from rich.console import Console
from rich.padding import Padding

from chime_expiration_cli.console import Styled, print_line
from chime_expiration_cli.status.calendar_bars import ASCII, BLOCKS, LEAST_WIDTH, calendar
from chime_expiration_cli.status.expirations import expirations_of
from chime_expiration_cli.status.notes import notes
from chime_expiration_cli.status.overview import overview
from chime_expiration_cli.status.problems import Problem, problems_of
from chime_expiration_cli.status.report import Report
from chime_expiration_cli.status.sorting import Order
from chime_expiration_cli.status.summary import nothing_declared, summary
from chime_expiration_cli.status.tables import print_tables


@dataclass(frozen=True, slots=True)
class View:
    """What is printed: the tables in an ``order``, or no tables. ``ascii_only``: bars of ASCII."""

    tables: Order | None = None
    ascii_only: bool = False


def print_report(report: Report, console: Console, view: View) -> None:
    """Print the problems, a line for each stack and policy, the calendar and the summary."""
    missing = nothing_declared(report)
    if missing:
        print_line(console, Styled(missing, "yellow"))
        print_line(console)
    else:
        _print_problems(problems_of(report), console)
    _print_overview(report, console)
    if view.tables:
        print_tables(report, console, view.tables)
    _print_calendar(report, console, view)
    number = sum(1 for _ in report.findings) + sum(1 for _ in report.policies)
    if number and not view.tables:
        print_line(
            console,
            "--all lists each user and policy, --sort expires the first to expire at the top",
        )
    print_line(console, Styled(summary(report), "bold"))


def _print_problems(problems: list[Problem], console: Console) -> None:
    if not problems:
        print_line(console, Styled("no problem", "green"))
        print_line(console)
        return
    number = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    print_line(console, Styled(number, "bold"))
    for kind, group in groupby(problems, lambda each: each.kind):
        same = list(group)
        heading = Styled(f"  {kind}", "bold red" if same[0].is_drift else "yellow")
        heading.append(f": {len(same)}", "not bold")
        if same[0].action:
            heading.append(f" ({same[0].action})", "not bold default")
        print_line(console, heading)
        for each in same:
            print_line(console, f"    {': '.join([each.subject, *each.sentences[:1]])}")
            for sentence in each.sentences[1:]:
                print_line(console, f"      {sentence}")
    print_line(console)


def _print_overview(report: Report, console: Console) -> None:
    table, sentences = overview(report), notes(report)
    if table.row_count:
        console.print(Padding(table, (0, 0, 0, 2), expand=False))
    for sentence in sentences:
        print_line(console, f"  {sentence}")
    if table.row_count or sentences:
        print_line(console)


def _print_calendar(report: Report, console: Console, view: View) -> None:
    expirations = expirations_of(report)
    if expirations.all_users.total:
        characters = ASCII if view.ascii_only else BLOCKS
        # A narrower terminal breaks the lines: a number that is cut off would be another one.
        width = console.width
        console.width = max(width, LEAST_WIDTH)
        console.print(calendar(expirations, console, characters))
        console.width = width
    others = expirations.other_policies
    if others:
        whose = "1 policy" if others == 1 else f"{others} policies"
        reason = "the table was not read" if report.reads_ledger else "add --ledger"
        print_line(console, f"  the calendar has no users of {whose}: {reason}")
    if expirations.all_users.total or others:
        print_line(console)
