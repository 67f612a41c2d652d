"""What is read of a policy, and what is not known where a call is denied or fails."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from chime_expiration_cli.declared_policies import Denied, NotKnown
from chime_expiration_cli.policies.reading import Executions
from chime_expiration_cli.status.drift_status import NotCheckedReason
from chime_expiration_cli.status.policy_explanation import explain_policy
from command_line.policy_account import PolicyAccount, finding_of

ACCOUNT = "us-east-1:111122223333"


def swept() -> PolicyAccount:
    account = PolicyAccount()
    account.declare()
    account.sweep(kept=7)
    return account


@pytest.mark.parametrize(
    ("action", "name", "resource"),
    [
        ("states:ListExecutions", "executions", f"arn:aws:states:{ACCOUNT}:stateMachine:Sweep"),
        ("sqs:GetQueueAttributes", "dead_letters", f"arn:aws:sqs:{ACCOUNT}:DeadLetters"),
        ("dynamodb:Scan", "ledger", f"arn:aws:dynamodb:{ACCOUNT}:table/Table"),
    ],
)
def test_a_denied_call_names_action_and_arn_and_leaves_the_rest(
    action: str, name: str, resource: str
) -> None:
    # GIVEN
    account = swept()
    account.denied = {action}

    # WHEN
    finding = finding_of(account, ledger=True)

    # THEN
    [(not_known, value)] = finding.reading.not_known.items()
    assert isinstance(value, Denied)
    assert (not_known, value.call.action, value.call.resource) == (name, action, resource)
    assert value.reason == f"access denied: {action} on {resource} (us-east-1)"
    assert finding.item is not None
    assert finding.drift_status.name == "IN_SYNC"


def test_a_policy_whose_table_cannot_be_read_is_not_checked() -> None:
    # GIVEN
    account = swept()
    account.denied = {"dynamodb:GetItem"}
    account.dead_letters = 2

    # WHEN
    finding = finding_of(account, ledger=True)

    # THEN
    assert finding.result is NotCheckedReason.ACCESS_DENIED
    assert explain_policy(finding) == [
        f"access denied: dynamodb:GetItem on arn:aws:dynamodb:{ACCOUNT}:table/Table (us-east-1)"
    ]
    assert finding.reading.dead_letters == 2
    assert account.scans == 0


@pytest.mark.parametrize(
    "error",
    [
        ConnectTimeoutError(endpoint_url="https://dynamodb"),
        ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "Any"),
        KeyError("mode"),
        ValueError("'PAUSE' is not a valid Mode"),
        OverflowError("timestamp out of range"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_call_that_fails_is_quoted(error: Exception) -> None:
    # GIVEN
    account = swept()

    def fail(**_: Any) -> Any:
        raise error

    account.get_item = fail  # type: ignore[method-assign]

    # WHEN
    finding = finding_of(account)

    # THEN
    assert finding.result is NotCheckedReason.READ_FAILED
    [sentence] = explain_policy(finding)
    assert sentence.startswith(
        f"dynamodb:GetItem on arn:aws:dynamodb:{ACCOUNT}:table/Table failed: "
    )


def test_a_bug_is_not_a_failed_read() -> None:
    # GIVEN
    account = swept()

    def fail(**_: Any) -> Any:
        raise ZeroDivisionError

    account.get_item = fail  # type: ignore[method-assign]

    # THEN
    with pytest.raises(ZeroDivisionError):
        finding_of(account)


@pytest.mark.parametrize(
    ("method", "code", "name"),
    [
        ("list_executions", "StateMachineDoesNotExist", "executions"),
        ("get_queue_attributes", "AWS.SimpleQueueService.NonExistentQueue", "dead_letters"),
    ],
)
def test_a_resource_that_was_deleted_is_not_known(method: str, code: str, name: str) -> None:
    # GIVEN
    account = swept()

    def fail(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": code, "Message": ""}}, "Any")

    setattr(account, method, fail)

    # THEN
    value = finding_of(account).reading.not_known[name]
    assert isinstance(value, NotKnown)
    assert value.reason.endswith("does not exist")


def test_the_last_failed_execution_is_read() -> None:
    # GIVEN
    account = swept()
    account.failed = [datetime(2026, 5, 30, tzinfo=UTC), datetime(2026, 5, 20, tzinfo=UTC)]

    # WHEN
    executions = finding_of(account).reading.executions

    # THEN
    assert isinstance(executions, Executions)
    assert executions.last_failed is not None
    assert executions.last_failed.name == "sweep-30"
    assert not executions.is_running
