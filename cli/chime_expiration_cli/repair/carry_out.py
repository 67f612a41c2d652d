"""Does what was shown and confirmed."""

from collections.abc import Callable
from datetime import datetime

from rich.console import Console

from chime_expiration_cli.clients import THREADS_PER_REGION, Clients
from chime_expiration_cli.identity.rate_limiter import RateLimiter as ReadLimiter
from chime_expiration_cli.identity.user_reader import UserReader
from chime_expiration_cli.progress import show_count
from chime_expiration_cli.repair.interruption import Interruption
from chime_expiration_cli.repair.options import RepairOptions
from chime_expiration_cli.repair.outcome import Outcome, Result
from chime_expiration_cli.repair.proposal import Proposal, SweepRepair, UserRepair
from chime_expiration_cli.repair.stack_watch import StackWatch
from chime_expiration_cli.repair.sweeps import Sweeps
from chime_expiration_cli.repair.user_writer import UserWriter
from chime_expiration_cli.repair.write_users import write_users
from chime_expiration_handler.service.rate_limiter import RateLimiter


def carry_out(
    proposal: Proposal,
    options: RepairOptions,
    clients: Clients,
    progress: Console,
    now: Callable[[], datetime],
) -> tuple[list[Result], bool]:
    """The results in the order of the repairs, and whether Ctrl-C has interrupted them."""
    users = [each for each in proposal.repairs if isinstance(each, UserRepair)]
    sweeps = [each for each in proposal.repairs if isinstance(each, SweepRepair)]
    interruption = Interruption()
    stacks = StackWatch(clients.cloudformation)

    def writer_for(region: str) -> UserWriter:
        client = clients.identity(region)
        reads = ReadLimiter(options.reads_per_second, sleep=interruption.pause)
        return UserWriter(
            client=client,
            new_reader=lambda: UserReader(client, reads, sleep=interruption.pause),
            limiter=RateLimiter(options.writes_per_second, sleep=interruption.pause),
            stacks=stacks,
            interruption=interruption,
            now=now,
        )

    with show_count("Repairing users", len(users), progress) as on_done:
        of_users = write_users(users, writer_for, THREADS_PER_REGION, interruption, on_done)
    of_sweeps, is_interrupted = [Result(Outcome.NOT_DONE)] * len(sweeps), interruption.is_requested
    if not is_interrupted:
        runner = Sweeps(clients, stacks, options.wait_minutes * 60, options.ledger, now)
        with show_count("Sweeping policies", len(sweeps), progress) as on_done:
            of_sweeps, is_interrupted = runner.run(sweeps, on_done)
    each_user, each_sweep = iter(of_users), iter(of_sweeps)
    return [
        next(each_user) if isinstance(repair, UserRepair) else next(each_sweep)
        for repair in proposal.repairs
    ], is_interrupted
