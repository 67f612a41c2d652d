"""One run of the proof, and the names of everything that it creates."""

import secrets
from dataclasses import dataclass

PREFIX = "chime-expiration-proof"


@dataclass(frozen=True)
class Run:
    """A run in one account and region. ``id`` has twelve hexadecimal digits.

    The name of everything that a run creates begins with ``name``, so that a clean-up finds it
    without a record of what was created, and finds nothing else.
    """

    id: str
    account: str
    region: str

    @property
    def name(self) -> str:
        """Return the prefix of the names."""
        return f"{PREFIX}-{self.id}"

    @property
    def fixtures_stack(self) -> str:
        """Return the stack with the AppInstance and what observes it."""
        return f"{self.name}-fixtures"

    @property
    def app_stack(self) -> str:
        """Return the stack with the declarations and the policy."""
        return f"{self.name}-app"


def new_id() -> str:
    """Return a random id."""
    return secrets.token_hex(6)
