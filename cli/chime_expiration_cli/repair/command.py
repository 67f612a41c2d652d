"""Runs ``repair`` from its options to its exit status."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from rich.console import Console

from chime_expiration_cli.clients import Clients, SessionClients
from chime_expiration_cli.console import rendered
from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.repair.carry_out import carry_out
from chime_expiration_cli.repair.confirmation import check_terminal, confirm
from chime_expiration_cli.repair.gather import gather_proposal
from chime_expiration_cli.repair.json_document import json_document
from chime_expiration_cli.repair.options import RepairOptions
from chime_expiration_cli.repair.outcome import Result
from chime_expiration_cli.repair.proposal import Proposal
from chime_expiration_cli.repair.texts import print_proposal, print_results, question
from chime_expiration_cli.standard_error import print_error, print_rendered
from chime_expiration_cli.standard_output import write_result


def run(options: RepairOptions) -> ExitStatus:
    """Show, ask, repair and print; return the exit status. Raises CommandError."""
    if not options.yes and not options.dry_run:
        check_terminal()
    clients = SessionClients.from_configuration()
    regions = options.regions or (clients.default_region(),)
    return run_with(options, regions, clients, Console(stderr=True), lambda: datetime.now(UTC))


def run_with(
    options: RepairOptions,
    regions: tuple[str, ...],
    clients: Clients,
    progress: Console,
    now: Callable[[], datetime],
) -> ExitStatus:
    """The same with these clients."""
    proposal = gather_proposal(options, regions, clients, progress, now)
    results = proposal.not_confirmed
    if options.dry_run or not proposal.repairs:
        return _end(proposal, results, options, is_done=False)

    # Before anything is changed: if nobody reads it, nothing is.
    def show(console: Console) -> None:
        print_proposal(proposal, console)

    if options.json:
        print_rendered(rendered(show))
    else:
        write_result(rendered(show))
    if not options.yes and not confirm(question(proposal)):
        print_error("nothing was changed")
        if options.json:
            return _end(proposal, results, options, is_done=False)
        return proposal.exit_status(results)
    results, is_interrupted = carry_out(proposal, options, clients, progress, now)
    if is_interrupted:
        print_error("interrupted: run repair again to do the rest")
    return _end(proposal, results, options, is_done=True, is_interrupted=is_interrupted)


def _end(
    proposal: Proposal,
    results: Sequence[Result],
    options: RepairOptions,
    *,
    is_done: bool,
    is_interrupted: bool = False,
) -> ExitStatus:
    exit_status = ExitStatus.INTERRUPTED if is_interrupted else proposal.exit_status(results)

    def show(console: Console) -> None:
        if is_done:
            print_results(proposal, results, console)
        else:
            print_proposal(proposal, console)

    if options.json:
        write_result(json.dumps(json_document(proposal, results, exit_status), indent=2) + "\n")
    else:
        write_result(rendered(show))
    return exit_status
