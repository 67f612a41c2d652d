from enum import StrEnum


class ExpirationCriterion(StrEnum):
    """From when the days of an expiration count.

    The values are the service model's; there is one.
    """

    CREATED_TIMESTAMP = "CREATED_TIMESTAMP"
    """From the creation of the AppInstanceUser, not from the deployment."""
