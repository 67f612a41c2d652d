"""The story where AWS does not do what must hold."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws.chime import ChimeIdentity
from localaws.standins.in_memory_client import in_memory_client
from proof.answer import Answer
from proof.commands import Result
from proof.place import Fixtures
from proof.run import Run
from proof.story import USERS, Story
from proof.version import Version

RUN = Run("0a1b2c3d", "111122223333", "us-east-1")


@dataclass
class Account:
    """A place whose CloudFormation says what a test tells it to."""

    chime: ChimeIdentity
    run: Run = RUN
    is_local: bool = True
    stack: dict[str, Any] | None = None
    fixtures: Fixtures = field(init=False)

    def __post_init__(self) -> None:
        self.fixtures = Fixtures(self.chime.create_app_instance(), "", "", "")

    def client(self, service: str, **_: Any) -> Any:
        if service == "chime-sdk-identity":
            return in_memory_client(self.chime, lambda _: None, {})
        return self

    def describe_stacks(self, StackName: str) -> dict[str, Any]:
        if self.stack is None:
            message = f"Stack with id {StackName} does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "-")
        return {"Stacks": [{"StackName": StackName, **self.stack}]}

    def wait(self, seconds: float) -> None: ...

    def let_days_pass(self, time: timedelta) -> None: ...


@dataclass
class NoSynthesis:
    """Remembers what would be synthesized."""

    versions: list[Version] = field(default_factory=list)

    def synthesize(self, version: Version) -> Path:
        self.versions.append(version)
        return Path("/somewhere/assembly")


@dataclass
class IdleCommands:
    """Commands that do nothing and exit with ``exit_status``."""

    exit_status: int = 0
    output: str = "the output\nof the CLI"
    started: list[tuple[str, ...]] = field(default_factory=list)

    def cdk(self, *arguments: str) -> Result:
        self.started.append(arguments)
        return Result(f"cdk {arguments[0]}", self.exit_status, self.output, "")

    def chime_expiration(self, *arguments: str) -> Result:
        return Result(f"chime-expiration {arguments[0]}", self.exit_status, self.output, "")


@pytest.fixture
def account(chime: ChimeIdentity, monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.setattr("proof.story._SETTLED_LOCALLY_WITHIN", 0)
    return Account(chime)


def story_of(account: Account, commands: IdleCommands) -> Story:
    story = Story(account, commands, NoSynthesis())
    story.prepare()
    return story


def test_a_step_that_differs_has_failed_and_the_next_ones_are_taken(account: Account) -> None:
    # GIVEN a CLI that does nothing and succeeds
    account.stack = {"StackStatus": "UPDATE_COMPLETE"}

    # WHEN
    steps = {step.name: step for step in story_of(account, IdleCommands()).run()}

    # THEN
    assert len(steps) == 12
    assert not steps["create"].passed
    assert list(steps["create"].problems) == [
        "the stack must be CREATE_COMPLETE, is UPDATE_COMPLETE",
        "declared-1 must be: 30 days; is: no expiration",
        "declared-2 must be: 60 days; is: no expiration",
        "guest-1 must be: 45 days; is: no expiration",
        "guest-2 must be: 45 days; is: no expiration",
        "parameter-1 must be: 40 days; is: no expiration",
    ]
    assert steps["create"].actual == USERS
    assert "cdk deploy must fail, exited with 0: the output / of the CLI" in (
        steps["roll_back"].problems
    )
    assert list(steps["destroy"].problems)[:1] == [
        "the stack still exists, with status UPDATE_COMPLETE"
    ]


def test_a_user_that_was_deleted_is_a_difference(account: Account, chime: ChimeIdentity) -> None:
    # GIVEN
    story = story_of(account, IdleCommands())
    chime.delete_user(f"{account.fixtures.app_instance_arn}/user/bystander")

    # WHEN
    step = next(story.run())

    # THEN
    assert "bystander must be: no expiration; is: missing" in step.problems


def test_a_call_that_fails_is_a_problem_of_its_step(account: Account) -> None:
    # GIVEN the user that must be missing exists
    account.chime.existing_user_answers = "Conflict"
    story = story_of(account, IdleCommands())
    account.chime.create_user(account.fixtures.app_instance_arn, "declared-4")

    # WHEN
    steps = {step.name: step for step in story.run()}

    # THEN
    assert any("ConflictException" in problem for problem in steps["forward"].problems)
    assert "drift" in steps


@pytest.mark.parametrize(
    ("exit_status", "mode", "answer"),
    [
        (0, "EXPRESS", Answer("express_replacement", {"outcome": "replaced"})),
        (
            1,
            "EXPRESS",
            Answer(
                "express_replacement",
                {
                    "outcome": "refused",
                    "message": "the output / of chime-proof-RUN-app",
                    "days_of_the_new_user": None,
                },
            ),
        ),
        (
            0,
            "STANDARD",
            Answer(
                "express_replacement",
                reason="CloudFormation reports that it did not deploy in express mode",
            ),
        ),
    ],
)
def test_the_express_deployment_answers_whether_a_replacement_is_refused(
    exit_status: int, mode: str, answer: Answer, account: Account
) -> None:
    # GIVEN
    account.stack = {"StackStatus": "UPDATE_FAILED", "DeploymentConfig": {"Mode": mode}}
    commands = IdleCommands(exit_status, f"the output\nof {RUN.app_stack}")
    story = story_of(account, commands)

    # WHEN
    for _ in story.run():
        pass

    # THEN
    assert story.express_replacement == answer
    # After a refusal, the earlier version is deployed in the way that CloudFormation takes.
    recoveries = [each for each in commands.started if "--method=direct" in each]
    assert len(recoveries) == exit_status
    assert all({"--express", "--no-rollback"} <= set(each) for each in recoveries)


def test_the_answer_is_not_known_before_its_step(account: Account) -> None:
    assert not story_of(account, IdleCommands()).express_replacement.is_known
