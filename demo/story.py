"""The steps: what is declared in each, how it gets there, and what the service must hold then."""

from collections.abc import Mapping
from dataclasses import dataclass

Days = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Step:
    """One command. `declared` is what it leaves declared, in days by user id."""

    title: str
    command: str
    declared: Days

    @property
    def doing(self) -> str:
        """What to say while it goes on."""
        return {"deploy": "deploying", "destroy": "destroying"}[self.command]

    @property
    def confirmed(self) -> tuple[str, ...]:
        """The flags that answer the question the CLI would ask."""
        return ("--force",) if self.command == "destroy" else ("--require-approval", "never")


STORY = (
    Step(
        "Two get an expiration: a line each, deployed like any other resource.",
        "deploy",
        {"guest-1": 30, "guest-2": 30},
    ),
    Step(
        "guest-1 may stay longer: one number changes, and one setting with it.",
        "deploy",
        {"guest-1": 90, "guest-2": 30},
    ),
    Step(
        "The second line moves to guest-3: set there, then cleared on guest-2.",
        "deploy",
        {"guest-1": 90, "guest-3": 30},
    ),
    Step(
        "The stack goes, its settings with it. The users stay: they are not its own.",
        "destroy",
        {},
    ),
)

USERS = ("guest-1", "guest-2", "guest-3")
