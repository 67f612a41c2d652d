"""The command as it is run, against stacks that a CloudFormation has deployed."""

import fnmatch
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from aws_cdk import CfnParameter, CfnResource, Duration, Fn, Stack
from rich.console import Console

from chime_expiration import AppInstanceUserExpiration
from chime_expiration.status.clients import SessionClients
from chime_expiration.status.command import look
from chime_expiration.status.options import Options
from fakes.deployment import Deployment, prepare
from localaws import Stage
from localaws.chime import Access, Denial, Fault
from support.checkout import ROOT

pytestmark = pytest.mark.deploys

PUT = "PutAppInstanceUserExpirationSettings"
GUESTS = ("in-step", "drifted", "removed", "gone", "soon")
AGE_DAYS = {"soon": 27.5}
EUROPE = "us-east-1:europe"


@dataclass
class Account:
    """A stage with three stacks: Guests and Half in us-east-1, Elsewhere in eu-central-1.

    Each declares 30 days for its users, and `tidy` gives everybody what is declared.
    """

    stage: Stage
    users: dict[str, str]

    def tidy(self) -> None:
        """Undo what a test did to the service."""
        chime = self.stage.chime
        for name, arn in self.users.items():
            if chime.user(arn):
                chime.delete_user(arn)
            created = datetime.now(UTC) - timedelta(days=AGE_DAYS.get(name, 5))
            chime.create_user(arn.partition("/user/")[0], name, created=created, expiration_days=30)

    def hold(self, name: str, days: int | None) -> None:
        """Set or remove an expiration, as somebody with a script would."""
        settings = {"ExpirationDays": days, "ExpirationCriterion": "CREATED_TIMESTAMP"}
        self.stage.client("chime-sdk-identity").put_app_instance_user_expiration_settings(
            AppInstanceUserArn=self.users[name],
            **({} if days is None else {"ExpirationSettings": settings}),
        )

    def status(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command."""
        sources = os.pathsep.join([str(ROOT / "constructs"), str(ROOT / "lambda")])
        return subprocess.run(
            [sys.executable, "-m", "chime_expiration", "status", *arguments],
            env=self.stage.process_environment() | {"PYTHONPATH": sources},
            capture_output=True,
            text=True,
            timeout=60,
        )


def declare(scope: Stack, user: str, days: int = 30) -> AppInstanceUserExpiration:
    return AppInstanceUserExpiration(
        scope,
        user.rpartition("/")[2],
        app_instance_user_arn=user,
        expire_after=Duration.days(days),
    )


def declare_by_parameters(scope: Stack) -> None:
    """Declares a user that the template does not name, with days that it does not name either."""
    instance = CfnParameter(scope, "AppInstance")
    days = CfnParameter(scope, "Days", type="Number")
    AppInstanceUserExpiration(
        scope,
        EUROPE,
        app_instance_user_arn=Fn.join("/user/", [instance.value_as_string, EUROPE]),
        expire_after=Duration.days(days.value_as_number),
    )


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with Stage() as stage:
        for region in ("us-east-1", "eu-central-1"):
            prepare(stage, region)
        chat = stage.chime.create_app_instance("chat")
        europe = stage.chime.create_app_instance("chat", "eu-central-1")
        names = {**dict.fromkeys([*GUESTS, "half"], chat), EUROPE: europe}
        account = Account(stage, {name: f"{where}/user/{name}" for name, where in names.items()})
        account.tidy()

        def deployment(name: str, region: str = "us-east-1") -> Deployment:
            return Deployment(stage, tmp_path_factory.mktemp(name), name, region)

        deployment("Guests").deploy(
            lambda stack: [declare(stack, account.users[name]) for name in GUESTS]
        )
        deployment("Elsewhere", "eu-central-1").deploy(
            declare_by_parameters,
            parameters={"AppInstance": europe, "Days": "30"},
        )
        assert roll_back_by_half(deployment("Half"), account) == "UPDATE_ROLLBACK_FAILED"
        yield account


def roll_back_by_half(half: Deployment, account: Account) -> str:
    """An update to 60 days fails, and the way back to 30 days is refused by the service."""
    user = account.users["half"]
    half.deploy(lambda stack: declare(stack, user))

    def is_way_back(_: str, parameters: Any) -> bool:
        return bool(parameters["ExpirationSettings"]["ExpirationDays"] == 30)

    def update(stack: Stack) -> None:
        failing = CfnResource(
            stack, "Failing", type="AWS::SSM::Parameter", properties={"Type": "Nothing"}
        )
        failing.node.add_dependency(declare(stack, user, 60))

    account.stage.chime.faults.add(Fault(PUT, "BadRequestException", times=None, when=is_way_back))
    status = half.deploy(update)
    account.stage.chime.faults.clear()
    return status


@pytest.fixture
def account(deployed: Account) -> Iterator[Account]:
    """The account with everybody as declared, and nothing called yet."""
    authorizer = deployed.stage.chime.authorizer
    deployed.tidy()
    deployed.stage.chime.calls.clear()
    yield deployed
    deployed.stage.chime.authorizer = authorizer


def states(result: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """The state of each user, from the JSON that was printed."""
    return {
        declaration["user"].partition("/user/")[2]: declaration["state"]
        for stack in json.loads(result.stdout)["stacks"]
        for declaration in stack["declarations"]
    }


@pytest.fixture(scope="module")
def run_in_step(deployed: Account) -> subprocess.CompletedProcess[str]:
    """The command where everybody holds what is declared, in two regions."""
    deployed.tidy()
    regions = ["--region", "us-east-1", "--region", "eu-central-1"]
    return deployed.status("--stack", "Guests", "--stack", "Elsewhere", *regions)


def test_two_stacks_in_two_regions_are_in_step(
    run_in_step: subprocess.CompletedProcess[str],
) -> None:
    assert (run_in_step.returncode, run_in_step.stderr) == (0, "")
    assert "Guests  us-east-1  CREATE_COMPLETE" in run_in_step.stdout
    assert "Elsewhere  eu-central-1  CREATE_COMPLETE" in run_in_step.stdout
    assert re.search(rf"{EUROPE} +in step +30 days +30 days", run_in_step.stdout)
    assert "6 declarations in us-east-1 and eu-central-1: 6 in step" in run_in_step.stdout


def test_a_user_about_to_expire_stands_out_and_is_no_drift(
    run_in_step: subprocess.CompletedProcess[str],
) -> None:
    assert run_in_step.returncode == 0
    assert re.search(r"  soon +in step +30 days +30 days +SOON .*, in 2 days", run_in_step.stdout)
    assert "1 to expire within 7 days" in run_in_step.stdout


def test_other_days_are_drift(account: Account) -> None:
    # GIVEN
    account.hold("drifted", 60)

    # WHEN
    result = account.status("--stack", "Guests")

    # THEN
    assert result.returncode == 1
    assert re.search(r"  drifted +DRIFTED +30 days +60 days", result.stdout)
    assert "\x1b[" not in result.stdout


def test_a_setting_removed_by_hand_and_a_user_gone_are_found_in_all_stacks(
    account: Account,
) -> None:
    # GIVEN
    account.hold("removed", None)
    account.stage.chime.delete_user(account.users["gone"])

    # WHEN
    result = account.status("--json")

    # THEN
    assert result.returncode == 1
    assert states(result) == {
        "in-step": "in_step",
        "drifted": "in_step",
        "removed": "removed",
        "gone": "gone",
        "soon": "in_step",
        "half": "in_step",
    }


def test_of_a_stack_half_rolled_back_it_says_what_cloudformation_believes(
    account: Account,
) -> None:
    # GIVEN
    account.hold("half", 60)

    # WHEN
    result = account.status("--stack", "Half")

    # THEN
    assert result.returncode == 1
    assert "Half  us-east-1  UPDATE_ROLLBACK_FAILED" in result.stdout
    assert (
        "half: declared 30 days, the service holds 60 days; "
        "the stack is UPDATE_ROLLBACK_FAILED, its template has 30 days" in result.stdout
    )


def test_a_user_that_may_not_be_looked_at_is_named_and_not_guessed(account: Account) -> None:
    # GIVEN
    user = account.users["gone"]
    authorizer = account.stage.chime.authorizer
    assert authorizer is not None

    def deny(access: Access) -> Denial | None:
        return Denial("arn:aws:iam::1:user/x") if access.resource == user else authorizer(access)

    account.stage.chime.authorizer = deny

    # WHEN
    result = account.status("--stack", "Guests")

    # THEN
    assert result.returncode == 3
    assert re.search(r"  gone +NOT ALLOWED +30 days +\? +\?", result.stdout)
    assert f"not allowed: chime:DescribeAppInstanceUser on {user}" in result.stdout


def test_an_unknown_stack_is_a_mistake(account: Account) -> None:
    # WHEN
    result = account.status("--stack", "Guests", "--stack", "Gests")

    # THEN
    assert result.returncode == 2
    assert result.stderr == "chime_expiration status: no stack Gests in us-east-1\n"
    assert result.stdout == ""


def test_the_documented_permissions_cover_every_call(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN the policy of the documentation
    page = (ROOT / "docs" / "status.md").read_text()
    policy = re.search(r"```json\n(.*?)```", page, re.DOTALL)
    assert policy is not None
    statements = json.loads(policy[1])["Statement"]
    for name, text in account.stage.process_environment().items():
        monkeypatch.setenv(name, text)
    session = boto3.Session()
    made: set[tuple[str, str]] = set()

    def note(model: Any, params: dict[str, Any], **_: Any) -> None:
        service = {"chime-sdk-identity": "chime"}.get(model.service_model.service_name)
        resource = params["url_path"].rpartition("/")[2] if service else "*"
        action = f"{service or model.service_model.service_name}:{model.name}"
        made.add((action, resource.replace("%3A", ":").replace("%2F", "/")))

    session.events.register("before-call", note)

    # WHEN
    regions = ("us-east-1", "eu-central-1")
    look(Options(), regions, SessionClients(session), Console(stderr=True))

    # THEN
    assert {action for action, _ in made} >= {
        "chime:DescribeAppInstanceUser",
        "cloudformation:DescribeStacks",
        "cloudformation:GetTemplate",
        "cloudformation:ListStackResources",
    }
    for action, resource in made:
        assert any(
            action in statement["Action"] and fnmatch.fnmatchcase(resource, statement["Resource"])
            for statement in statements
        ), (action, resource)
