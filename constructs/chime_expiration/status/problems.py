"""What keeps the command from looking."""

from dataclasses import dataclass


class UsageProblem(Exception):
    """The command cannot do what it was asked for; the text is for who asked."""


@dataclass(frozen=True, slots=True)
class NotLookedAt:
    """A call that was not allowed, and what could not be seen for that.

    ``action`` is the IAM action, ``resource`` the ARN it was wanted on, or ``*``; ``said`` is what
    AWS answered.
    """

    action: str
    resource: str
    region: str
    said: str

    def __str__(self) -> str:
        return f"not allowed: {self.action} on {self.resource} ({self.region})"


class CallNotAllowed(Exception):
    """AWS refused a call for want of a permission."""

    def __init__(self, refusal: NotLookedAt) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal
