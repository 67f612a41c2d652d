"""The staged asset under AWS's own runtime client: its paths, its context, its log, its time."""

import json
import re
import time

import pytest

from chime_expiration_handler.lifecycle import NOTHING_SET
from fakes.cloudformation_events import create, delete, update
from localaws.chime import Fault

PUT = "PutAppInstanceUserExpirationSettings"
DESCRIBE = "DescribeAppInstanceUser"


def test_one_process_answers_a_create_and_after_that_warm_an_update_and_a_delete(
    sandbox, chime, user
):
    # WHEN
    invocations = [
        sandbox.invoke(event) for event in (create(user, 30), update(user, 90), delete(user))
    ]

    # THEN
    assert [it.error for it in invocations] == [None] * 3
    assert [it["Status"] for it in sandbox.bucket.received] == ["SUCCESS"] * 3
    assert [it["PhysicalResourceId"] for it in sandbox.bucket.received] == [user] * 3
    assert [call.parameters.get("ExpirationSettings") for call in chime.calls.puts()] == [
        {"ExpirationDays": 30, "ExpirationCriterion": "CREATED_TIMESTAMP"},
        {"ExpirationDays": 90, "ExpirationCriterion": "CREATED_TIMESTAMP"},
        None,
    ]
    assert sandbox.process.poll() is None
    assert sandbox.api.init_errors == []


def test_a_record_of_the_log_is_one_json_object_and_carries_nothing_that_grants_access(
    sandbox, user
):
    # GIVEN a success and a failure
    invocations = [sandbox.invoke(create(user, 30)), sandbox.invoke(update(user, 0))]

    # WHEN
    sandbox.stop()

    # THEN
    assert all("\n" not in record for record in sandbox.telemetry.records)
    records = [json.loads(record) for record in sandbox.telemetry.records]
    ours = [it for it in records if it["location"].startswith("chime_expiration.")]
    assert [next(iter(it["message"])) for it in ours] == ["call", "call", "event", "event"]
    assert [it["aws_request_id"] for it in ours] == [
        *[invocations[0].request_id] * 3,
        invocations[1].request_id,
    ]
    assert all({"timestamp", "level", "RequestId", "LogicalResourceId"} <= set(it) for it in ours)
    text = "\n".join(sandbox.telemetry.records) + sandbox.stderr.read_text()
    assert sandbox.bucket.url not in text
    assert "secret" not in text
    assert "X-Amz" not in text


@pytest.mark.parametrize(
    ("silent", "physical_id"), [(DESCRIBE, NOTHING_SET), (PUT, None)], ids=["before", "in the call"]
)
def test_a_service_that_never_answers_is_reported_before_lambda_ends_the_function(
    sandbox, chime, user, silent, physical_id
):
    # GIVEN a function that is warm
    sandbox.invoke(delete("nothing-was-set"))
    chime.faults.add(Fault(silent, then="silence", effect=True))

    # WHEN
    invocation = sandbox.invoke(create(user), seconds=1.5)

    # THEN
    assert sandbox.process.returncode is not None
    answer = sandbox.bucket.received[1]
    assert answer["Status"] == "FAILED"
    assert answer["Reason"] == "Execution timed out"
    assert answer["PhysicalResourceId"] == (physical_id or user)
    assert len(sandbox.bucket.received) == 2
    assert invocation.result is None


def test_how_long_a_failing_call_is_tried_again_follows_the_deadline(sandbox, chime, user):
    # GIVEN throttling, which is waited out as long as there is time
    sandbox.invoke(delete("nothing-was-set"))
    chime.faults.add(Fault(DESCRIBE, "ThrottledClientException", times=None))

    # WHEN 20 seconds of the deadline are kept for the last attempt and the answer
    started = time.monotonic()
    sandbox.invoke(create(user), seconds=21.5)
    took = time.monotonic() - started

    # THEN
    assert took < 2.5
    assert "throttled" in sandbox.bucket.received[1]["Reason"]
    assert len(chime.calls) > 1


class TestImports:
    """Python says on stderr where it takes each module from."""

    @pytest.fixture
    def extra_environment(self):
        return {"PYTHONVERBOSE": "1"}

    def test_the_handler_and_crhelper_come_from_the_asset(self, sandbox, user):
        # WHEN
        sandbox.invoke(create(user))
        sandbox.stop()

        # THEN
        places = re.findall(
            r"(?:code object from|matches) '?(\S+/(?:chime_expiration_handler|crhelper)/[^\s']+)",
            sandbox.stderr.read_text(),
        )
        assert sandbox.bucket.received[0]["Status"] == "SUCCESS"
        assert {place.rpartition("/")[2] for place in places} >= {"wiring.py", "resource_helper.py"}
        assert all(place.startswith(f"{sandbox.task_root}/") for place in places)


class TestBrokenAsset:
    """What the Runtime API is for besides events: the report of a start that failed."""

    @pytest.fixture
    def task_root(self, tmp_path):
        folder = tmp_path / "empty"
        folder.mkdir()
        return folder

    def test_an_asset_without_the_handler_fails_to_start_since_nothing_else_is_on_the_path(
        self, sandbox
    ):
        # WHEN
        sandbox.process.wait(timeout=10)

        # THEN
        assert sandbox.process.returncode == 1
        assert sandbox.api.init_errors[0]["errorType"] == "Runtime.ImportModuleError"
        assert "chime_expiration_handler" in sandbox.api.init_errors[0]["errorMessage"]
