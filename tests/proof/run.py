"""One run of the proof, and the names of everything that it creates."""

import secrets
from dataclasses import dataclass

PREFIX = "chime-proof"


@dataclass(frozen=True)
class Run:
    """A run in one account and region. ``id`` has eight hexadecimal digits.

    The name of everything that a run creates begins with ``name``, so that a clean-up finds it
    without a record of what was created, and finds nothing else.

    The names of the stacks are short because CloudFormation shortens them in the names that it
    generates, to 24 characters in those of roles and functions.
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

    @property
    def asset_bucket(self) -> str:
        """Return the bucket for the code and the templates of the app."""
        return f"{self.name}-assets"

    def owns(self, name: str) -> bool:
        """Return whether a resource of this name belongs to the run."""
        return name == self.name or name.startswith(f"{self.name}-")


def new_id() -> str:
    """Return a random id."""
    return secrets.token_hex(4)
