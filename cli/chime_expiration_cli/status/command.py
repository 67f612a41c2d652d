"""Runs ``status`` from its options to its exit status."""

import json

from rich.console import Console

from chime_expiration_cli.clients import SessionClients
from chime_expiration_cli.console import rendered, result_console
from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.page.page_file import write_page
from chime_expiration_cli.standard_output import write_result
from chime_expiration_cli.status.build_report import build_report
from chime_expiration_cli.status.json_document import json_document
from chime_expiration_cli.status.options import StatusOptions
from chime_expiration_cli.status.report import Report
from chime_expiration_cli.status.sorting import Order
from chime_expiration_cli.status.terminal import View, print_report


def run(options: StatusOptions) -> ExitStatus:
    """Build the report, print it, and return the exit status; raises CommandError."""
    clients = SessionClients.from_configuration()
    regions = options.regions or (clients.default_region(),)
    report = build_report(options, regions, clients, Console(stderr=True))
    if options.html is not None:
        _write_page(options.html, report)
    write_result(_json(report) if options.json else _text(report, options))
    return report.exit_status


def _write_page(name: str, report: Report) -> None:
    # Imported here so that the tables need no package of the page.
    from chime_expiration_cli.page.render import render
    from chime_expiration_cli.status.page import page

    write_page(name, render(page(report)))


def _json(report: Report) -> str:
    return json.dumps(json_document(report), indent=2) + "\n"


def _text(report: Report, options: StatusOptions) -> str:
    console = result_console()
    view = View(
        tables=Order(options.sort) if options.sort else Order.STACK if options.all else None,
        ascii_only=not console.encoding.startswith("utf"),
    )
    return rendered(lambda console: print_report(report, console, view), console)
