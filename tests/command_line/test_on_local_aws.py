"""The command against stacks that are deployed on the local AWS."""

import fnmatch
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from aws_cdk import CfnParameter, CfnResource, Duration, Fn, Stack
from rich.console import Console

from chime_expiration import AppInstanceUserExpiration, AppInstanceUserExpirationPolicy
from chime_expiration_cli.clients import SessionClients
from chime_expiration_cli.repair.command import run_with
from chime_expiration_cli.repair.options import RepairOptions
from chime_expiration_cli.status.build_report import build_report
from chime_expiration_cli.status.options import StatusOptions
from chime_expiration_handler.contract.ledger import KEY, PolicyAttribute, policy_key
from chime_expiration_handler.contract.policy_properties import POLICY_RESOURCE_TYPE
from fakes.deployment import Deployment, prepare
from localaws import LocalAws
from localaws.chime import Access, Denial, Fault
from support.checkout import ROOT

pytestmark = pytest.mark.deploys

PUT = "PutAppInstanceUserExpirationSettings"
GUESTS = ("in-sync", "modified", "cleared", "deleted", "soon")
AGE_DAYS = {"soon": 27.5}
EUROPE = "us-east-1:europe"


@dataclass
class Account:
    """A local AWS with five stacks: Europe in eu-central-1, the others in us-east-1.

    Guests, Unstable, Replaced and Europe declare 30 days for their users. Replaced has declared the
    user orphan before. Lobby has a policy for an AppInstance of its own.
    """

    local_aws: LocalAws
    users: dict[str, str]

    def reset_users(self) -> None:
        """Give each user the declared days again."""
        chime = self.local_aws.chime
        for name, arn in self.users.items():
            if chime.user(arn):
                chime.delete_user(arn)
            created = datetime.now(UTC) - timedelta(days=AGE_DAYS.get(name, 5))
            chime.create_user(arn.partition("/user/")[0], name, created=created, expiration_days=30)

    def set_expiration(self, name: str, days: int | None) -> None:
        """Set an expiration without CloudFormation; None removes it."""
        settings = {"ExpirationDays": days, "ExpirationCriterion": "CREATED_TIMESTAMP"}
        self.local_aws.client("chime-sdk-identity").put_app_instance_user_expiration_settings(
            AppInstanceUserArn=self.users[name],
            **({} if days is None else {"ExpirationSettings": settings}),
        )

    def status(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``status`` as a process."""
        return self._run("status", *arguments)

    def repair(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``repair`` as a process, without a terminal."""
        return self._run("repair", *arguments)

    def stop_sweep(self) -> None:
        """Leave the policy of Lobby as an execution does that was stopped ten minutes ago."""
        resources = self.local_aws.client("cloudformation").describe_stack_resources(
            StackName="Lobby"
        )["StackResources"]
        [table] = [each for each in resources if each["ResourceType"] == "AWS::DynamoDB::Table"]
        [policy] = [each for each in resources if each["ResourceType"] == POLICY_RESOURCE_TYPE]
        self.local_aws.client("dynamodb").update_item(
            TableName=table["PhysicalResourceId"],
            Key={KEY: {"S": policy_key(policy["PhysicalResourceId"])}},
            UpdateExpression="SET #started = :then, #updated = :then, #finished = :before",
            ExpressionAttributeNames={
                "#started": PolicyAttribute.STARTED,
                "#updated": PolicyAttribute.UPDATED,
                "#finished": PolicyAttribute.FINISHED,
            },
            ExpressionAttributeValues={
                ":then": {"N": str(time.time() - 600)},
                ":before": {"N": str(time.time() - 3_600)},
            },
        )

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        sources = os.pathsep.join(str(ROOT / root) for root in ("cli", "constructs", "lambda"))
        return subprocess.run(
            [sys.executable, "-m", "chime_expiration", *arguments],
            env=self.local_aws.process_environment() | {"PYTHONPATH": sources},
            stdin=subprocess.DEVNULL,
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


def declare_with_parameters(scope: Stack) -> None:
    """Declare a user and days that are parameters."""
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
    with LocalAws() as local_aws:
        for region in ("us-east-1", "eu-central-1"):
            prepare(local_aws, region)
        chat = local_aws.chime.create_app_instance("chat")
        europe = local_aws.chime.create_app_instance("chat", "eu-central-1")
        names = {
            **dict.fromkeys([*GUESTS, "unstable", "orphan", "replacement"], chat),
            EUROPE: europe,
        }
        account = Account(
            local_aws, {name: f"{where}/user/{name}" for name, where in names.items()}
        )
        account.reset_users()

        def deployment(name: str, region: str = "us-east-1") -> Deployment:
            return Deployment(local_aws, tmp_path_factory.mktemp(name), name, region)

        deployment("Guests").deploy(
            lambda stack: [declare(stack, account.users[name]) for name in GUESTS]
        )
        deployment("Europe", "eu-central-1").deploy(
            declare_with_parameters,
            parameters={"AppInstance": europe, "Days": "30"},
        )
        assert fail_to_roll_back(deployment("Unstable"), account) == "UPDATE_ROLLBACK_FAILED"
        fail_to_clean_up(deployment("Replaced"), account)
        deploy_policy(deployment("Lobby"), account)
        yield account


def deploy_policy(lobby: Deployment, account: Account) -> None:
    """Deploy a policy for four new users and an old one."""
    chime = account.local_aws.chime
    app_instance = chime.create_app_instance("lobby")
    for number, age in enumerate((1, 2, 3, 4, 40)):
        created = datetime.now(UTC) - timedelta(days=age)
        chime.create_user(app_instance, f"visitor-{number}", created=created)

    def declare_policy(stack: Stack) -> None:
        AppInstanceUserExpirationPolicy(
            stack, "Visitors", app_instance_arn=app_instance, expire_after=Duration.days(30)
        )

    assert lobby.deploy(declare_policy) == "CREATE_COMPLETE"


def fail_to_clean_up(replaced: Deployment, account: Account) -> None:
    """Replace the user orphan, and have the service reject the removal of its expiration."""

    def declare_parameter(stack: Stack) -> None:
        user = CfnParameter(stack, "User").value_as_string
        AppInstanceUserExpiration(
            stack, "Guest", app_instance_user_arn=user, expire_after=Duration.days(30)
        )

    orphan, replacement = (account.users[name] for name in ("orphan", "replacement"))
    replaced.deploy(declare_parameter, parameters={"User": orphan})
    account.local_aws.chime.faults.add(
        Fault(
            PUT,
            "BadRequestException",
            times=None,
            when=lambda _, parameters: bool(parameters["AppInstanceUserArn"] == orphan),
        )
    )
    status = replaced.deploy(declare_parameter, parameters={"User": replacement})
    account.local_aws.chime.faults.clear()
    assert status == "UPDATE_COMPLETE"


def fail_to_roll_back(unstable: Deployment, account: Account) -> str:
    """Update to 60 days, fail, and have the service reject the rollback to 30 days."""
    user = account.users["unstable"]
    unstable.deploy(lambda stack: declare(stack, user))

    def is_rollback(_: str, parameters: Any) -> bool:
        return bool(parameters["ExpirationSettings"]["ExpirationDays"] == 30)

    def update(stack: Stack) -> None:
        failing = CfnResource(
            stack, "Failing", type="AWS::SSM::Parameter", properties={"Type": "Nothing"}
        )
        failing.node.add_dependency(declare(stack, user, 60))

    account.local_aws.chime.faults.add(
        Fault(PUT, "BadRequestException", times=None, when=is_rollback)
    )
    status = unstable.deploy(update)
    account.local_aws.chime.faults.clear()
    return status


@pytest.fixture
def account(deployed: Account) -> Iterator[Account]:
    """The account with the declared days for each user, and no calls yet."""
    authorizer = deployed.local_aws.chime.authorizer
    deployed.reset_users()
    deployed.local_aws.chime.calls.clear()
    yield deployed
    deployed.local_aws.chime.authorizer = authorizer


@pytest.fixture(scope="module")
def result_in_sync(deployed: Account) -> subprocess.CompletedProcess[str]:
    """The result for two stacks in two regions whose users have the declared days."""
    deployed.reset_users()
    regions = ["--region", "us-east-1", "--region", "eu-central-1"]
    return deployed.status("--all", "--stack", "Guests", "--stack", "Europe", *regions)


def test_two_stacks_in_two_regions_are_in_sync(
    result_in_sync: subprocess.CompletedProcess[str],
) -> None:
    assert (result_in_sync.returncode, result_in_sync.stderr) == (0, "")
    assert "Guests  us-east-1  CREATE_COMPLETE" in result_in_sync.stdout
    assert "Europe  eu-central-1  CREATE_COMPLETE" in result_in_sync.stdout
    assert re.search(rf"{EUROPE} +IN_SYNC +30 days +30 days", result_in_sync.stdout)
    assert "6 declarations in us-east-1 and eu-central-1: 6 IN_SYNC" in result_in_sync.stdout


def test_a_user_that_expires_soon_is_marked_and_is_not_drift(
    result_in_sync: subprocess.CompletedProcess[str],
) -> None:
    assert result_in_sync.returncode == 0
    assert re.search(
        r"  soon +IN_SYNC +30 days +30 days +SOON .*, in 2 days", result_in_sync.stdout
    )
    assert "1 expires within 7 days" in result_in_sync.stdout


def test_other_days_are_modified(account: Account) -> None:
    # GIVEN
    account.set_expiration("modified", 60)

    # WHEN
    result = account.status("--all", "--stack", "Guests")

    # THEN
    assert result.returncode == 1
    assert "users MODIFIED: 1" in result.stdout
    assert re.search(r"  modified +MODIFIED +30 days +60 days", result.stdout)
    assert "\x1b[" not in result.stdout


def test_a_deleted_user_is_drift_only_on_request(account: Account) -> None:
    # GIVEN
    account.local_aws.chime.delete_user(account.users["deleted"])

    # THEN
    assert account.status("--stack", "Guests").returncode == 0
    assert account.status("--stack", "Guests", "--fail-on-deleted").returncode == 1


def test_a_user_whose_clean_up_failed_is_orphaned_until_its_expiration_is_removed(
    account: Account,
) -> None:
    # WHEN
    orphaned = account.status("--all", "--stack", "Replaced")
    account.set_expiration("orphan", None)
    repaired = account.status("--stack", "Replaced")

    # THEN
    assert orphaned.returncode == 1
    assert "Replaced  us-east-1  UPDATE_COMPLETE" in orphaned.stdout
    assert re.search(r"  orphan +ORPHANED +none +30 days", orphaned.stdout)
    assert (repaired.returncode, repaired.stderr) == (0, "")
    assert "orphan" not in repaired.stdout


def test_a_finding_of_a_failed_rollback_explains_what_cloudformation_reports(
    account: Account,
) -> None:
    # GIVEN
    account.set_expiration("unstable", 60)

    # WHEN
    result = account.status("--all", "--stack", "Unstable")

    # THEN
    assert result.returncode == 1
    assert "Unstable  us-east-1  UPDATE_ROLLBACK_FAILED" in result.stdout
    assert (
        "unstable: expected 30 days, actual 60 days; "
        "the stack is UPDATE_ROLLBACK_FAILED, its template declares 30 days" in result.stdout
    )


def test_a_user_is_not_checked_if_access_is_denied(account: Account) -> None:
    # GIVEN
    user = account.users["deleted"]
    authorizer = account.local_aws.chime.authorizer
    assert authorizer is not None

    def deny(access: Access) -> Denial | None:
        return Denial("arn:aws:iam::1:user/x") if access.resource == user else authorizer(access)

    account.local_aws.chime.authorizer = deny

    # WHEN
    result = account.status("--all", "--stack", "Guests")

    # THEN
    assert result.returncode == 3
    assert re.search(r"  deleted +NOT_CHECKED \(access denied\) +30 days +\? +\?", result.stdout)
    assert f"access denied: chime:DescribeAppInstanceUser on {user}" in result.stdout


def test_a_policy_has_its_sweep_its_users_and_its_ledger(account: Account) -> None:
    # WHEN
    result = account.status("--stack", "Lobby", "--ledger", "--json")

    # THEN
    assert (result.returncode, result.stderr) == (0, "")
    [stack] = json.loads(result.stdout)["stacks"]
    [policy] = stack["policies"]
    assert (policy["drift_status"], policy["explanation"]) == ("IN_SYNC", [])
    assert policy["sweep"]["state"] == "FINISHED"
    assert (policy["counts"]["set"], policy["counts"]["overdue"]) == (4, 1)
    assert (policy["ledger"]["kinds"]["SET"], policy["ledger"]["kinds"]["OVERDUE"]) == (4, 1)
    assert (
        timedelta(days=25)
        < (datetime.fromisoformat(policy["ledger"]["next_expires_at"]) - datetime.now(UTC))
        <= timedelta(days=26)
    )
    assert (policy["dead_letters"], policy["last_failed_execution"]) == (0, None)
    periods = json.loads(result.stdout)["calendar"]["periods"]
    assert sum(each["policy_users"] for each in periods[9:11]) == 4
    assert policy["schedule"] == "rate(1 day)"
    assert policy["not_known"] == {}


def test_an_unknown_stack_is_an_error(account: Account) -> None:
    # WHEN
    result = account.status("--stack", "Guests", "--stack", "Gests")

    # THEN
    assert result.returncode == 2
    assert result.stderr == (
        "chime-expiration status: stack Gests not found in us-east-1: did you mean Guests?\n"
    )
    assert result.stdout == ""


def test_the_documented_permissions_cover_every_call(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    session, calls = recording_session(account, monkeypatch)

    # WHEN
    regions = ("us-east-1", "eu-central-1")
    build_report(StatusOptions(ledger=True), regions, SessionClients(session), Console(stderr=True))

    # THEN
    assert {action for action, _ in calls} >= {
        "chime:DescribeAppInstanceUser",
        "cloudformation:DescribeStackEvents",
        "cloudformation:DescribeStacks",
        "cloudformation:GetTemplate",
        "cloudformation:ListStackResources",
        "dynamodb:GetItem",
        "dynamodb:Scan",
        "sqs:GetQueueAttributes",
        "states:ListExecutions",
    }
    assert not_allowed(calls, "status.md") == set()


def test_the_documented_permissions_cover_every_call_of_repair(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    account.set_expiration("modified", 60)
    account.stop_sweep()
    session, calls = recording_session(account, monkeypatch)

    # WHEN
    exit_status = run_with(
        RepairOptions(stacks=("Guests", "Lobby"), yes=True, wait_minutes=1),
        ("us-east-1",),
        SessionClients(session),
        Console(stderr=True),
        lambda: datetime.now(UTC),
    )

    # THEN
    assert exit_status == 0
    assert not_allowed(calls, "status.md") == {
        ("chime:PutAppInstanceUserExpirationSettings", account.users["modified"]),
        *(call for call in calls if call[0] == "states:StartExecution"),
    }
    assert not_allowed(calls, "status.md", "repair.md") == set()


def test_repair_gives_the_service_what_is_declared(account: Account) -> None:
    # GIVEN a declared user that has drifted, an orphan, and a policy with a stopped sweep
    account.set_expiration("modified", 60)
    account.set_expiration("cleared", None)
    account.local_aws.chime.delete_user(account.users["deleted"])
    account.stop_sweep()
    account.local_aws.chime.calls.clear()
    stacks = ["--stack", "Guests", "--stack", "Replaced", "--stack", "Lobby"]

    # WHEN
    not_confirmed = account.repair(*stacks)
    shown = account.repair(*stacks, "--dry-run")
    puts_before = account.local_aws.chime.calls.puts()
    repaired = account.repair(*stacks, "--yes", "--clear-orphans", "--json")
    again = account.repair(*stacks, "--yes")
    status = account.status(*stacks)

    # THEN nothing is done without a confirmation
    assert (not_confirmed.returncode, not_confirmed.stdout) == (2, "")
    assert "or --yes to repair it without a question" in not_confirmed.stderr
    assert shown.returncode == 1
    assert re.search(r"  SET +modified +60 days -> 30 days, expires", shown.stdout)
    # The events of the local AWS do not have the properties of a resource.
    assert re.search(r"  LEFT +orphan .* add --clear-orphans", shown.stdout)
    assert puts_before == []

    # AND then exactly what was shown
    assert repaired.returncode == 0
    assert {
        each["user_arn"].rpartition("/")[2] if each["user_arn"] else each["repair"]: (
            each["outcome"],
            each["days_after"],
        )
        for each in json.loads(repaired.stdout)["repairs"]
    } == {
        "modified": ("REPAIRED", 30),
        "cleared": ("REPAIRED", 30),
        "orphan": ("REPAIRED", None),
        "SWEEP": ("REPAIRED", None),
    }
    assert sorted(
        str(call.arn).rpartition("/")[2] for call in account.local_aws.chime.calls.puts()
    ) == [
        "cleared",
        "modified",
        "orphan",
    ]

    # AND all is as declared
    assert (again.returncode, again.stderr) == (0, "")
    assert "1 deleted in us-east-1" in again.stdout
    assert status.returncode == 0


def recording_session(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> tuple[boto3.Session, set[tuple[str, str]]]:
    """A session, and the IAM action and the resource of each call that it makes."""
    for name, text in account.local_aws.process_environment().items():
        monkeypatch.setenv(name, text)
    session = boto3.Session()
    calls: set[tuple[str, str]] = set()

    def record(model: Any, params: dict[str, Any], **_: Any) -> None:
        service = model.service_model.service_name
        service = {"chime-sdk-identity": "chime", "stepfunctions": "states"}.get(service, service)
        body = json.loads(params["body"]) if service in ("dynamodb", "states", "sqs") else {}
        resource = "*"
        match service:
            case "chime":
                path = params["url_path"].removesuffix("/expiration-settings")
                resource = path.rpartition("/")[2]
            case "dynamodb":
                resource = f"arn:aws:dynamodb:us-east-1:111122223333:table/{body['TableName']}"
            case "states":
                # The account of the local AWS has another number.
                resource = re.sub(r":[0-9]{12}:", ":111122223333:", body["stateMachineArn"])
            case "sqs":
                queue = body["QueueUrl"].rpartition("/")[2]
                resource = f"arn:aws:sqs:us-east-1:111122223333:{queue}"
        calls.add((f"{service}:{model.name}", resource.replace("%3A", ":").replace("%2F", "/")))

    session.events.register("before-call", record)
    return session, calls


def not_allowed(calls: set[tuple[str, str]], *pages: str) -> set[tuple[str, str]]:
    """The calls that the policies in the documentation do not allow."""
    statements = []
    for page in pages:
        text = (ROOT / "docs" / page).read_text()
        policy = re.search(r"```json\n(.*?)```", text, re.DOTALL)
        assert policy is not None
        statements += json.loads(policy[1])["Statement"]
    return {
        (action, resource)
        for action, resource in calls
        if not any(
            action in as_list(statement["Action"]) and fnmatch.fnmatchcase(resource, allowed)
            for statement in statements
            for allowed in as_list(statement["Resource"])
        )
    }


def as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
