"""From the deployed stacks to what ``repair`` would do."""

from collections.abc import Callable
from datetime import datetime

from rich.console import Console

from chime_expiration_cli.clients import Clients
from chime_expiration_cli.cloudformation.api import CloudFormation
from chime_expiration_cli.declaration_search import search_declarations
from chime_expiration_cli.progress import show_search
from chime_expiration_cli.repair.options import RepairOptions
from chime_expiration_cli.repair.orphan_days import days_that_were_set
from chime_expiration_cli.repair.proposal import Proposal
from chime_expiration_cli.repair.propose import propose
from chime_expiration_cli.repair.surroundings import Surroundings
from chime_expiration_cli.status.build_report import build_report
from chime_expiration_cli.status.comparison import Finding
from chime_expiration_cli.status.drift_status import DriftStatus
from chime_expiration_cli.status.options import StatusOptions
from chime_expiration_cli.status.report import Report

_NEED_SURROUNDINGS = (DriftStatus.MODIFIED, DriftStatus.ORPHANED)


def gather_proposal(
    options: RepairOptions,
    regions: tuple[str, ...],
    clients: Clients,
    progress: Console,
    now: Callable[[], datetime],
) -> Proposal:
    """Compare as ``status`` does, and decide; raises CommandError."""
    report = build_report(
        StatusOptions(
            stacks=options.stacks,
            regions=options.regions,
            reads_per_second=options.reads_per_second,
            ledger=options.ledger,
        ),
        regions,
        clients,
        progress,
        now,
    )
    needs_others = any(each.drift_status in _NEED_SURROUNDINGS for each in report.findings)
    surroundings = _in_report(report)
    if options.stacks and needs_others:
        # A user of a named stack can be declared by any other one.
        surroundings = _in_regions(regions, clients, progress, now())

    def days_set(finding: Finding) -> int | None:
        stack = finding.declaration.stack
        return days_that_were_set(finding, CloudFormation(clients.cloudformation, stack.region))

    return propose(report, surroundings, days_set, clears_orphans=options.clear_orphans)


def _in_report(report: Report) -> Surroundings:
    return Surroundings(
        tuple(finding.declaration for finding in report.findings),
        tuple(finding.policy for finding in report.policies),
        report.denied_calls,
    )


def _in_regions(
    regions: tuple[str, ...], clients: Clients, progress: Console, now: datetime
) -> Surroundings:
    with show_search(progress) as on_stack:
        search = search_declarations(clients.cloudformation, regions, (), on_stack, now)
    return Surroundings(tuple(search.declarations), search.policies, search.denied_calls)
