"""The policies of deployed stacks."""

from typing import Any

import pytest

from chime_expiration import NewUsers
from chime_expiration_cli.declaration_search import DeclarationSearch, search_declarations
from chime_expiration_cli.declared_policies import DeclaredPolicy, NotKnown
from chime_expiration_cli.declared_resources import DeploymentState
from chime_expiration_handler.contract.policy_properties import POLICY_RESOURCE_TYPE
from command_line.policy_account import (
    CHAT,
    DEAD_LETTERS,
    NOW,
    STATE_MACHINE,
    TABLE,
    policies,
    policy_stack,
)
from localaws.standins.cloudformation_account import CloudFormationAccount, FakeStack


def search(account: CloudFormationAccount, *names: str) -> DeclarationSearch:
    return search_declarations(account.cloudformation, ("us-east-1",), names, lambda _: None, NOW)


def only_policy(stack: FakeStack) -> DeclaredPolicy:
    [policy] = policies(CloudFormationAccount(stack))
    return policy


def definition(stack: FakeStack) -> Any:
    assert isinstance(stack.template, dict)
    resources = stack.template["Resources"].values()
    [found] = [each for each in resources if each["Type"] == POLICY_RESOURCE_TYPE]
    return found


def set_status(stack: FakeStack, status: str) -> None:
    for resource in stack.resources:
        if resource["ResourceType"] == POLICY_RESOURCE_TYPE:
            resource["ResourceStatus"] = status


def test_a_policy_has_its_properties_and_the_resources_that_belong_to_it() -> None:
    # GIVEN
    stack = policy_stack(schedule="rate(6 hours)", NoticeDays=14)

    # WHEN
    policy = only_policy(stack)

    # THEN
    assert policy.deployment is DeploymentState.ACTIVE
    assert str(policy.app_instance) == CHAT
    assert policy.expected is not None
    assert str(policy.expected.rule) == "30 days, notice 14"
    assert policy.unresolved == ()
    assert (policy.table_name, policy.state_machine_arn) == (TABLE, STATE_MACHINE)
    assert policy.schedule == "rate(6 hours)"
    assert policy.dead_letter_queue == DEAD_LETTERS


def test_a_policy_without_events_has_no_dead_letter_queue() -> None:
    assert only_policy(policy_stack(new_users=NewUsers.BY_SWEEP)).dead_letter_queue is None


def test_policies_and_declarations_of_a_stack_are_both_found() -> None:
    # GIVEN
    stack = policy_stack().declares("Guest", f"{CHAT}/user/guest", 30)

    # WHEN
    found = search(CloudFormationAccount(FakeStack("Other"), stack))

    # THEN
    assert [each.logical_id for each in found.declarations] == ["Guest"]
    assert len(found.policies) == 1
    assert [stack.name for stack, _ in found.stacks] == ["Guests"]


def test_the_policies_of_nested_stacks_are_found() -> None:
    # GIVEN
    inner = policy_stack("Inner")
    outer = FakeStack("Outer").has("Inner", inner.id, "AWS::CloudFormation::Stack")

    # WHEN
    [policy] = policies(CloudFormationAccount(outer, inner), "Outer")

    # THEN
    assert policy.stack.name == "Inner"


def test_days_that_cloudformation_does_not_report_are_unresolved_and_the_rest_is_known() -> None:
    # GIVEN
    stack = policy_stack()
    definition(stack)["Properties"]["ExpirationDays"] = {"Fn::GetAtt": ["Rules", "Days"]}

    # WHEN
    policy = only_policy(stack)

    # THEN
    assert policy.expected is None
    assert policy.unresolved == (
        "ExpirationDays: Fn::GetAtt Rules.Days: CloudFormation does not report attributes",
    )
    assert (str(policy.app_instance), policy.table_name) == (CHAT, TABLE)


def test_a_policy_of_a_yaml_template_has_one_reason() -> None:
    # GIVEN
    stack = policy_stack()
    stack.template = "Resources: {}"

    # WHEN
    policy = only_policy(stack)

    # THEN
    assert policy.unresolved == ("the template is not JSON",)
    assert policy.schedule == NotKnown("the template is not JSON")
    assert policy.dead_letter_queue == NotKnown("the template is not JSON")


@pytest.mark.parametrize("days", ["0", "many", 5476])
def test_days_that_cannot_be_set_are_unresolved(days: Any) -> None:
    # GIVEN
    stack = policy_stack()
    definition(stack)["Properties"]["ExpirationDays"] = days

    # THEN
    assert only_policy(stack).unresolved == (f"{days!r} days cannot be set: use 1-5475 whole days",)


def test_a_policy_for_another_app_instance_than_that_of_the_resource_is_unresolved() -> None:
    # GIVEN a rollback that skipped the resource
    stack = policy_stack(status="UPDATE_ROLLBACK_COMPLETE")
    definition(stack)["Properties"]["AppInstanceArn"] = f"{CHAT}1"

    # WHEN
    policy = only_policy(stack)

    # THEN
    assert str(policy.app_instance) == CHAT
    assert policy.expected is None
    assert policy.unresolved[0].startswith(f"AppInstanceArn: the template has {CHAT}1, but the")


@pytest.mark.parametrize(
    ("status", "stack_status", "deployment"),
    [
        ("DELETE_FAILED", "DELETE_FAILED", DeploymentState.BEING_REMOVED),
        ("DELETE_IN_PROGRESS", "DELETE_IN_PROGRESS", DeploymentState.BEING_REMOVED),
        ("DELETE_FAILED", "UPDATE_COMPLETE", DeploymentState.CLEANUP_FAILED),
        ("UPDATE_FAILED", "UPDATE_ROLLBACK_FAILED", DeploymentState.ACTIVE),
    ],
)
def test_the_deployment_of_a_policy_follows_the_status_of_its_resource(
    status: str, stack_status: str, deployment: DeploymentState
) -> None:
    # GIVEN
    stack = policy_stack(status=stack_status)
    set_status(stack, status)

    # THEN the table is known all the same
    policy = only_policy(stack)
    assert policy.deployment is deployment
    assert policy.table_name == TABLE


def test_a_policy_of_a_first_deployment_that_was_rolled_back_is_not_created() -> None:
    # GIVEN
    stack = policy_stack(status="ROLLBACK_COMPLETE")
    stack.resources.clear()

    # THEN
    policy = only_policy(stack)
    assert policy.deployment is DeploymentState.NOT_CREATED
    assert policy.expected is None


def test_a_removed_policy_whose_deletion_failed_is_found_in_the_events() -> None:
    # GIVEN
    stack = FakeStack("Guests", status="UPDATE_COMPLETE")
    stack.reported("DELETE_FAILED", CHAT, logical_id="Policy", type=POLICY_RESOURCE_TYPE)
    stack.events[0]["ResourceProperties"] = '{"TableName": "Old", "StateMachineArn": "arn"}'

    # WHEN
    policy = only_policy(stack)

    # THEN
    assert policy.deployment is DeploymentState.CLEANUP_FAILED
    assert str(policy.app_instance) == CHAT
    assert (policy.table_name, policy.state_machine_arn) == ("Old", "arn")


@pytest.mark.parametrize("status", ["DELETE_COMPLETE", "DELETE_SKIPPED"])
def test_a_removed_policy_that_was_deleted_later_or_retained_is_not_found(status: str) -> None:
    # GIVEN
    stack = FakeStack("Guests", status="UPDATE_COMPLETE")
    for each in ("DELETE_FAILED", status):
        stack.reported(each, CHAT, logical_id="Policy", type=POLICY_RESOURCE_TYPE)

    # THEN
    assert policies(CloudFormationAccount(stack)) == ()


def test_events_without_properties_leave_the_table_unresolved() -> None:
    # GIVEN
    stack = FakeStack("Guests", status="UPDATE_COMPLETE")
    stack.reported("DELETE_FAILED", CHAT, logical_id="Policy", type=POLICY_RESOURCE_TYPE)

    # THEN
    assert only_policy(stack).table_name == ""
