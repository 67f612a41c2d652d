"""The function as Lambda calls it: through crhelper, to the answer that CloudFormation receives."""

import importlib
import json
import logging
import sys
import time
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace

import boto3
import pytest

from chime_expiration_handler.lifecycle import NOTHING_SET
from fakes.cloudformation_events import create, delete, update
from fakes.response_bucket import ResponseBucket
from localaws.chime import Fault

PUT = "PutAppInstanceUserExpirationSettings"


@pytest.fixture
def wiring(monkeypatch, chime_server, certificates) -> Iterator[ModuleType]:
    """The entry point, imported as at a cold start."""
    for name, value in {
        "AWS_REGION": "eu-west-3",
        "AWS_DEFAULT_REGION": "eu-west-3",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CA_BUNDLE": str(certificates.authority),
        "SSL_CERT_FILE": str(certificates.authority),
        "AWS_ENDPOINT_URL_CHIME_SDK_IDENTITY": chime_server.url,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, "chime_expiration_handler.wiring", raising=False)
    boto3.DEFAULT_SESSION = None
    yield importlib.import_module("chime_expiration_handler.wiring")
    sys.modules.pop("chime_expiration_handler.wiring", None)


@pytest.fixture
def bucket(certificates) -> Iterator[ResponseBucket]:
    with ResponseBucket(certificates) as bucket:
        yield bucket


def context(seconds: float = 300) -> SimpleNamespace:
    end = time.monotonic() + seconds
    return SimpleNamespace(
        aws_request_id="4b2d",
        get_remaining_time_in_millis=lambda: int((end - time.monotonic()) * 1000),
    )


def test_a_story_of_create_update_and_delete_is_answered_event_by_event(
    wiring, bucket, chime, user
):
    # WHEN
    for event in (create(user, 30), update(user, 90), delete(user)):
        wiring.handler(event | {"ResponseURL": bucket.url}, context())

    # THEN
    assert [answer["Status"] for answer in bucket.received] == ["SUCCESS"] * 3
    assert [answer["PhysicalResourceId"] for answer in bucket.received] == [user] * 3
    assert [answer["Data"].get("ExpirationDays") for answer in bucket.received] == [
        "30",
        "90",
        None,
    ]
    assert chime.expiration_days(user) is None


def test_the_answer_repeats_what_identifies_the_request(wiring, bucket, user):
    # GIVEN
    event = create(user) | {"ResponseURL": bucket.url}

    # WHEN
    wiring.handler(event, context())

    # THEN
    for field in ("StackId", "RequestId", "LogicalResourceId"):
        assert bucket.received[0][field] == event[field]


def test_a_failure_is_answered_with_its_reason_and_the_marker(wiring, bucket, user):
    # WHEN
    wiring.handler(create(user, 0) | {"ResponseURL": bucket.url}, context())

    # THEN
    assert bucket.received[0]["Status"] == "FAILED"
    assert bucket.received[0]["Reason"] == "0 days cannot be set: use 1-5475 whole days"
    assert bucket.received[0]["PhysicalResourceId"] == NOTHING_SET


def test_a_failed_update_keeps_the_id(wiring, bucket, user):
    # WHEN
    wiring.handler(update(user, 0) | {"ResponseURL": bucket.url}, context())

    # THEN
    assert bucket.received[0]["Status"] == "FAILED"
    assert bucket.received[0]["PhysicalResourceId"] == user


def test_a_delete_with_an_empty_id_is_answered_with_an_id(wiring, bucket):
    # WHEN
    wiring.handler(delete("") | {"ResponseURL": bucket.url}, context())

    # THEN
    assert bucket.received[0]["Status"] == "SUCCESS"
    assert bucket.received[0]["PhysicalResourceId"]


def test_running_out_of_time_in_the_middle_of_a_call_is_answered_with_the_arn(
    monkeypatch, wiring, bucket, chime, user
):
    # GIVEN a service that takes the request and says nothing
    monkeypatch.setattr(wiring, "READ_SECONDS", 2)
    wiring.service_client("us-east-1")
    chime.faults.add(Fault(PUT, effect=True, then="silence"))

    # WHEN
    wiring.handler(create(user) | {"ResponseURL": bucket.url}, context(seconds=1.5))

    # THEN
    assert bucket.received[0]["Status"] == "FAILED"
    assert bucket.received[0]["PhysicalResourceId"] == user


def test_running_out_of_time_before_the_call_is_answered_with_the_marker(
    monkeypatch, wiring, bucket, chime, user
):
    # GIVEN
    monkeypatch.setattr(wiring, "READ_SECONDS", 2)
    wiring.service_client("us-east-1")
    chime.faults.add(Fault("DescribeAppInstanceUser", then="silence"))

    # WHEN
    wiring.handler(create(user) | {"ResponseURL": bucket.url}, context(seconds=1.5))

    # THEN
    assert bucket.received[0]["Status"] == "FAILED"
    assert bucket.received[0]["PhysicalResourceId"] == NOTHING_SET


@pytest.mark.usefixtures("wiring")
def test_a_cold_start_makes_no_client_and_a_first_event_one(monkeypatch, bucket, user):
    # GIVEN
    made = []
    real = boto3.client
    monkeypatch.setattr(boto3, "client", lambda *a, **k: made.append(a[0]) or real(*a, **k))

    # WHEN
    sys.modules.pop("chime_expiration_handler.wiring")
    cold = importlib.import_module("chime_expiration_handler.wiring")
    at_start = list(made)
    cold.handler(create(user) | {"ResponseURL": bucket.url}, context())

    # THEN
    assert at_start == []
    assert made == ["chime-sdk-identity"]


def test_a_delete_does_not_sleep(monkeypatch, wiring, bucket, user):
    # GIVEN
    slept = []
    monkeypatch.setattr("crhelper.resource_helper.sleep", slept.append)
    monkeypatch.setattr(time, "sleep", slept.append)

    # WHEN
    wiring.handler(delete(user) | {"ResponseURL": bucket.url}, context())

    # THEN
    assert slept == []


@pytest.fixture
def log(monkeypatch) -> Iterator[list[str]]:
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


def test_the_log_is_one_json_object_a_line_and_says_who_what_and_how_long(
    log, wiring, bucket, chime, user
):
    # GIVEN
    chime.faults.add(Fault(PUT, "ThrottledClientException"))

    # WHEN
    wiring.handler(create(user) | {"ResponseURL": bucket.url}, context())

    # THEN
    messages = [json.loads(line)["message"] for line in log]
    ours = [message for message in messages if isinstance(message, dict)]
    calls, event = ours[:2], ours[2]
    assert [call["call"] for call in calls] == ["DescribeAppInstanceUser", PUT]
    assert [call["attempts"] for call in calls] == [1, 2]
    assert all(call["user"] == user and call["outcome"] == "ok" for call in calls)
    assert event["event"] == "Create"
    assert event["logical_id"] == "Expireguest425FAA4ED2"
    assert event["user"] == user
    assert event["outcome"] == "set"
    assert all(isinstance(entry["duration_ms"], int) for entry in ours)


def test_no_log_line_carries_what_grants_access(log, wiring, bucket, chime, user, monkeypatch):
    # GIVEN a failure, a success, and an answer that cannot be delivered at first
    monkeypatch.setattr("crhelper.utils.time.sleep", lambda _: None)
    chime.faults.add(Fault(PUT, "BadRequestException"))
    refused = {"count": 0}

    class Refusing:
        def __init__(self, *args: object, **kwargs: object) -> None:
            refused["count"] += 1
            if refused["count"] == 2:
                raise ConnectionResetError("reset by peer")
            self._real = real(*args, **kwargs)

        def __getattr__(self, name: str) -> object:
            return getattr(self._real, name)

    import crhelper.utils

    real = crhelper.utils.HTTPSConnection
    monkeypatch.setattr(crhelper.utils, "HTTPSConnection", Refusing)

    # WHEN
    for event in (create(user), create(user), delete(user)):
        wiring.handler(event | {"ResponseURL": bucket.url}, context())

    # THEN
    text = "\n".join(log)
    assert len(bucket.received) == 3
    assert "Unexpected failure sending response" in text
    assert bucket.url not in text
    assert "secret" not in text
    assert "X-Amz" not in text
