"""From when the days of an expiration count."""

from enum import StrEnum


class ExpirationCriterion(StrEnum):
    """From when the days of an expiration count.

    The values are those of the service model, which has one.
    """

    CREATED_TIMESTAMP = "CREATED_TIMESTAMP"
    """From the creation of the AppInstanceUser, not from the deployment."""


def require_criterion(criterion: ExpirationCriterion) -> None:
    """Raise ValueError where the service does not know ``criterion``."""
    try:
        ExpirationCriterion(criterion)
    except ValueError:
        allowed = ", ".join(f"ExpirationCriterion.{known.name}" for known in ExpirationCriterion)
        raise ValueError(f"criterion is {criterion!r}: use {allowed}") from None
