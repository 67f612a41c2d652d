"""What DescribeAppInstanceUser says of a user."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from chime_expiration_handler.contract.days import expiration_days

# The expiration of a user that is created later cannot be calculated: Python's years end at 9999.
_LATEST_YEAR = 9900


class UnexpectedResponseError(Exception):
    """A response with status 200 that is not the one that the API documents."""


@dataclass(frozen=True, slots=True)
class UserState:
    """When the user was created, in UTC, and its days; None where it has no expiration.

    ``updated`` is when it was changed last; None where the response does not contain it.
    """

    created: datetime
    days: int | None
    updated: datetime | None = None

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Read a response of DescribeAppInstanceUser; raise UnexpectedResponseError."""
        user = response.get("AppInstanceUser") or {}
        created = user.get("CreatedTimestamp")
        if not isinstance(created, datetime):
            raise UnexpectedResponseError("the response has no CreatedTimestamp")
        if created.year > _LATEST_YEAR:
            raise UnexpectedResponseError(f"CreatedTimestamp is in the year {created.year}")
        updated = user.get("LastUpdatedTimestamp")
        return cls(
            created.astimezone(UTC),
            days_in(user),
            updated.astimezone(UTC) if isinstance(updated, datetime) else None,
        )


def days_in(holder: Mapping[str, Any]) -> int | None:
    """The days of the ``ExpirationSettings`` in a user or a response; None where there are none.

    Raises UnexpectedResponseError.
    """
    settings = holder.get("ExpirationSettings")
    if not settings:
        return None
    try:
        return expiration_days(settings.get("ExpirationDays"))
    except ValueError as problem:
        raise UnexpectedResponseError(f"ExpirationDays: {problem}") from problem
