"""A report with three policies; docs/status.md shows it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from chime_expiration_cli.policies.reading import LedgerCounts
from chime_expiration_cli.status.policy_comparison import compare_policy
from chime_expiration_cli.status.report import Report, StackReport
from chime_expiration_handler.contract.ledger import Kind
from command_line.policy_account import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    PolicyAccount,
    policies,
    policy_stack,
    read,
)

_LEDGER = LedgerCounts(
    kinds={
        Kind.SET: 12_001,
        Kind.LEFT_ALONE: 418,
        Kind.OVERDUE: 0,
        Kind.FAILED: 0,
        Kind.INTENDED: 0,
    },
    owned=12_001,
    days_not_known=418,
    expiring_soon=311,
    next_expires_at=NOW + timedelta(hours=2, minutes=30),
    expirations={
        (NOW + timedelta(days=days)).date(): 311 - 4 * days if days % 7 < 5 else 90
        for days in range(60)
    },
    read_units=465.5,
    seconds=0.84,
)


def sample_policies() -> Report:
    """The report."""
    in_sync = PolicyAccount(policy_stack("Guests", Users=["guest-*"], NoticeDays=14))
    in_sync.declare()
    in_sync.sweep(
        -9 * HOUR,
        -9 * HOUR + 4 * MINUTE,
        kept=11_978,
        set=23,
        left_alone=418,
        not_governed=12,
    )
    running = PolicyAccount(policy_stack("Kiosks", "UPDATE_COMPLETE"))
    running.declare()
    running.sweep(-DAY, -DAY + HOUR, kept=54_000)
    running.begin(-HOUR)
    running.progress(-10, set=21_000, kept=3_000, overdue=40)
    running.denied = {"sqs:GetQueueAttributes"}
    modified = PolicyAccount(policy_stack("Lobby", "UPDATE_COMPLETE"))
    modified.declare()
    modified.begin(-HOUR)
    modified.finish(-HOUR + 90, "", "BadRequestException: no", set=80, overdue=7, failed=2)
    modified.failed = [datetime(2026, 5, 28, 3, 2, tzinfo=UTC)]
    modified.dead_letters = 1
    reports = []
    for account in (in_sync, running, modified):
        [policy] = policies(account.account)
        reading = read(account, policy)
        if account is in_sync:
            reading = replace(reading, ledger=_LEDGER)
        finding = compare_policy(policy, reading, NOW)
        reports.append(StackReport(policy.stack, (), (finding,)))
    return Report(
        checked_at=NOW,
        regions=("us-east-1",),
        expiring_within_days=7,
        fail_on_deleted=False,
        stacks=tuple(reports),
        denied_calls=(),
    )
