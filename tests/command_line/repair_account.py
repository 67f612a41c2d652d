"""An account whose users have drifted: stacks, Chime SDK Identity in memory, and ``repair``."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.repair.command import run_with
from chime_expiration_cli.repair.options import RepairOptions
from localaws.chime import ChimeIdentity
from localaws.standins.cloudformation_account import CloudFormationAccount, FakeStack
from localaws.standins.direct_client import DirectClient, Interruption

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
PUT = "PutAppInstanceUserExpirationSettings"
DESCRIBE = "DescribeAppInstanceUser"


@dataclass
class RepairAccount:
    """The clients of an account, without policies. ``interrupt`` is called before each call."""

    stacks: list[FakeStack]
    interrupt: Interruption = lambda _: None
    chime: ChimeIdentity = field(default_factory=ChimeIdentity)

    def __post_init__(self) -> None:
        self.account = CloudFormationAccount(*self.stacks)
        self.cloudformation: Callable[[str], Any] = self.account.cloudformation
        self.chat = self.chime.create_app_instance(app_instance_id="6a5c7b1e")

    def arn(self, name: str) -> str:
        return f"{self.chat}/user/{name}"

    def has(self, name: str, days: int | None, *, age: float = 5) -> str:
        """Have a user of this age with these days; return its ARN."""
        return self.chime.create_user(
            self.chat, name, created=NOW - timedelta(days=age), expiration_days=days
        )

    def days(self, name: str) -> int | None:
        """The days that the user has."""
        user = self.chime.user(self.arn(name))
        assert user is not None
        return user.expiration.expiration_days if user.expiration else None

    @property
    def puts(self) -> list[str]:
        """The users in the calls that set or cleared an expiration, in their order."""
        return [str(call.arn).rpartition("/")[2] for call in self.chime.calls.puts()]

    def identity(self, region: str) -> DirectClient:
        return DirectClient(
            self.chime, region, lambda _: None, 10.0, lambda operation: self.interrupt(operation)
        )

    def dynamodb(self, region: str) -> Any:
        raise AssertionError(region)

    stepfunctions = sqs = dynamodb


def guests(**days: int) -> FakeStack:
    """A stack that declares these days for users of this name."""
    stack = FakeStack("Guests", status="UPDATE_COMPLETE")
    for name, declared in days.items():
        stack.declares(name.title(), f"{CHAT}/user/{name}", declared)
    return stack


CHAT = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e"


@dataclass
class Repaired:
    """What the command has returned and printed."""

    exit_status: ExitStatus
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.out)
        return document

    @property
    def outcomes(self) -> dict[str, str]:
        """The outcome of each user and policy, of a JSON document."""
        entries = [*self.document["repairs"], *self.document["left"]]
        return {
            (each["user_arn"] or each["logical_id"]).rpartition("/")[2]: each["outcome"]
            for each in entries
        }

    @property
    def details(self) -> str:
        entries = [*self.document["repairs"], *self.document["left"]]
        return "\n".join(each["detail"] for each in entries)


@dataclass
class Repair:
    """Runs the command."""

    capsys: pytest.CaptureFixture[str]

    def __call__(
        self, clients: Any, *, clock: Callable[[], datetime] = lambda: NOW, **options: Any
    ) -> Repaired:
        """Run with ``--yes --json``, unless ``options`` say otherwise."""
        quick: dict[str, Any] = {"reads_per_second": 1000, "writes_per_second": 1000}
        usual: dict[str, Any] = {"yes": not options.get("dry_run"), "json": True, "wait_minutes": 0}
        exit_status = run_with(
            RepairOptions(**(quick | usual | options)),
            ("us-east-1",),
            clients,
            Console(file=io.StringIO()),
            clock,
        )
        printed = self.capsys.readouterr()
        return Repaired(exit_status, printed.out, printed.err)
