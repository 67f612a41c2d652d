"""The result of one comparison, in CloudFormation's words."""

from enum import Enum


class DriftStatus(Enum):
    """How an expiration, or a policy, compares with its declaration.

    CloudFormation's drift statuses. CONFLICTING and ORPHANED are additional statuses.
    """

    IN_SYNC = "IN_SYNC"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"
    CONFLICTING = "CONFLICTING"
    ORPHANED = "ORPHANED"
    NOT_CHECKED = "NOT_CHECKED"


class NotCheckedReason(Enum):
    """Why a declaration, or a policy, is NOT_CHECKED."""

    IN_PROGRESS = "in progress"
    NOT_CREATED = "not created"
    BEING_REMOVED = "being removed"
    UNRESOLVED = "unresolved"
    ACCESS_DENIED = "access denied"
    READ_FAILED = "read failed"
    SWEEP_RUNNING = "sweep running"


class Judged:
    """What has been compared; ``result`` is why it is NOT_CHECKED if it is."""

    __slots__ = ()

    result: DriftStatus | NotCheckedReason

    @property
    def drift_status(self) -> DriftStatus:
        return self.result if isinstance(self.result, DriftStatus) else DriftStatus.NOT_CHECKED

    @property
    def not_checked_reason(self) -> NotCheckedReason | None:
        return self.result if isinstance(self.result, NotCheckedReason) else None


class PolicyDifference(Enum):
    """What of a policy is not as declared."""

    PROPERTIES_DIFFER = "properties differ"
    SWEEP_FAILED = "sweep failed"
    SWEEP_STOPPED = "sweep stopped"
    SWEEP_OVERDUE = "sweep overdue"
    USERS_FAILED = "users failed"
    USERS_NOT_CLEARED = "users not cleared"
    DEAD_LETTERS = "dead letters"
