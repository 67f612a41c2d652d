"""The function as Lambda calls it, for each of its three callers."""

import importlib
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError

from chime_expiration_handler.contract.limits import EVENT_WORKERS
from chime_expiration_handler.contract.physical_id import NOTHING_SET
from chime_expiration_handler.contract.policy_properties import PolicyProperties
from chime_expiration_handler.service.retry_budget import CONNECT_SECONDS, READ_SECONDS
from fakes.embedded_metrics import data_points
from localaws.certificates import Certificates
from localaws.standins.app_instance import AppInstance
from localaws.standins.dynamodb_table import DynamoDBTable
from localaws.standins.response_bucket import ResponseBucket

HANDLER_MODULE = "chime_expiration_handler.sweep.handler"
APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/chat"
STACK = "arn:aws:cloudformation:us-east-1:111122223333:stack/Guests/1"
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:Guests"
STATE_MACHINE = "arn:aws:states:us-east-1:111122223333:stateMachine:Sweep"
SWEEP = {"app_instance_arn": APP_INSTANCE, "sweep": "1", "cursor": None}


class StateMachine:
    """Runs each execution at once, in the caller's thread."""

    def __init__(self, function: Callable[[dict[str, Any]], Any]) -> None:
        self.inputs: list[str] = []
        self._function = function

    def start_execution(self, *, stateMachineArn: str, input: str) -> None:
        assert stateMachineArn == STATE_MACHINE
        self.inputs.append(input)
        result = {"more": True, "cursor": None}
        while result["more"]:
            event = {**json.loads(input), "sweep": "execution", "cursor": result["cursor"]}
            result = json.loads(json.dumps(self._function(event)))


@pytest.fixture
def app_instance() -> AppInstance:
    return AppInstance(APP_INSTANCE, time.time)


@pytest.fixture
def table() -> DynamoDBTable:
    return DynamoDBTable("Guests")


@pytest.fixture
def lambda_function(
    monkeypatch: pytest.MonkeyPatch,
    certificates: Certificates,
    app_instance: AppInstance,
    table: DynamoDBTable,
) -> Iterator[ModuleType]:
    """The entry point, imported as at a cold start, with stand-ins for the services."""
    for name, value in {
        "AWS_REGION": "us-east-1",
        "SSL_CERT_FILE": str(certificates.authority),
        "POLICY_TABLE": "Guests",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, HANDLER_MODULE, raising=False)
    module = importlib.import_module(HANDLER_MODULE)
    clients = {
        "chime-sdk-identity": app_instance,
        "dynamodb": table,
        "stepfunctions": StateMachine(lambda event: module.handler(event, context())),
    }
    monkeypatch.setattr(boto3, "client", lambda service, **_: clients[service])
    _forget_clients(module)
    yield module
    _forget_clients(module)
    sys.modules.pop(HANDLER_MODULE, None)


def _forget_clients(module: ModuleType) -> None:
    for cached in (module.identity_client, module.dynamodb_client, module._client):
        cached.cache_clear()


@pytest.fixture
def bucket(certificates: Certificates) -> Iterator[ResponseBucket]:
    with ResponseBucket(certificates) as bucket:
        yield bucket


def context(remaining_seconds: int = 900) -> SimpleNamespace:
    return SimpleNamespace(
        aws_request_id="4b2d",
        invoked_function_arn=FUNCTION,
        get_remaining_time_in_millis=lambda: remaining_seconds * 1000,
    )


def event(kind: str, url: str, **properties: Any) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "StackId": STACK,
        "RequestId": "1",
        "LogicalResourceId": "Guests",
        "PhysicalResourceId": APP_INSTANCE,
        "ResponseURL": url,
        "ResourceProperties": {
            "AppInstanceArn": APP_INSTANCE,
            "ExpirationDays": "30",
            "CallsPerSecond": "500",
            "TableName": "Guests",
            "StateMachineArn": STATE_MACHINE,
            **properties,
        },
    }


def message(detail: Mapping[str, Any], id: str = "m1") -> dict[str, Any]:
    return {"messageId": id, "body": json.dumps({"detail": detail})}


def test_a_policy_sets_all_users_and_clears_them_when_it_is_deleted(
    lambda_function: ModuleType, bucket: ResponseBucket, app_instance: AppInstance
) -> None:
    # GIVEN
    arns = [app_instance.create(f"guest-{number}") for number in range(120)]
    foreign = app_instance.create("guest-of-others", days=30)
    admin = app_instance.create("admin")
    app_instance.admins.add(admin)

    # WHEN
    lambda_function.handler(event("Create", bucket.url), context())

    # THEN
    assert bucket.received[0]["Status"] == "SUCCESS"
    assert bucket.received[0]["PhysicalResourceId"] == APP_INSTANCE
    assert bucket.received[0]["Data"]["UsersSet"] == "120"
    assert bucket.received[0]["Data"]["UsersLeftAlone"] == "1"
    assert {app_instance.users[arn].days for arn in arns} == {30}
    assert app_instance.users[admin].days is None

    # WHEN
    lambda_function.handler(event("Delete", bucket.url), context())

    # THEN
    assert bucket.received[1]["Status"] == "SUCCESS"
    assert {app_instance.users[arn].days for arn in arns} == {None}
    assert app_instance.users[foreign].days == 30


def test_a_policy_for_an_app_instance_that_does_not_exist_fails_the_deployment(
    lambda_function: ModuleType, bucket: ResponseBucket
) -> None:
    # GIVEN
    other = APP_INSTANCE.replace("chat", "other")

    # WHEN
    lambda_function.handler(event("Create", bucket.url, AppInstanceArn=other), context())

    # THEN
    assert bucket.received[0]["Status"] == "FAILED"
    assert bucket.received[0]["Reason"] == (
        f"AppInstance {other} not found; correct app_instance_arn"
    )


def test_invalid_properties_fail_before_anything_is_declared(
    lambda_function: ModuleType, bucket: ResponseBucket, table: DynamoDBTable
) -> None:
    # WHEN
    lambda_function.handler(event("Create", bucket.url, Users=["-*"]), context())

    # THEN
    assert bucket.received[0]["Status"] == "FAILED"
    assert "begins with '-'" in bucket.received[0]["Reason"]
    assert bucket.received[0]["PhysicalResourceId"] == NOTHING_SET
    assert not table.items()


def test_the_response_url_is_in_no_item_no_input_and_no_log(
    lambda_function: ModuleType,
    bucket: ResponseBucket,
    table: DynamoDBTable,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    # WHEN
    url = f"{bucket.url}?Signature=secret"
    lambda_function.handler(event("Create", url), context())
    lambda_function.handler(event("Delete", url), context())

    # THEN
    assert bucket.received[1]["Status"] == "SUCCESS"
    written = str(table.items()) + str(lambda_function._client("stepfunctions").inputs)
    assert "secret" not in written + capsys.readouterr().out + caplog.text


@pytest.mark.parametrize(
    "detail",
    [
        {"responseElements": {"appInstanceUserArn": f"{APP_INSTANCE}/user/us-east-1:new"}},
        {"requestParameters": {"x": {"y": [f"{APP_INSTANCE}/user/us-east-1:new"]}}},
        {
            "requestParameters": {
                "appInstanceArn": APP_INSTANCE,
                "appInstanceUserId": "us-east-1:new",
            }
        },
    ],
)
def test_a_new_user_is_set_wherever_the_event_names_it(
    lambda_function: ModuleType,
    bucket: ResponseBucket,
    app_instance: AppInstance,
    detail: dict[str, Any],
) -> None:
    # GIVEN
    lambda_function.handler(event("Create", bucket.url), context())
    arn = app_instance.create("us-east-1:new")

    # WHEN
    response = lambda_function.handler({"Records": [message(detail)]}, context())

    # THEN
    assert response == {"batchItemFailures": []}
    assert app_instance.users[arn].days == 30


def test_a_sweep_of_something_else_than_an_app_instance_fails_at_once(
    lambda_function: ModuleType,
) -> None:
    # WHEN
    sweep = {"app_instance_arn": f"{APP_INSTANCE}/user/guest", "sweep": "1", "cursor": None}
    result = lambda_function.handler(sweep, context())

    # THEN the state machine does not retry it
    assert (result["more"], result["outcome"]) == (False, "failed")
    assert "names more than an AppInstance: end it after chat" in result["error"]


def test_an_event_writes_its_metrics(
    lambda_function: ModuleType,
    bucket: ResponseBucket,
    app_instance: AppInstance,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # GIVEN
    lambda_function.handler(event("Create", bucket.url), context())
    record = message({"responseElements": {"arn": app_instance.create("guest-1")}})
    capsys.readouterr()

    # WHEN
    lambda_function.handler({"Records": [record]}, context())

    # THEN
    [line] = [each for each in capsys.readouterr().out.splitlines() if '"_aws"' in each]
    assert json.loads(line)["UsersSet"] == 1


def test_a_new_user_that_is_an_admin_is_not_set(
    lambda_function: ModuleType, bucket: ResponseBucket, app_instance: AppInstance
) -> None:
    # GIVEN
    lambda_function.handler(event("Create", bucket.url), context())
    arn = app_instance.create("guest-1")
    app_instance.admins.add(arn)

    # WHEN
    record = message({"responseElements": {"arn": arn}})
    response = lambda_function.handler({"Records": [record]}, context())

    # THEN
    assert response == {"batchItemFailures": []}
    assert app_instance.users[arn].days is None


def test_ten_events_of_one_user_make_one_call(
    lambda_function: ModuleType, bucket: ResponseBucket, app_instance: AppInstance
) -> None:
    # GIVEN
    lambda_function.handler(event("Create", bucket.url), context())
    arn = app_instance.create("guest-1")

    # WHEN
    for number in range(10):
        record = message({"responseElements": {"arn": arn}}, str(number))
        lambda_function.handler({"Records": [record]}, context())

    # THEN
    assert app_instance.calls["PutAppInstanceUserExpirationSettings"] == 1
    assert app_instance.calls["DescribeAppInstanceUser"] == 1


def test_a_message_that_names_no_user_comes_again(lambda_function: ModuleType) -> None:
    # GIVEN
    records = [message({"eventName": "CreateAppInstanceUser"}), message({}, "m2")]

    # WHEN
    response = lambda_function.handler({"Records": records}, context())

    # THEN
    assert response["batchItemFailures"] == [{"itemIdentifier": "m1"}, {"itemIdentifier": "m2"}]


def test_each_chunk_writes_its_metrics(
    lambda_function: ModuleType,
    bucket: ResponseBucket,
    app_instance: AppInstance,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # GIVEN
    app_instance.create("guest-1")

    # WHEN
    lambda_function.handler(event("Create", bucket.url), context())

    # THEN
    points = data_points(capsys.readouterr().out.splitlines())
    assert all(point.namespace == "ChimeExpiration" for point in points)
    assert all(point.dimensions == {"PolicyTable": "Guests"} for point in points)
    users = [point for point in points if point.name.startswith("Users")]
    assert {point.name: point.value for point in users} == {
        "UsersSet": 1,
        "UsersCleared": 0,
        "UsersFailed": 0,
        "UsersOverdue": 0,
        "UsersLeftAlone": 0,
    }


@pytest.fixture
def sweeps_finished(
    lambda_function: ModuleType, capsys: pytest.CaptureFixture[str]
) -> Callable[[dict[str, Any]], list[float]]:
    """The values that an invocation adds to the metric of the alarm on overdue sweeps."""

    def values(invocation: dict[str, Any]) -> list[float]:
        lambda_function.handler(invocation, context())
        points = data_points(capsys.readouterr().out.splitlines())
        found = [point for point in points if point.name == "SweepsFinished"]
        assert all(point.dimensions == {"PolicyTable": "Guests"} for point in found)
        return [point.value for point in found]

    return values


def test_a_deployment_and_each_sweep_that_has_finished_are_in_the_metric_of_sweeps(
    sweeps_finished: Callable[[dict[str, Any]], list[float]], bucket: ResponseBucket
) -> None:
    # WHEN / THEN a deployment writes 0 first: its sweep can take hours
    assert sweeps_finished(event("Create", bucket.url)) == [0, 1]
    assert sweeps_finished(SWEEP) == [1]


def test_a_sweep_that_has_not_finished_is_not_in_the_metric_of_sweeps(
    sweeps_finished: Callable[[dict[str, Any]], list[float]],
    bucket: ResponseBucket,
    lambda_function: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # GIVEN no policy
    assert sweeps_finished(SWEEP) == []

    # GIVEN a policy, and a sweep that goes on, ends because of another one, or fails
    sweeps_finished(event("Create", bucket.url))
    for result in (
        {"more": True, "cursor": {}},
        {"more": False, "cursor": None, "outcome": "another sweep is running"},
        {"more": False, "cursor": None, "outcome": "failed", "error": "denied"},
    ):
        monkeypatch.setattr(lambda_function.Worker, "run", lambda *_, result=result: result)

        # WHEN / THEN
        assert sweeps_finished(SWEEP) == []


def test_the_response_fits_and_the_url_is_in_no_log_where_an_event_fails(
    lambda_function: ModuleType,
    bucket: ResponseBucket,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    # GIVEN
    url = f"{bucket.url}?Signature=secret"
    patterns = ["-" + "x" * 60] * 1_000

    # WHEN
    lambda_function.handler(event("Create", url, Users=patterns), context())
    lambda_function.handler(event("Create", url, AppInstanceArn="x" * 1_600), context())
    other = APP_INSTANCE.replace("chat", "other")
    lambda_function.handler(event("Create", url, AppInstanceArn=other), context())

    # THEN CloudFormation takes 4 KiB
    assert [each["Status"] for each in bucket.received] == ["FAILED"] * 3
    assert max(len(json.dumps(each)) for each in bucket.received) < 4096
    assert "secret" not in capsys.readouterr().out + caplog.text


def test_a_delete_that_is_handed_over_gives_the_url_to_the_next_invocation_only(
    lambda_function: ModuleType,
    bucket: ResponseBucket,
    app_instance: AppInstance,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # GIVEN
    url = f"{bucket.url}?Signature=secret"
    app_instance.create("guest-1")
    lambda_function.handler(event("Create", url), context())
    clients = {
        "lambda": SimpleNamespace(invoke=lambda **given: invocations.append(given)),
        "stepfunctions": SimpleNamespace(start_execution=lambda **_: None),
    }
    invocations: list[dict[str, Any]] = []
    lambda_function._client.cache_clear()
    monkeypatch.setattr(boto3, "client", lambda service, **_: clients[service])
    soon = context(remaining_seconds=30)

    # WHEN
    lambda_function.handler(event("Delete", url), soon)

    # THEN
    assert len(bucket.received) == 1
    [invocation] = invocations
    assert invocation["FunctionName"] == FUNCTION
    assert invocation["InvocationType"] == "Event"
    assert json.loads(invocation["Payload"])["ResponseURL"] == url
    assert "secret" not in capsys.readouterr().out + caplog.text


def test_a_creation_that_is_out_of_time_fails_and_is_undone_by_its_rollback(
    lambda_function: ModuleType,
    bucket: ResponseBucket,
    monkeypatch: pytest.MonkeyPatch,
    table: DynamoDBTable,
) -> None:
    # GIVEN a declaration whose response arrives when the time of the function is over
    declare, is_over = table.update_item, threading.Event()

    def late(**parameters: Any) -> dict[str, Any]:
        declare(**parameters)
        is_over.wait(60)
        raise ReadTimeoutError(endpoint_url="https://dynamodb.invalid")

    def deliver(*given: Any) -> None:
        bucket_receives(*given)
        is_over.set()

    bucket_receives = lambda_function.helper._deliver
    monkeypatch.setattr(table, "update_item", late)
    monkeypatch.setattr(lambda_function.helper, "_deliver", deliver)

    # WHEN
    lambda_function.handler(event("Create", bucket.url), context(remaining_seconds=1))

    # THEN CloudFormation learns it before Lambda ends the function, and sends a Delete
    response = bucket.received[0]
    assert (response["Status"], response["Reason"]) == ("FAILED", "Execution timed out")
    assert response["PhysicalResourceId"] == APP_INSTANCE


def test_the_clients_have_a_connection_for_each_thread(
    lambda_function: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN the real clients
    session = boto3.Session("x", "x", region_name="us-east-1")
    monkeypatch.setattr(boto3, "client", session.client)

    # WHEN
    clients = [lambda_function.identity_client("us-east-1"), lambda_function.dynamodb_client()]

    # THEN
    for client in clients:
        assert client.meta.config.max_pool_connections == 50
        assert client.meta.config.retries["total_max_attempts"] <= 4


@pytest.mark.parametrize("service", ["stepfunctions", "lambda"])
def test_a_call_that_is_retried_ends_as_soon_as_the_retries_assume(
    lambda_function: ModuleType, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    # GIVEN the real client
    session = boto3.Session("x", "x", region_name="us-east-1")
    monkeypatch.setattr(boto3, "client", session.client)
    lambda_function._client.cache_clear()

    # WHEN
    config = lambda_function._client(service).meta.config

    # THEN
    assert (config.connect_timeout, config.read_timeout) == (CONNECT_SECONDS, READ_SECONDS)
    assert config.retries["total_max_attempts"] == 1


def test_the_messages_of_a_batch_share_a_rate_with_the_other_worker(
    lambda_function: ModuleType,
) -> None:
    # WHEN
    properties = PolicyProperties.parse(event("Create", "")["ResourceProperties"])
    treatments = [
        lambda_function._treatment(None, properties, None, share=1 / EVENT_WORKERS)
        for _ in range(2)
    ]

    # THEN
    assert treatments[0].paces is treatments[1].paces
    assert treatments[0].paces.put.rate * EVENT_WORKERS == properties.calls_per_second


def test_an_event_of_another_account_is_refused(
    lambda_function: ModuleType, bucket: ResponseBucket, table: DynamoDBTable
) -> None:
    # GIVEN
    forged = event("Create", bucket.url) | {"StackId": STACK.replace("1111", "9999")}

    # WHEN
    lambda_function.handler(forged, context())

    # THEN
    assert not bucket.received
    assert not table.items()
