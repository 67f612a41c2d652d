"""The command from its options to its exit status."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from rich.console import Console

from chime_expiration.status.clients import THREADS_PER_REGION, Clients, SessionClients
from chime_expiration.status.cloudformation import CloudFormation, StackUnknown
from chime_expiration.status.comparison import compare
from chime_expiration.status.declarations import Declaration, declarations_of
from chime_expiration.status.json_document import json_document
from chime_expiration.status.options import Options
from chime_expiration.status.pace import Pace
from chime_expiration.status.problems import NotLookedAt, UsageProblem
from chime_expiration.status.progress import counting, searching
from chime_expiration.status.report import UNUSABLE, Report, StackReport
from chime_expiration.status.stacks import DeployedStack, StackWalk
from chime_expiration.status.tables import output, print_report
from chime_expiration.status.users import RegionOfUsers, read_users

_INTERRUPTED = 130


def run(options: Options) -> int:
    """Look, print, and return the exit status."""
    progress = Console(stderr=True)
    try:
        clients = SessionClients.configured()
        regions = options.regions or (clients.region(),)
        report = look(options, regions, clients, progress)
    except UsageProblem as problem:
        print(f"chime_expiration status: {problem}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        return _INTERRUPTED
    if options.json:
        print(json.dumps(json_document(report), indent=2))
    else:
        print_report(report, output())
    return report.exit_status


def look(
    options: Options,
    regions: tuple[str, ...],
    clients: Clients,
    progress: Console,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Report:
    """Compare what is declared in ``regions`` with what the service holds; raises UsageProblem."""
    declared: list[tuple[DeployedStack, list[Declaration]]] = []
    refusals: list[NotLookedAt] = []
    unknown = set(options.stacks)
    with searching(progress) as looked_at:
        for region in regions:
            cloudformation = CloudFormation(clients.cloudformation(region), region)
            walk = StackWalk(cloudformation, looked_at)
            stacks: dict[str, DeployedStack] = {}
            if not options.stacks:
                stacks = {stack.id: stack for stack in walk.all()}
            for name in options.stacks:
                try:
                    stacks |= {stack.id: stack for stack in walk.named(name)}
                except StackUnknown:
                    continue
                unknown.discard(name)
            declared += [(each, declarations_of(each, cloudformation)) for each in stacks.values()]
            refusals += walk.refusals
    if unknown:
        raise UsageProblem(f"no stack {' or '.join(sorted(unknown))} in {' or '.join(regions)}")

    declarations = [each for _, of_stack in declared for each in of_stack]
    users = {each.user for each in declarations if each.user}
    with counting("Asking Chime SDK", len(users), progress) as was_read:
        readings = read_users(
            users,
            lambda region: RegionOfUsers(clients.identity(region), Pace(options.per_second)),
            THREADS_PER_REGION,
            was_read,
        )
    at = now()
    findings = iter(
        compare(declarations, readings, now=at, soon=timedelta(days=options.expiring_within_days))
    )
    return Report(
        at=at,
        regions=regions,
        expiring_within_days=options.expiring_within_days,
        stacks=tuple(
            StackReport(stack, tuple(next(findings) for _ in of_stack))
            for stack, of_stack in declared
        ),
        refusals=tuple(refusals),
    )
