"""The function as Lambda calls it: through crhelper, to the response that CloudFormation gets."""

import importlib
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import boto3
import pytest

from chime_expiration_handler.contract.physical_id import NOTHING_SET
from chime_expiration_handler.service import identity_client
from chime_expiration_handler.user import own_stack
from fakes.cloudformation_events import Event, create, delete, update
from fakes.lambda_context import context
from localaws.chime import ChimeIdentity, Fault
from localaws.standins.response_bucket import ResponseBucket

PUT = "PutAppInstanceUserExpirationSettings"


def test_create_update_and_delete_each_get_a_response(
    lambda_function: ModuleType, bucket: ResponseBucket, chime: ChimeIdentity, user: str
) -> None:
    # WHEN
    for event in (create(user, 30), update(user, 90), delete(user)):
        lambda_function.handler(event | {"ResponseURL": bucket.url}, context())

    # THEN
    assert [response["Status"] for response in bucket.received] == ["SUCCESS"] * 3
    assert [response["PhysicalResourceId"] for response in bucket.received] == [user] * 3
    assert [response["Data"].get("ExpirationDays") for response in bucket.received] == [
        "30",
        "90",
        None,
    ]
    assert chime.expiration_days(user) is None


def test_the_response_repeats_the_ids_of_the_request(
    lambda_function: ModuleType, bucket: ResponseBucket, user: str
) -> None:
    # GIVEN
    event = create(user) | {"ResponseURL": bucket.url}

    # WHEN
    lambda_function.handler(event, context())

    # THEN
    for field in ("StackId", "RequestId", "LogicalResourceId"):
        assert bucket.received[0][field] == event[field]


def test_a_failed_create_returns_its_reason_and_the_marker(
    lambda_function: ModuleType, bucket: ResponseBucket, user: str
) -> None:
    # WHEN
    lambda_function.handler(create(user, 0) | {"ResponseURL": bucket.url}, context())

    # THEN
    assert bucket.received[0]["Status"] == "FAILED"
    assert bucket.received[0]["Reason"] == "'0' days cannot be set: use 1-5475 whole days"
    assert bucket.received[0]["PhysicalResourceId"] == NOTHING_SET


def test_a_failed_update_keeps_the_id(
    lambda_function: ModuleType, bucket: ResponseBucket, user: str
) -> None:
    # WHEN
    lambda_function.handler(update(user, 0) | {"ResponseURL": bucket.url}, context())

    # THEN
    assert bucket.received[0]["Status"] == "FAILED"
    assert bucket.received[0]["PhysicalResourceId"] == user


def test_a_delete_with_an_empty_id_gets_a_response_with_an_id(
    lambda_function: ModuleType, bucket: ResponseBucket
) -> None:
    # WHEN
    lambda_function.handler(delete("") | {"ResponseURL": bucket.url}, context())

    # THEN
    assert bucket.received[0]["Status"] == "SUCCESS"
    assert bucket.received[0]["PhysicalResourceId"]


def test_a_function_that_times_out_during_the_put_returns_the_arn(
    monkeypatch: pytest.MonkeyPatch,
    lambda_function: ModuleType,
    bucket: ResponseBucket,
    chime: ChimeIdentity,
    user: str,
) -> None:
    # GIVEN a service that sets the user and does not respond
    monkeypatch.setattr(identity_client, "READ_SECONDS", 2)
    identity_client.identity_client("us-east-1")
    chime.faults.add(Fault(PUT, effect=True, then="silence"))

    # WHEN
    lambda_function.handler(create(user) | {"ResponseURL": bucket.url}, context(seconds=1.5))

    # THEN
    assert bucket.received[0]["Status"] == "FAILED"
    assert bucket.received[0]["PhysicalResourceId"] == user


def test_a_function_that_times_out_before_the_put_returns_the_marker(
    monkeypatch: pytest.MonkeyPatch,
    lambda_function: ModuleType,
    bucket: ResponseBucket,
    chime: ChimeIdentity,
    user: str,
) -> None:
    # GIVEN
    monkeypatch.setattr(identity_client, "READ_SECONDS", 2)
    identity_client.identity_client("us-east-1")
    chime.faults.add(Fault("DescribeAppInstanceUser", then="silence"))

    # WHEN
    lambda_function.handler(create(user) | {"ResponseURL": bucket.url}, context(seconds=1.5))

    # THEN
    assert bucket.received[0]["Status"] == "FAILED"
    assert bucket.received[0]["PhysicalResourceId"] == NOTHING_SET


def test_a_cold_start_creates_no_client_and_the_first_event_creates_one(
    monkeypatch: pytest.MonkeyPatch, lambda_function: ModuleType, bucket: ResponseBucket, user: str
) -> None:
    # GIVEN
    created: list[str] = []
    create_client = boto3.client

    def counting_client(service: str, **options: Any) -> Any:
        created.append(service)
        return create_client(service, **options)

    monkeypatch.setattr(boto3, "client", counting_client)

    # WHEN
    module = sys.modules.pop(lambda_function.__name__).__name__
    cold = importlib.import_module(module)
    at_start = list(created)
    cold.handler(create(user) | {"ResponseURL": bucket.url}, context())

    # THEN
    assert at_start == []
    assert created == ["chime-sdk-identity"]


def test_a_delete_does_not_sleep(
    monkeypatch: pytest.MonkeyPatch, lambda_function: ModuleType, bucket: ResponseBucket, user: str
) -> None:
    # GIVEN
    slept: list[float] = []
    monkeypatch.setattr("crhelper.resource_helper.sleep", slept.append)
    monkeypatch.setattr(time, "sleep", slept.append)

    # WHEN
    lambda_function.handler(delete(user) | {"ResponseURL": bucket.url}, context())

    # THEN
    assert slept == []


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The lines that Lambda's handler of the root logger would write."""
    lines: list[str] = []

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [Lines()])
    level = root.level
    yield lines
    root.setLevel(level)


def test_each_log_line_is_one_json_object_with_user_outcome_and_duration(
    log: list[str],
    lambda_function: ModuleType,
    bucket: ResponseBucket,
    chime: ChimeIdentity,
    user: str,
) -> None:
    # GIVEN
    chime.faults.add(Fault(PUT, "ThrottledClientException"))

    # WHEN
    lambda_function.handler(create(user) | {"ResponseURL": bucket.url}, context())

    # THEN
    messages = [json.loads(line)["message"] for line in log]
    ours = [message for message in messages if isinstance(message, dict)]
    calls, event, delivery = ours[:2], ours[2], ours[3]
    assert [call["call"] for call in calls] == ["DescribeAppInstanceUser", PUT]
    assert [call["attempts"] for call in calls] == [1, 2]
    assert all(call["user"] == user and call["outcome"] == "ok" for call in calls)
    assert event["event"] == "Create"
    assert event["logical_id"] == "Expireguest425FAA4ED2"
    assert event["user"] == user
    assert event["outcome"] == "set"
    assert all(isinstance(entry["duration_ms"], int) for entry in [*calls, event])
    assert delivery == {"response": "SUCCESS", "outcome": "accepted by CloudFormation"}


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        (create, None),
        (update, None),
        (create, Fault("DescribeAppInstanceUser", "NotFoundException")),
        (create, Fault(PUT, "BadRequestException")),
        (delete, Fault(PUT, "BadRequestException")),
    ],
    ids=["invalid create", "invalid update", "missing user", "rejected create", "rejected delete"],
)
def test_a_failure_is_logged_as_an_error_with_the_users_arn(
    log: list[str],
    lambda_function: ModuleType,
    bucket: ResponseBucket,
    chime: ChimeIdentity,
    user: str,
    event: Callable[..., Event],
    fault: Fault | None,
) -> None:
    # GIVEN
    sent = event(user, days=30 if fault else 0)
    if fault:
        chime.faults.add(fault)

    # WHEN
    lambda_function.handler(sent | {"ResponseURL": bucket.url}, context())

    # THEN
    assert bucket.received[0]["Status"] == "FAILED"
    [line] = [entry for entry in map(json.loads, log) if "event" in entry["message"]]
    assert line["level"] == "ERROR"
    assert line["message"]["user"] == user
    assert line["message"]["outcome"] == f"failed: {bucket.received[0]['Reason']}"


def test_a_success_is_no_error_and_has_the_users_arn_without_the_earlier_days(
    log: list[str],
    lambda_function: ModuleType,
    bucket: ResponseBucket,
    chime: ChimeIdentity,
    app_instance: str,
) -> None:
    # GIVEN
    user = chime.create_user(app_instance, "guest", expiration_days=60)

    # WHEN
    events = [create(user), update(user, 90) | {"PhysicalResourceId": f"{user}#60"}]
    for event in events:
        lambda_function.handler(event | {"ResponseURL": bucket.url}, context())

    # THEN
    lines = [entry for entry in map(json.loads, log) if "event" in entry["message"]]
    assert [line["message"]["user"] for line in lines] == [user, user]
    assert {json.loads(line)["level"] for line in log} == {"INFO"}


def test_no_log_line_contains_the_response_url(
    log: list[str],
    lambda_function: ModuleType,
    bucket: ResponseBucket,
    chime: ChimeIdentity,
    user: str,
) -> None:
    # GIVEN a failed event, and a response that is accepted only at the third attempt
    chime.faults.add(Fault(PUT, "BadRequestException"))
    bucket.refusals = [403, None]

    # WHEN
    for event in (create(user), create(user), delete(user)):
        lambda_function.handler(event | {"ResponseURL": bucket.url}, context())

    # THEN
    text = "\n".join(log)
    assert len(bucket.received) == 3
    assert "sent again" in text
    assert bucket.url not in text
    assert "secret" not in text
    assert "X-Amz" not in text


@pytest.mark.parametrize(
    "stack_id",
    [
        "arn:aws:cloudformation:us-east-1:444455556666:stack/Expirations/6d6a3f10",
        "arn:aws:cloudformation:eu-west-1:111122223333:stack/Expirations/6d6a3f10",
        "111122223333",
        "",
    ],
    ids=["another account", "another region", "no ARN", "empty"],
)
@pytest.mark.parametrize("event", [create, update, delete])
def test_an_event_of_another_account_or_region_calls_and_answers_nobody(
    log: list[str],
    lambda_function: ModuleType,
    bucket: ResponseBucket,
    chime: ChimeIdentity,
    user: str,
    event: Callable[..., Event],
    stack_id: str,
) -> None:
    # WHEN
    forged = event(user) | {"ResponseURL": bucket.url, "StackId": stack_id}
    lambda_function.handler(forged, context())

    # THEN
    assert len(chime.calls) == 0
    assert bucket.headers == []
    [line] = map(json.loads, log)
    assert line["level"] == "ERROR"
    assert repr(stack_id) in line["message"]
    assert "secret" not in str(line)


@pytest.mark.parametrize("event", [create, update, delete])
def test_an_event_at_once_needs_no_client_of_cloudformation(
    monkeypatch: pytest.MonkeyPatch,
    lambda_function: ModuleType,
    bucket: ResponseBucket,
    user: str,
    event: Callable[..., Event],
) -> None:
    # GIVEN
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", "https://localhost:1")

    # WHEN
    lambda_function.handler(event(user) | {"ResponseURL": bucket.url}, context())

    # THEN
    assert bucket.received[0]["Status"] == "SUCCESS"


def test_the_template_decides_whether_a_delete_asks_for_other_declarations(
    monkeypatch: pytest.MonkeyPatch,
    lambda_function: ModuleType,
    bucket: ResponseBucket,
    chime: ChimeIdentity,
    user: str,
) -> None:
    # GIVEN a CloudFormation that cannot be reached, and no time to wait for it
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", "https://localhost:1")
    own_stack.cloudformation_client.cache_clear()
    monkeypatch.setenv("STACK_HAS_TOKEN_USERS", "true")

    # WHEN
    lambda_function.handler(delete(user) | {"ResponseURL": bucket.url}, context(seconds=60))

    # THEN
    own_stack.cloudformation_client.cache_clear()
    assert bucket.received[0]["Reason"].startswith("cloudformation:ListStackResources, ")
    assert chime.calls.puts() == []
