"""The result of one comparison, in CloudFormation's words."""

from enum import Enum


class DriftStatus(Enum):
    """How an expiration compares with its declaration.

    CloudFormation's drift statuses. CONFLICTING and ORPHANED are additional statuses.
    """

    IN_SYNC = "IN_SYNC"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"
    CONFLICTING = "CONFLICTING"
    ORPHANED = "ORPHANED"
    NOT_CHECKED = "NOT_CHECKED"


class NotCheckedReason(Enum):
    """Why a declaration is NOT_CHECKED."""

    IN_PROGRESS = "in progress"
    NOT_CREATED = "not created"
    BEING_REMOVED = "being removed"
    UNRESOLVED = "unresolved"
    ACCESS_DENIED = "access denied"
    READ_FAILED = "read failed"
