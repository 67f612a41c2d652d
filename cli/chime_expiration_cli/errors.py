"""The exceptions of the command line.

- ``CommandError``: the command cannot continue. It prints the text and ends with status 2.
- ``AccessDeniedError``: AWS denied one call. The command continues without its result.
- ``StackNotFoundError``: the region has no such stack.
- ``UnresolvedError``: a value of a template cannot be determined.
"""

from dataclasses import dataclass


class CommandError(Exception):
    """The command cannot continue; the text is what it prints."""


GRANT = "grant it to the role or user that runs this command"
"""What to do about a denied call: it is the caller that lacks the permission, not the function."""


@dataclass(frozen=True, slots=True)
class DeniedCall:
    """A call that AWS denied.

    ``action`` is the IAM action, ``resource`` the ARN that it was needed on, or ``*``; ``detail``
    is what AWS reported.
    """

    action: str
    resource: str
    region: str
    detail: str

    def __str__(self) -> str:
        return f"access denied: {self.action} on {self.resource} ({self.region})"


class AccessDeniedError(Exception):
    """AWS denied one call because a permission is missing."""

    def __init__(self, call: DeniedCall) -> None:
        super().__init__(str(call))
        self.call = call


class StackNotFoundError(Exception):
    """The region has no stack with this name or id."""


class UnresolvedError(Exception):
    """A value of a template cannot be determined; the text says which part of it, and why."""
