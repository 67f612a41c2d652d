"""Runs ``plan`` from its options to its exit status."""

import json

from rich.console import Console

from chime_expiration_cli.clients import SessionClients
from chime_expiration_cli.console import rendered
from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.page.page_file import write_page
from chime_expiration_cli.plan.build_report import build_report
from chime_expiration_cli.plan.json_document import json_document
from chime_expiration_cli.plan.markdown import markdown
from chime_expiration_cli.plan.options import PlanOptions
from chime_expiration_cli.plan.report import Report
from chime_expiration_cli.plan.tables import print_report
from chime_expiration_cli.standard_output import write_result


def run(options: PlanOptions) -> ExitStatus:
    """Build the report, print it, and return the exit status; raises CommandError."""
    clients = SessionClients.from_configuration()
    report = build_report(options, clients, Console(stderr=True))
    if options.html is not None:
        _write_page(options.html, report)
    if options.json:
        write_result(json.dumps(json_document(report), indent=2) + "\n")
    elif options.markdown:
        write_result(markdown(report))
    else:
        write_result(rendered(lambda console: print_report(report, console)))
    return report.exit_status


def _write_page(name: str, report: Report) -> None:
    # Imported here so that the tables need no package of the page.
    from chime_expiration_cli.page.render import render
    from chime_expiration_cli.plan.page import page

    write_page(name, render(page(report)))
