"""Builds the report from what AWS reports."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from rich.console import Console

from chime_expiration_cli.clients import THREADS_PER_REGION, Clients
from chime_expiration_cli.cloudformation.deployed_stack import DeployedStack
from chime_expiration_cli.declaration_search import search_declarations
from chime_expiration_cli.declared_policies import DeclaredPolicy
from chime_expiration_cli.identity.rate_limiter import RateLimiter
from chime_expiration_cli.identity.read_users import read_users
from chime_expiration_cli.identity.user_reader import UserReader
from chime_expiration_cli.policies.reader import PolicyReader
from chime_expiration_cli.policies.reading import PolicyReading
from chime_expiration_cli.progress import show_count, show_search
from chime_expiration_cli.status.comparison import Finding, compare
from chime_expiration_cli.status.options import StatusOptions
from chime_expiration_cli.status.policy_comparison import PolicyFinding, compare_policies
from chime_expiration_cli.status.report import Report, StackReport


def build_report(
    options: StatusOptions,
    regions: tuple[str, ...],
    clients: Clients,
    progress: Console,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Report:
    """Compare the declarations in ``regions`` with the service; raises CommandError."""
    with show_search(progress) as on_stack:
        search = search_declarations(
            clients.cloudformation, regions, options.stacks, on_stack, now()
        )

    def reader_for(region: str) -> UserReader:
        return UserReader(clients.identity(region), RateLimiter(options.reads_per_second))

    users = {declaration.user for declaration in search.declarations if declaration.user}
    with show_count("Reading users", len(users), progress) as on_read:
        readings = read_users(users, reader_for, THREADS_PER_REGION, on_read)
    policies: dict[str, list[PolicyFinding]] = {}
    reader = PolicyReader(
        clients, options.ledger, now, now() + timedelta(days=options.expiring_within_days)
    )
    with show_count("Reading policies", len(search.policies), progress) as on_read:

        def read(policy: DeclaredPolicy) -> PolicyReading:
            reading = reader.read(policy)
            on_read()
            return reading

        for found in compare_policies(search.policies, read, now):
            policies.setdefault(found.policy.stack.id, []).append(found)
    # All at once: a user can be declared in different stacks.
    findings: dict[str, list[Finding]] = {}
    for finding in compare(search.declarations, readings):
        findings.setdefault(finding.declaration.stack.id, []).append(finding)

    def is_named(stack: DeployedStack) -> bool:
        return bool({stack.name, stack.id} & set(options.stacks))

    return Report(
        checked_at=now(),
        regions=regions,
        expiring_within_days=options.expiring_within_days,
        fail_on_deleted=options.fail_on_deleted,
        stacks=tuple(
            StackReport(stack, tuple(findings.get(stack.id, ())), tuple(policies.get(stack.id, ())))
            for stack, _ in search.stacks
            # A failed clean-up that has no effect any more is not reported.
            if stack.id in findings or stack.id in policies or is_named(stack)
        ),
        denied_calls=search.denied_calls,
        searches=search.regions,
        are_named=bool(options.stacks),
        reads_ledger=options.ledger,
    )
