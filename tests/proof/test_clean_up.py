"""What the clean-up removes, whatever state it is in, and what it never touches."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from localaws import LocalAws
from localaws.chime import Fault
from proof.caller_place import CallerPlace
from proof.clean_up import clean_up
from proof.fixtures import create_fixtures, template
from proof.inventory import Thing
from proof.journal import Entry, Journal
from proof.run import Run
from support.proof_runs import ProofRuns, everything

pytestmark = pytest.mark.deploys

FUNCTION = """
import json, time, urllib.request

def handler(event, context):
    wanted = event["ResourceProperties"]
    time.sleep(float(wanted.get("Seconds", 0)))
    failed = event["RequestType"] == wanted.get("Fails")
    body = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    body |= {"Status": "FAILED" if failed else "SUCCESS", "PhysicalResourceId": "id", "Reason": "-"}
    request = urllib.request.Request(event["ResponseURL"], json.dumps(body).encode(), method="PUT")
    urllib.request.urlopen(request)
"""


def stack_with_a_custom_resource(run: Run, **properties: str) -> dict[str, Any]:
    """A template whose resource is slow, or fails in a request of the type ``Fails``."""
    function = {"Fn::GetAtt": ["Function", "Arn"]}
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    return {
        "Resources": {
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}
                },
            },
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                    "Runtime": "python3.12",
                    "Handler": "index.handler",
                    "Timeout": 30,
                    "Code": {"ZipFile": FUNCTION},
                },
            },
            "Log": {
                "Type": "AWS::Logs::LogGroup",
                "DeletionPolicy": "Retain",
                "Properties": {"LogGroupName": f"/aws/cloudformation/{run.app_stack}/Log"},
            },
            "Custom": {
                "Type": "Custom::Something",
                "DependsOn": "Log",
                "Properties": {"ServiceToken": function, **properties},
            },
        }
    }


class Account:
    """A run on the local AWS, without its program."""

    def __init__(self, local_aws: LocalAws, run: Run) -> None:
        self.place = CallerPlace(run, is_local=True)
        self.run = run
        self.told: list[str] = []
        self._cloudformation = local_aws.client("cloudformation")

    def create_stack(self, name: str, body: dict[str, Any]) -> None:
        self._cloudformation.create_stack(
            StackName=name, TemplateBody=json.dumps(body), Capabilities=["CAPABILITY_NAMED_IAM"]
        )

    def create_change_set(self, name: str, body: dict[str, Any]) -> None:
        self._cloudformation.create_change_set(
            StackName=name,
            ChangeSetName="first",
            ChangeSetType="CREATE",
            TemplateBody=json.dumps(body),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )

    def status(self, name: str) -> str:
        [stack] = self._cloudformation.describe_stacks(StackName=name)["Stacks"]
        return str(stack["StackStatus"])

    def wait_for(self, name: str, status: str) -> None:
        deadline = time.monotonic() + 60
        while self.status(name) != status:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def delete_stack(self, name: str) -> None:
        self._cloudformation.delete_stack(StackName=name)

    def clean_up(self) -> list[Thing]:
        return clean_up(self.place, self.told.append)


@pytest.fixture
def account(
    proof_aws: LocalAws, runs: ProofRuns, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Account]:
    assert runs
    for name, value in proof_aws.environment.items():
        monkeypatch.setenv(name, value)
    account = Account(proof_aws, Run("0a1b2c3d", proof_aws.account, proof_aws.region))
    yield account
    proof_aws.chime.faults.clear()


def leave_nothing(_: Account, __: LocalAws) -> None:
    """Nothing is there: a run that was killed before its first call."""


def leave_fixtures(account: Account, _: LocalAws) -> None:
    create_fixtures(account.place)


def leave_a_stack_that_waits_for_its_change_set(account: Account, _: LocalAws) -> None:
    account.create_change_set(account.run.app_stack, stack_with_a_custom_resource(account.run))
    assert account.status(account.run.app_stack) == "REVIEW_IN_PROGRESS"


def leave_a_creation_in_progress(account: Account, _: LocalAws) -> None:
    account.create_stack(
        account.run.app_stack, stack_with_a_custom_resource(account.run, Seconds="1")
    )
    account.wait_for(account.run.app_stack, "CREATE_IN_PROGRESS")


def leave_an_update_in_progress(account: Account, local_aws: LocalAws) -> None:
    account.create_stack(account.run.app_stack, stack_with_a_custom_resource(account.run))
    account.wait_for(account.run.app_stack, "CREATE_COMPLETE")
    local_aws.client("cloudformation").update_stack(
        StackName=account.run.app_stack,
        TemplateBody=json.dumps(stack_with_a_custom_resource(account.run, Seconds="1")),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    assert account.status(account.run.app_stack) == "UPDATE_IN_PROGRESS"


def leave_a_deletion_in_progress(account: Account, _: LocalAws) -> None:
    account.create_stack(
        account.run.app_stack, stack_with_a_custom_resource(account.run, Seconds="1")
    )
    account.wait_for(account.run.app_stack, "CREATE_COMPLETE")
    account.delete_stack(account.run.app_stack)
    assert account.status(account.run.app_stack) == "DELETE_IN_PROGRESS"


def leave_a_declaration_that_cannot_be_cleared(account: Account, _: LocalAws) -> None:
    account.create_stack(
        account.run.app_stack, stack_with_a_custom_resource(account.run, Fails="Delete")
    )
    account.wait_for(account.run.app_stack, "CREATE_COMPLETE")
    account.delete_stack(account.run.app_stack)
    account.wait_for(account.run.app_stack, "DELETE_FAILED")


def leave_an_app_instance_that_could_not_be_deleted(account: Account, local_aws: LocalAws) -> None:
    create_fixtures(account.place)
    local_aws.chime.faults.add(Fault("DeleteAppInstance", "BadRequestException", times=1))
    account.delete_stack(account.run.fixtures_stack)
    account.wait_for(account.run.fixtures_stack, "DELETE_FAILED")


def leave_what_no_stack_has(account: Account, local_aws: LocalAws) -> None:
    chat = local_aws.chime.create_app_instance(account.run.name)
    local_aws.chime.create_user(chat, "somebody")
    name = f"/aws/lambda/{account.run.app_stack}-Function"
    local_aws.client("logs").create_log_group(logGroupName=name)


@pytest.mark.parametrize(
    "leave",
    [
        leave_nothing,
        leave_fixtures,
        leave_a_stack_that_waits_for_its_change_set,
        leave_a_creation_in_progress,
        leave_an_update_in_progress,
        leave_a_deletion_in_progress,
        leave_a_declaration_that_cannot_be_cleared,
        leave_an_app_instance_that_could_not_be_deleted,
        leave_what_no_stack_has,
    ],
)
def test_the_clean_up_removes_it(
    leave: Callable[[Account, LocalAws], None], account: Account, proof_aws: LocalAws
) -> None:
    # GIVEN
    before = everything(proof_aws)
    leave(account, proof_aws)

    # WHEN
    left = account.clean_up()

    # THEN
    assert left == []
    assert everything(proof_aws) == before

    # WHEN it is done again
    left = account.clean_up()

    # THEN
    assert left == []


def test_a_resource_with_a_similar_name_is_never_touched(
    account: Account, proof_aws: LocalAws
) -> None:
    # GIVEN what somebody else made: the name of the run is a part of these names
    similar = (f"{account.run.name}x", f"my-{account.run.name}-app", "chime-proof-0a1b2c3-app")
    logs = proof_aws.client("logs")
    chats = []
    for name in similar:
        account.create_stack(
            f"{name}-fixtures",
            template(Run(name.removeprefix("chime-proof-"), proof_aws.account, "us-east-1")),
        )
        account.wait_for(f"{name}-fixtures", "CREATE_COMPLETE")
        logs.create_log_group(logGroupName=f"/aws/lambda/{name}-Function")
        chats.append(proof_aws.chime.create_app_instance(name))
        proof_aws.chime.create_user(chats[-1], "guest-1")
    there = everything(proof_aws)
    create_fixtures(account.place)

    # WHEN
    left = account.clean_up()

    # THEN
    assert left == []
    assert everything(proof_aws) == there

    for name, chat in zip(similar, chats, strict=True):
        account.delete_stack(f"{name}-fixtures")
        logs.delete_log_group(logGroupName=f"/aws/lambda/{name}-Function")
        del proof_aws.chime.app_instances[chat]


def test_the_bucket_is_emptied_before_its_stack_is_deleted(
    account: Account, proof_aws: LocalAws
) -> None:
    # GIVEN, because the local S3 also deletes a bucket that is not empty
    create_fixtures(account.place)
    bucket = account.place.run.asset_bucket
    proof_aws.client("s3").put_object(Bucket=bucket, Key="code.zip", Body=b"")

    # WHEN
    account.clean_up()

    # THEN
    assert account.told == [
        f"deleting 1 objects in the bucket {bucket}",
        f"deleting the stack {account.run.fixtures_stack} (CREATE_COMPLETE)",
    ]


def test_the_users_are_deleted_before_their_app_instance(
    account: Account, proof_aws: LocalAws
) -> None:
    # GIVEN, because the local Chime SDK also deletes an AppInstance that has users
    create_fixtures(account.place)
    [chat] = proof_aws.chime.app_instances
    users = [proof_aws.chime.create_user(chat, f"guest-{number}") for number in range(2)]
    proof_aws.chime.calls.clear()

    # WHEN
    account.clean_up()

    # THEN
    deletions = [
        str(each.arn) for each in proof_aws.chime.calls if each.operation.startswith("Delete")
    ]
    assert sorted(deletions[:-1]) == sorted(map(str, users))
    assert deletions[-1] == chat


def test_what_cannot_be_removed_is_reported(account: Account, proof_aws: LocalAws) -> None:
    # GIVEN a queue with the name of the run that is in none of its stacks
    sqs = proof_aws.client("sqs")
    url = sqs.create_queue(QueueName=f"{account.run.name}-other")["QueueUrl"]

    # WHEN
    left = account.clean_up()

    # THEN
    assert [str(thing) for thing in left] == [f"queue {account.run.name}-other"]
    sqs.delete_queue(QueueUrl=url)


@pytest.fixture
def entry(proof_aws: LocalAws) -> Entry:
    run = Run("0a1b2c3d", proof_aws.account, proof_aws.region)
    endpoint = proof_aws.environment["AWS_ENDPOINT_URL_CHIME_SDK_IDENTITY"]
    return Entry.of(run, datetime.now(UTC), endpoint)


@pytest.mark.parametrize(
    ("member", "value", "message"),
    [
        (
            "account",
            "999999999999",
            "run 0a1b2c3d is in account 999999999999, and the credentials are for 111122223333",
        ),
        ("endpoint", None, "run 0a1b2c3d is on AWS, and the environment is for the local AWS at"),
    ],
)
def test_the_clean_up_refuses_another_place(
    member: str, value: str | None, message: str, runs: ProofRuns, entry: Entry
) -> None:
    # GIVEN
    record = Entry(**{**vars(entry), member: value})
    Journal(runs.folder / "runs").write(record)

    # WHEN
    status, output = runs.run("clean")

    # THEN
    assert status == 2
    assert message in output
    assert runs.records() == [record.id]


def test_a_record_of_a_local_aws_that_has_ended_is_removed(runs: ProofRuns, entry: Entry) -> None:
    # GIVEN a port that nobody listens on
    record = Entry(**{**vars(entry), "endpoint": "https://localhost:1"})
    Journal(runs.folder / "runs").write(record)

    # WHEN
    status, output = runs.run("clean")

    # THEN
    assert (status, output) == (
        0,
        "The local AWS of run 0a1b2c3d has ended, and everything in it.\n",
    )
    assert runs.records() == []


def test_an_unknown_run_is_refused(runs: ProofRuns, entry: Entry) -> None:
    # GIVEN
    Journal(runs.folder / "runs").write(entry)

    # WHEN
    status, output = runs.run("clean", "--run", "ffffffff")

    # THEN
    assert status == 2
    assert "no record of a run 'ffffffff'" in output
    assert "the runs there are 0a1b2c3d" in output
