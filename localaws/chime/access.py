"""Who may do what: the question asked before the state is looked at."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Access:
    """One action on one resource, wanted by one caller.

    `action` is the IAM action, such as `chime:DescribeAppInstanceUser`. `resource` is the ARN the
    action is authorized on, or `*` for an action without a resource.
    """

    access_key: str
    action: str
    resource: str


@dataclass(frozen=True)
class Denial:
    """Why an access is refused: `principal` is the ARN the message names.

    `error` and `message` replace the usual AccessDeniedException, for a caller nobody knows.
    """

    principal: str
    error: str = "AccessDeniedException"
    message: str | None = None

    def sentence(self, access: Access) -> str:
        """Return the message the caller reads."""
        return self.message or (
            f"User: {self.principal} is not authorized to perform: {access.action}"
            f" on resource: {access.resource}"
        )


Authorizer = Callable[[Access], Denial | None]
