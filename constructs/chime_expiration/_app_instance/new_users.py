"""When users that are created after the deployment get the setting."""

from enum import StrEnum


class NewUsers(StrEnum):
    """When users that are created after the deployment get the setting."""

    AT_ONCE = "AT_ONCE"
    """When the event of their creation arrives. This needs a CloudTrail trail with logging enabled
    in the region of the AppInstance, and a stack in this region. If the event is lost, the next
    sweep sets the user."""

    BY_SWEEP = "BY_SWEEP"
    """In the next sweep. This needs no trail, and the stack may be in any region."""
