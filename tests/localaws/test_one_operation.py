"""The local CloudFormation refuses a second operation on a stack."""

from typing import Any

import pytest

from localaws.one_operation import refuse_second_operations


def handled(action: str, status: str | None) -> Any:
    """What the action responds for a stack with this status; None: there is no stack."""
    handlers = dict.fromkeys(
        ("UpdateStack", "CreateChangeSet", "ExecuteChangeSet", "DeleteStack"), lambda _: "begun"
    )
    stack = {"StackName": "Guests", "StackId": "arn:Guests", "StackStatus": status}
    refuse_second_operations(
        handlers,
        stack_of=lambda _: None if status is None else stack,
        error=lambda code, message: f"{code}: {message}",
        nothing_to_delete=lambda: "going on",
    )
    return handlers[action]({"StackName": "Guests"})


@pytest.mark.parametrize("action", ["UpdateStack", "CreateChangeSet", "ExecuteChangeSet"])
@pytest.mark.parametrize(
    "status", ["UPDATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"]
)
def test_an_update_during_another_operation_is_refused(action: str, status: str) -> None:
    assert handled(action, status) == (
        f"ValidationError: Stack:arn:Guests is in {status} state and can not be updated."
    )


@pytest.mark.parametrize("status", [None, "REVIEW_IN_PROGRESS", "UPDATE_COMPLETE"])
def test_an_update_of_a_stable_or_new_stack_begins(status: str | None) -> None:
    assert handled("ExecuteChangeSet", status) == "begun"


def test_a_stack_that_is_updated_is_not_deleted() -> None:
    assert "cannot be deleted while in status UPDATE_IN_PROGRESS" in handled(
        "DeleteStack", "UPDATE_IN_PROGRESS"
    )


def test_a_second_deletion_changes_nothing() -> None:
    assert handled("DeleteStack", "DELETE_IN_PROGRESS") == "going on"


@pytest.mark.parametrize("status", [None, "CREATE_IN_PROGRESS", "UPDATE_COMPLETE", "DELETE_FAILED"])
def test_any_other_stack_is_deleted(status: str | None) -> None:
    assert handled("DeleteStack", status) == "begun"
