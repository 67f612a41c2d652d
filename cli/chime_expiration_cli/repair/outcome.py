"""What came of one user or policy."""

from dataclasses import dataclass
from enum import Enum

from chime_expiration_cli.errors import GRANT

GRANT_THEN_REPAIR = f"{GRANT}, then run repair again"


class Outcome(Enum):
    """What has happened to a user or a policy, or why nothing has."""

    TO_DO = "to repair"
    """Shown, and not confirmed."""
    REPAIRED = "repaired"
    ALREADY_DONE = "already done"
    """Somebody else has done it since it was shown, or the user does not exist any more."""
    SWEEP_RUNNING = "sweep running"
    SKIPPED = "skipped"
    """It is no longer what was shown."""
    REFUSED = "refused"
    """A deployment would refuse it."""
    FAILED = "failed"
    NOT_KNOWN = "not known"
    """Interrupted in the middle of a call."""
    NOT_DONE = "not done"
    """Interrupted before the call."""
    LEFT = "left"
    """A person has to decide, or to deploy."""
    NOT_CHECKED = "not checked"
    DELETED = "deleted"
    """The user does not exist. Nothing is to be done."""

    @property
    def needs_person(self) -> bool:
        """Whether it is not as declared now, and does not become so by itself."""
        return self in _NEED_PERSON


_NEED_PERSON = (
    Outcome.TO_DO,
    Outcome.SKIPPED,
    Outcome.REFUSED,
    Outcome.FAILED,
    Outcome.NOT_KNOWN,
    Outcome.NOT_DONE,
    Outcome.LEFT,
)


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one repair; ``detail`` is empty if there is nothing to add."""

    outcome: Outcome
    detail: str = ""
