"""What docs/status.md shows, in its order."""

import io
from collections.abc import Callable
from dataclasses import replace

from rich.console import Console

from chime_expiration_cli.console import result_console
from chime_expiration_cli.status.calendar_bars import BLOCKS, calendar
from chime_expiration_cli.status.expirations import expirations_of
from chime_expiration_cli.status.report import Report
from chime_expiration_cli.status.tables import print_tables
from chime_expiration_cli.status.terminal import View, print_report
from command_line.sample_policies import sample_policies
from command_line.sample_report import sample_report


def without_ledgers() -> Report:
    """The policies as they are without ``--ledger``."""
    report = sample_policies()
    return replace(
        report,
        stacks=tuple(
            replace(
                each,
                policies=tuple(
                    replace(finding, reading=replace(finding.reading, ledger=None))
                    for finding in each.policies
                ),
            )
            for each in report.stacks
        ),
    )


def declarations_and_a_ledger() -> Report:
    """The declarations, and the policy whose ledger was read."""
    report = sample_report()
    return replace(report, stacks=(*report.stacks, sample_policies().stacks[0]), reads_ledger=True)


def _print_calendar(console: Console) -> None:
    console.print(calendar(expirations_of(declarations_and_a_ledger()), console, BLOCKS))


_VIEWS: tuple[Callable[[Console], None], ...] = (
    lambda console: print_report(sample_report(), console, View()),
    _print_calendar,
    lambda console: print_tables(sample_report(), console),
    lambda console: print_report(without_ledgers(), console, View()),
    lambda console: print_tables(sample_policies(), console),
)


def sample_views() -> list[list[str]]:
    """The lines of each."""
    return [_lines(view) for view in _VIEWS]


def _lines(view: Callable[[Console], None]) -> list[str]:
    file = io.StringIO()
    view(result_console(file))
    return [line.rstrip() for line in file.getvalue().rstrip().splitlines()]
