"""When users that are created after the deployment get the setting."""

from enum import StrEnum


class NewUsers(StrEnum):
    """When users that are created after the deployment get the setting."""

    AT_ONCE = "AT_ONCE"
    """Within seconds, by the event of their creation. This needs a CloudTrail trail with logging
    enabled in the region of the AppInstance. The next sweep finds users whose event was lost."""

    BY_SWEEP = "BY_SWEEP"
    """By the next sweep. The stack may be in any region."""
