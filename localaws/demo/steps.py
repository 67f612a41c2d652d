"""The steps: one command each, and what the service must have afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One command. ``declared`` is what the stack declares after it, in days by user id."""

    title: str
    command: str
    declared: Mapping[str, int]

    @property
    def activity(self) -> str:
        """What to show while the command runs."""
        return {"deploy": "deploying", "destroy": "destroying"}[self.command]


def confirmation(command: str) -> tuple[str, ...]:
    """The options that answer the question of the CLI."""
    return ("--force",) if command == "destroy" else ("--require-approval", "never")


STEPS = (
    Step(
        "Two users get an expiration: one line each, deployed like any other resource.",
        "deploy",
        {"guest-1": 30, "guest-2": 30},
    ),
    Step(
        "The days of guest-1 change from 30 to 90.",
        "deploy",
        {"guest-1": 90, "guest-2": 30},
    ),
    Step(
        "The second declaration names guest-3 now: its expiration is set, then the expiration of "
        "guest-2 is cleared.",
        "deploy",
        {"guest-1": 90, "guest-3": 30},
    ),
    Step(
        "The stack is deleted and clears the expirations. The users stay: it does not own them.",
        "destroy",
        {},
    ),
)

USERS = ("guest-1", "guest-2", "guest-3")
