"""The asset under AWS's runtime client: its imports, context, log and deadline."""

import json
import re
from pathlib import Path

import pytest

from chime_expiration_handler.contract.physical_id import NOTHING_SET
from fakes.cloudformation_events import create, delete, update
from localaws.chime import ChimeIdentity, Fault
from runtime.sandbox import Sandbox

PUT = "PutAppInstanceUserExpirationSettings"
DESCRIBE = "DescribeAppInstanceUser"


def test_one_process_handles_a_create_an_update_and_a_delete(
    sandbox: Sandbox, chime: ChimeIdentity, user: str
) -> None:
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


def test_each_log_record_is_one_json_object_without_the_response_url(
    sandbox: Sandbox, user: str
) -> None:
    # GIVEN a success and a failure
    invocations = [sandbox.invoke(create(user, 30)), sandbox.invoke(update(user, 0))]

    # WHEN
    sandbox.stop()

    # THEN
    assert all("\n" not in record for record in sandbox.telemetry.records)
    records = [json.loads(record) for record in sandbox.telemetry.records]
    ours = [it for it in records if it["location"].startswith("chime_expiration.")]
    kinds = ["call", "call", "event", "response", "event", "response"]
    assert [next(iter(it["message"])) for it in ours] == kinds
    assert [it["aws_request_id"] for it in ours] == [
        *[invocations[0].request_id] * 4,
        *[invocations[1].request_id] * 2,
    ]
    assert all({"timestamp", "level", "RequestId", "LogicalResourceId"} <= set(it) for it in ours)
    text = "\n".join(sandbox.telemetry.records) + sandbox.stderr.read_text()
    assert sandbox.bucket.url not in text
    assert "secret" not in text
    assert "X-Amz" not in text


@pytest.mark.parametrize(
    ("silent", "physical_id"), [(DESCRIBE, NOTHING_SET), (PUT, None)], ids=["before", "in the call"]
)
def test_a_service_that_does_not_respond_is_reported_before_lambda_stops_the_function(
    sandbox: Sandbox, chime: ChimeIdentity, user: str, silent: str, physical_id: str | None
) -> None:
    # GIVEN a function that is warm
    sandbox.invoke(delete(NOTHING_SET))
    chime.faults.add(Fault(silent, then="silence", effect=True))

    # WHEN
    invocation = sandbox.invoke(create(user), seconds=1.5)

    # THEN
    assert sandbox.process.returncode is not None
    response = sandbox.bucket.received[1]
    assert response["Status"] == "FAILED"
    assert response["Reason"] == "Execution timed out"
    assert response["PhysicalResourceId"] == (physical_id or user)
    assert len(sandbox.bucket.received) == 2
    assert invocation.result is None


def test_retries_end_before_the_deadline_of_the_function(
    sandbox: Sandbox, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN throttling, which is retried until the function is nearly out of time
    sandbox.invoke(delete(NOTHING_SET))
    chime.faults.add(Fault(DESCRIBE, "ThrottledClientException", times=None))

    # WHEN the last attempt, a correction and the response need 75 of the 79 seconds
    invocation = sandbox.invoke(create(user), seconds=79)

    # THEN
    assert invocation.done.is_set()
    assert "throttled" in sandbox.bucket.received[1]["Reason"]
    assert len(chime.calls) > 1


class TestImports:
    """Python writes to stderr where it imports each module from."""

    @pytest.fixture
    def extra_environment(self) -> dict[str, str]:
        return {"PYTHONVERBOSE": "1"}

    def test_the_handler_and_crhelper_come_from_the_asset(
        self, sandbox: Sandbox, user: str
    ) -> None:
        # WHEN
        sandbox.invoke(create(user))
        sandbox.stop()

        # THEN
        places = re.findall(
            r"(?:code object from|matches) '?(\S+/(?:chime_expiration_handler|crhelper)/[^\s']+)",
            sandbox.stderr.read_text(),
        )
        assert sandbox.bucket.received[0]["Status"] == "SUCCESS"
        assert {place.rpartition("/")[2] for place in places} >= {
            "handler.py",
            "resource_helper.py",
        }
        assert all(place.startswith(f"{sandbox.task_root}/") for place in places)


class TestBrokenAsset:
    """The runtime client reports a start that failed."""

    @pytest.fixture
    def task_root(self, tmp_path: Path) -> Path:
        folder = tmp_path / "empty"
        folder.mkdir()
        return folder

    def test_an_asset_without_the_handler_fails_to_start(self, sandbox: Sandbox) -> None:
        # WHEN
        sandbox.process.wait(timeout=10)

        # THEN
        assert sandbox.process.returncode == 1
        assert sandbox.api.init_errors[0]["errorType"] == "Runtime.ImportModuleError"
        assert "chime_expiration_handler" in sandbox.api.init_errors[0]["errorMessage"]
