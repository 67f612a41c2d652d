"""Authorization: who may do what. It is checked before the state is read."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Access:
    """One action on one resource by one caller.

    ``action`` is the IAM action, such as ``chime:DescribeAppInstanceUser``. ``resource`` is the ARN
    that the action is authorized on, or ``*`` for an action without a resource.
    """

    access_key: str
    action: str
    resource: str


@dataclass(frozen=True)
class Denial:
    """Why an access is denied: ``principal`` is the ARN in the message.

    ``error`` and ``message`` replace the usual AccessDeniedException for an unknown caller.
    """

    principal: str
    error: str = "AccessDeniedException"
    message: str | None = None

    def sentence(self, access: Access) -> str:
        """Return the message for the caller."""
        return self.message or (
            f"User: {self.principal} is not authorized to perform: {access.action}"
            f" on resource: {access.resource}"
        )


Authorizer = Callable[[Access], Denial | None]
