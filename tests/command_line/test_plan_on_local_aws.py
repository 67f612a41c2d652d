"""The plan against what the deployment then does on the local AWS, user by user."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Duration, Stack

from chime_expiration import AppInstanceUserExpiration, AppInstanceUserExpirationPolicy
from fakes.deployment import Build, Deployment, prepare
from localaws import LocalAws
from support.checkout import ROOT

pytestmark = pytest.mark.deploys

SOURCES = os.pathsep.join([str(ROOT / "cli"), str(ROOT / "lambda")])


@dataclass
class Chat:
    """An AppInstance on the local AWS, and the stacks that are planned and then deployed."""

    local_aws: LocalAws
    arn: str
    folder: Path

    def user(self, user_id: str, *, age: float = 5, days: int | None = None) -> str:
        """Create a user that is ``age`` days old, and return its ARN."""
        created = datetime.now(UTC) - timedelta(days=age)
        self.local_aws.chime.create_user(self.arn, user_id, created=created, expiration_days=days)
        return f"{self.arn}/user/{user_id}"

    def days(self) -> dict[str, int | None]:
        """The days that each user has now."""
        chime = self.local_aws.chime
        arns = [f"{self.arn}/user/{name}" for name in self.names]
        return {
            arn.rpartition("/")[2]: chime.expiration_days(arn) for arn in arns if chime.user(arn)
        }

    @property
    def names(self) -> list[str]:
        """The ids of all users."""
        listed = self.local_aws.client("chime-sdk-identity").list_app_instance_users(
            AppInstanceArn=self.arn, MaxResults=50
        )
        return [
            each["AppInstanceUserArn"].rpartition("/")[2] for each in listed["AppInstanceUsers"]
        ]

    def plan(self, name: str, build: Build) -> tuple[int, dict[str, Any]]:
        """Synthesize the stack, and return the exit status and the document of its plan."""
        outdir = self.folder / f"{name}-{len(list(self.folder.iterdir()))}"
        app = App(outdir=str(outdir))
        build(Stack(app, name))
        app.synth()
        result = subprocess.run(
            [sys.executable, "-m", "chime_expiration_cli", "plan", str(outdir), "--json"],
            env=self.local_aws.process_environment() | {"PYTHONPATH": SOURCES},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert result.stdout, result.stderr
        return result.returncode, json.loads(result.stdout)

    def declare(self, stack: Stack, user_id: str, days: int, id: str = "") -> None:
        AppInstanceUserExpiration(
            stack,
            id or user_id,
            app_instance_user_arn=f"{self.arn}/user/{user_id}",
            expire_after=Duration.days(days),
        )


@pytest.fixture(scope="module")
def local_aws() -> Iterator[LocalAws]:
    with LocalAws() as local_aws:
        prepare(local_aws)
        yield local_aws


@pytest.fixture
def chat(local_aws: LocalAws, tmp_path: Path) -> Chat:
    return Chat(local_aws, local_aws.chime.create_app_instance("chat"), tmp_path)


def actions(document: dict[str, Any]) -> dict[str, str]:
    """The action of each declared user."""
    return {
        user["user_arn"].rpartition("/")[2]: user["action"]
        for stack in document["stacks"]
        for user in stack["users"]
    }


def predicted(document: dict[str, Any]) -> dict[str, int | None]:
    """The days of each declared user after the deployment."""
    return {
        user["user_arn"].rpartition("/")[2]: user["days_after"]
        for stack in document["stacks"]
        for user in stack["users"]
    }


def test_the_deployment_does_what_was_planned(chat: Chat) -> None:
    # GIVEN declarations, one of them of a parameter
    for name in ("same", "longer", "removed", "parameter", "new", "drifted"):
        chat.user(name)
    deployment = Deployment(chat.local_aws, chat.folder, "Planned")

    def before(stack: Stack) -> None:
        for name in ("same", "longer", "removed", "drifted"):
            chat.declare(stack, name, 30)
        parameter(stack, 30)

    def parameter(stack: Stack, days: int) -> None:
        user = CfnParameter(stack, "User").value_as_string
        AppInstanceUserExpiration(
            stack, "Token", app_instance_user_arn=user, expire_after=Duration.days(days)
        )

    def after(stack: Stack) -> None:
        for name, days in {"same": 30, "longer": 60, "new": 30, "drifted": 30}.items():
            chat.declare(stack, name, days)
        parameter(stack, 45)

    user = f"{chat.arn}/user/parameter"
    assert deployment.deploy(before, parameters={"User": user}) == "CREATE_COMPLETE"
    chat.local_aws.client("chime-sdk-identity").put_app_instance_user_expiration_settings(
        AppInstanceUserArn=f"{chat.arn}/user/drifted",
        ExpirationSettings={"ExpirationDays": 99, "ExpirationCriterion": "CREATED_TIMESTAMP"},
    )

    # WHEN
    exit_status, document = chat.plan("Planned", after)

    # THEN
    assert exit_status == 0
    assert actions(document) == {
        "longer": "CHANGED",
        "parameter": "CHANGED",
        "new": "SET",
        "removed": "CLEARED",
        "same": "UNCHANGED",
        "drifted": "UNCHANGED",
    }

    # WHEN
    assert deployment.deploy(after, parameters={"User": user}) == "UPDATE_COMPLETE"

    # THEN
    assert predicted(document) == chat.days()


def test_a_deployment_that_would_be_refused_is_rolled_back(chat: Chat) -> None:
    # GIVEN
    chat.user("young")
    chat.user("old", age=40)
    deployment = Deployment(chat.local_aws, chat.folder, "Refused")
    assert deployment.deploy(lambda stack: chat.declare(stack, "young", 30)) == "CREATE_COMPLETE"
    before = chat.days()

    def declare(stack: Stack) -> None:
        chat.declare(stack, "young", 60)
        chat.declare(stack, "old", 30)
        chat.declare(stack, "nobody", 30)

    # WHEN
    exit_status, document = chat.plan("Refused", declare)

    # THEN
    assert exit_status == 1
    assert actions(document) == {"young": "CHANGED", "old": "REFUSED", "nobody": "REFUSED"}
    [stack] = document["stacks"]
    assert stack["would_fail"]

    # WHEN
    assert deployment.deploy(declare) == "UPDATE_ROLLBACK_COMPLETE"

    # THEN one of the two messages is the reason
    explanations = [user["explanation"] for user in stack["users"] if user["explanation"]]
    assert any(each in deployment.reasons() for each in explanations)
    assert chat.days() == before


def test_a_policy_does_what_was_planned(chat: Chat) -> None:
    # GIVEN
    for number in range(8):
        chat.user(f"guest-{number}", age=5 + number)
    chat.user("guest-other", days=99)
    chat.user("guest-old", age=99)
    chat.user("staff")
    deployment = Deployment(chat.local_aws, chat.folder, "Policy")

    def declare(days: int) -> Build:
        return lambda stack: AppInstanceUserExpirationPolicy(
            stack,
            "Guests",
            app_instance_arn=chat.arn,
            expire_after=Duration.days(days),
            users=["guest-*"],
        )

    def counts(document: dict[str, Any]) -> dict[str, int]:
        [policy] = document["stacks"][0]["policies"]
        return {action: count["count"] for action, count in policy["counts"].items()}

    # WHEN
    exit_status, document = chat.plan("Policy", declare(30))

    # THEN
    assert exit_status == 0
    assert counts(document) == {"SET": 8, "LEFT_ALONE": 1, "OVERDUE": 1}

    # WHEN
    assert deployment.deploy(declare(30)) == "CREATE_COMPLETE"

    # THEN
    given = {f"guest-{number}": 30 for number in range(8)}
    assert chat.days() == {**given, "guest-other": 99, "guest-old": None, "staff": None}

    # WHEN the days change, of which some are too few for the older users
    chat.local_aws.chime.calls.clear()
    _, document = chat.plan("Policy", declare(10))

    # THEN only the user whose age the ledger does not know was read
    assert counts(document) == {"CHANGED": 4, "LEFT_ALONE": 1, "OVERDUE": 5}
    read = [each.arn for each in chat.local_aws.chime.calls.of("DescribeAppInstanceUser")]
    assert read == [f"{chat.arn}/user/guest-old"]

    # WHEN
    assert deployment.deploy(declare(10)) == "UPDATE_COMPLETE"

    # THEN
    given |= {f"guest-{number}": 10 for number in range(4)}
    assert chat.days() == {**given, "guest-other": 99, "guest-old": None, "staff": None}
