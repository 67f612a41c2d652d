"""The orders in which the users can be printed."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum

from chime_expiration_cli.status.comparison import Finding
from chime_expiration_cli.status.drift_status import DriftStatus
from chime_expiration_cli.status.texts import app_instance, user_name

# What needs attention comes first.
_STATUSES = (
    DriftStatus.MODIFIED,
    DriftStatus.CONFLICTING,
    DriftStatus.ORPHANED,
    DriftStatus.DELETED,
    DriftStatus.NOT_CHECKED,
    DriftStatus.IN_SYNC,
)
_NEVER = datetime.max.replace(tzinfo=UTC)


class Order(StrEnum):
    """``STACK`` is a table for each stack, as in the template. The others are one table."""

    STACK = "stack"
    USER = "user"
    EXPIRES = "expires"
    STATUS = "status"


def in_order(findings: Iterable[Finding], order: Order) -> list[Finding]:
    """The findings; those that are equal stay in their order."""
    match order:
        case Order.USER:
            return sorted(findings, key=lambda each: (user_name(each), app_instance(each)))
        case Order.EXPIRES:
            return sorted(findings, key=_expiry)
        case Order.STATUS:
            return sorted(findings, key=lambda each: _STATUSES.index(each.drift_status))
    return list(findings)


def _expiry(finding: Finding) -> tuple[datetime, bool]:
    """The soonest first, then those that never expire, then those of whom it is not known."""
    return finding.expires_at or _NEVER, finding.state is None
