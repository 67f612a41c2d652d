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

    ``error`` and ``message`` replace the usual answer to a denied call, for an unknown caller.
    """

    principal: str
    error: str | None = None
    message: str | None = None

    def sentence(self, access: Access, usual: str) -> str:
        """Return the message for the caller; ``usual`` names what it is about in braces."""
        if self.message is not None:
            return self.message
        named = {
            "principal": self.principal,
            "action": access.action,
            "resource": access.resource,
        }
        for name, text in named.items():
            usual = usual.replace(f"{{{name}}}", text)
        return usual


Authorizer = Callable[[Access], Denial | None]
