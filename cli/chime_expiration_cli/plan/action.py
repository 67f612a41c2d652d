"""What a deployment does to a user."""

from enum import Enum


class Action(Enum):
    """What a deployment does to a user, or why it does nothing. Problems come first."""

    REFUSED = "REFUSED"
    """The deployment of the stack fails and is rolled back."""
    CONFLICTING = "CONFLICTING"
    """Several stacks declare the user: what it has afterwards depends on their order."""
    NOT_JUDGED = "NOT_JUDGED"
    OVERDUE = "OVERDUE"
    """The policy leaves the user alone: its days would delete it too soon."""
    LEFT_ALONE = "LEFT_ALONE"
    """The policy leaves the user alone: somebody else has set it."""
    CHANGED = "CHANGED"
    SET = "SET"
    CLEARED = "CLEARED"
    NOT_FOUND = "NOT_FOUND"
    """The user does not exist, and that is no failure."""
    UNCHANGED = "UNCHANGED"


class Reason(Enum):
    """Why a user is REFUSED or NOT_JUDGED, or what is wrong with one that is UNCHANGED."""

    TOO_OLD = "too old"
    NOT_FOUND = "not found"
    INVALID = "invalid"
    UNRESOLVED = "unresolved"
    ACCESS_DENIED = "access denied"
    READ_FAILED = "read failed"
    DRIFT = "drift"
    """The user has other days than declared, and the deployment does not set them."""


class Change(Enum):
    """What a deployment does with a stack that it does not refuse."""

    CREATED = "is created"
    UPDATED = "is updated"
    DELETED = "is deleted"
    UNCHANGED = "is unchanged: its template is the deployed one"
    NOT_KNOWN = "is updated if its template has changed"


GIVES_DAYS = (Action.SET, Action.CHANGED)
"""The actions after which a user has other days than before."""
