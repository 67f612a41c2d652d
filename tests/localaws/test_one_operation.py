"""The local CloudFormation refuses a second operation on a stack."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws import LocalAws
from localaws.one_operation import refuse_second_operations

_UPDATING = (
    "UPDATE_IN_PROGRESS",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_ROLLBACK_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
)


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
    "status",
    [
        "CREATE_IN_PROGRESS",
        "ROLLBACK_IN_PROGRESS",
        "DELETE_IN_PROGRESS",
        *_UPDATING,
    ],
)
def test_an_update_during_another_operation_is_refused(action: str, status: str) -> None:
    assert handled(action, status) == (
        f"ValidationError: Stack:arn:Guests is in {status} state and can not be updated."
    )


@pytest.mark.parametrize("status", [None, "REVIEW_IN_PROGRESS", "UPDATE_COMPLETE"])
def test_an_update_of_a_stable_or_new_stack_begins(status: str | None) -> None:
    assert handled("ExecuteChangeSet", status) == "begun"


@pytest.mark.parametrize("status", _UPDATING)
def test_a_stack_that_is_updated_is_not_deleted(status: str) -> None:
    assert f"cannot be deleted while in status {status}" in handled("DeleteStack", status)


def test_a_second_deletion_changes_nothing() -> None:
    assert handled("DeleteStack", "DELETE_IN_PROGRESS") == "going on"


@pytest.mark.parametrize("status", ["CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"])
def test_a_creation_is_not_cancelled(status: str) -> None:
    assert f"is in {status}, and the local AWS cannot cancel" in handled("DeleteStack", status)


@pytest.mark.parametrize("status", [None, "ROLLBACK_COMPLETE", "UPDATE_COMPLETE", "DELETE_FAILED"])
def test_any_other_stack_is_deleted(status: str | None) -> None:
    assert handled("DeleteStack", status) == "begun"


def _template(**resources: Any) -> str:
    handle = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
    return json.dumps({"Resources": {"Handle": handle, **resources}})


@pytest.mark.deploys
def test_the_local_aws_refuses_a_second_operation_on_a_stack(local_aws: LocalAws) -> None:
    # GIVEN a stack, a change set for it, and an update that waits for a signal
    cloudformation = local_aws.client("cloudformation")
    name = "OneOperation"
    cloudformation.create_stack(StackName=name, TemplateBody=_template())
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1}
    )
    change_set = cloudformation.create_change_set(
        StackName=name,
        ChangeSetName="Second",
        TemplateBody=_template(Second={"Type": "AWS::CloudFormation::WaitConditionHandle"}),
    )["Id"]
    waits = {"Handle": {"Ref": "Handle"}, "Timeout": "600"}
    waiting = {"Type": "AWS::CloudFormation::WaitCondition", "Properties": waits}
    cloudformation.update_stack(StackName=name, TemplateBody=_template(Waiting=waiting))

    def refused(operation: Callable[..., Any], **parameters: str) -> str:
        with pytest.raises(ClientError) as error:
            operation(**parameters)
        return str(error.value.response["Error"]["Message"])

    # THEN
    assert "is in UPDATE_IN_PROGRESS state and can not be updated" in refused(
        cloudformation.execute_change_set, ChangeSetName=change_set
    )
    assert "cannot be deleted while in status UPDATE_IN_PROGRESS" in refused(
        cloudformation.delete_stack, StackName=name
    )
