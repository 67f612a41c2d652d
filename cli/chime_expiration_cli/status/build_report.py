"""Builds the report from what AWS reports."""

from collections.abc import Callable
from datetime import UTC, datetime

from rich.console import Console

from chime_expiration_cli.clients import THREADS_PER_REGION, Clients
from chime_expiration_cli.declaration_search import search_declarations
from chime_expiration_cli.identity.rate_limiter import RateLimiter
from chime_expiration_cli.identity.read_users import read_users
from chime_expiration_cli.identity.user_reader import UserReader
from chime_expiration_cli.progress import show_count, show_search
from chime_expiration_cli.status.comparison import Finding, compare
from chime_expiration_cli.status.options import StatusOptions
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
    # All at once: a user can be declared in different stacks.
    findings: dict[str, list[Finding]] = {}
    for finding in compare(search.declarations, readings):
        findings.setdefault(finding.declaration.stack.id, []).append(finding)
    return Report(
        checked_at=now(),
        regions=regions,
        expiring_within_days=options.expiring_within_days,
        fail_on_deleted=options.fail_on_deleted,
        stacks=tuple(
            StackReport(stack, tuple(findings.get(stack.id, ())))
            for stack, declarations in search.stacks
            # A failed clean-up that has no effect any more is not reported.
            if not declarations or stack.id in findings
        ),
        denied_calls=search.denied_calls,
    )
