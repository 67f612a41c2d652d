"""The logical ids follow the AppInstance and the name of the policy, nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Duration, Environment, Fn, Stack
from aws_cdk.assertions import Annotations, Match
from constructs import Construct

from chime_expiration_handler.contract.policy_properties import POLICY_RESOURCE_TYPE
from policy.declare_policy import (
    APP_INSTANCE,
    OTHER_APP_INSTANCE,
    declare_policy,
    policies,
    resources,
    resources_of_type,
)


def new_stack(folder: Path) -> Stack:
    return Stack(App(outdir=str(folder)), "Chat")


def test_a_renamed_and_moved_policy_changes_no_resource(tmp_path: Path) -> None:
    # WHEN
    templates = []
    for name, scopes in {"Guests": [], "Visitors": ["Deeply", "Nested"]}.items():
        stack = new_stack(tmp_path / name)
        scope: Construct = stack
        for each in scopes:
            scope = Construct(scope, each)
        declare_policy(scope, name)
        templates.append(resources(stack))

    # THEN
    assert templates[0] == templates[1]


@pytest.mark.parametrize(
    "changed",
    [
        {"users": ["guest-*"]},
        {"except_users": ["guest-*"]},
        {"expire_after": Duration.days(90)},
        {"notice": Duration.days(7)},
        {"enabled": False},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_changed_policy_stays_the_same_resource(tmp_path: Path, changed: dict[str, Any]) -> None:
    # WHEN
    before, after = new_stack(tmp_path / "before"), new_stack(tmp_path / "after")
    declare_policy(before)
    declare_policy(after, **changed)

    # THEN
    assert list(resources(before)) == list(resources(after))
    assert policies(before) != policies(after)


def test_the_logical_ids_of_a_policy_are_those_of_earlier_releases(stack: Stack) -> None:
    # WHEN
    declare_policy(stack)

    # THEN
    found = resources(stack)
    assert {logical_id: resource["Type"] for logical_id, resource in found.items()} == {
        "ExpirationPolicy6a5c7b1eFED9D16E": POLICY_RESOURCE_TYPE,
        "ExpirationPolicyContinue6a5c7b1eFED9D16E": "AWS::IAM::Policy",
        "ExpirationPolicyFunction6a5c7b1eFED9D16E": "AWS::Lambda::Function",
        "ExpirationPolicyFunctionLogGroup6a5c7b1eFED9D16E": "AWS::Logs::LogGroup",
        "ExpirationPolicyFunctionNoLateRetries6a5c7b1eFED9D16E": "AWS::Lambda::EventInvokeConfig",
        "ExpirationPolicyFunctionRole6a5c7b1eFED9D16E": "AWS::IAM::Role",
        "ExpirationPolicyNewUsersDeadLetters6a5c7b1eFED9D16E": "AWS::SQS::Queue",
        "ExpirationPolicyNewUsersDeadLettersPolicy6a5c7b1eFED9D16E": "AWS::SQS::QueuePolicy",
        "ExpirationPolicyNewUsersMapping6a5c7b1eFED9D16E": "AWS::Lambda::EventSourceMapping",
        "ExpirationPolicyNewUsersQueue6a5c7b1eFED9D16E": "AWS::SQS::Queue",
        "ExpirationPolicyNewUsersQueuePolicy6a5c7b1eFED9D16E": "AWS::SQS::QueuePolicy",
        "ExpirationPolicyNewUsersRule6a5c7b1eFED9D16E": "AWS::Events::Rule",
        "ExpirationPolicySchedule6a5c7b1eFED9D16E": "AWS::Events::Rule",
        "ExpirationPolicyScheduleRole6a5c7b1eFED9D16E": "AWS::IAM::Role",
        "ExpirationPolicyStateMachine6a5c7b1eFED9D16E": "AWS::StepFunctions::StateMachine",
        "ExpirationPolicyStateMachineRole6a5c7b1eFED9D16E": "AWS::IAM::Role",
        "ExpirationPolicyTable6a5c7b1eFED9D16E": "AWS::DynamoDB::Table",
    }


def test_policies_for_two_app_instances_have_different_resources(stack: Stack) -> None:
    # WHEN
    declare_policy(stack, "One", APP_INSTANCE)
    declare_policy(stack, "Two", OTHER_APP_INSTANCE)

    # THEN
    assert len(policies(stack)) == 2
    assert len(resources_of_type(stack, "AWS::DynamoDB::Table")) == 2


def test_policies_for_different_users_of_one_app_instance_have_names(stack: Stack) -> None:
    # WHEN
    declare_policy(stack, "Guests", users=["guest-*"])
    declare_policy(stack, "Bots", users=["bot-*"], policy_name="Bots")

    # THEN
    first, second = resources_of_type(stack, POLICY_RESOURCE_TYPE)
    assert first == "ExpirationPolicy6a5c7b1eFED9D16E"
    assert second.startswith("ExpirationPolicy6a5c7b1eBots")


def test_a_second_policy_without_a_name_is_rejected(stack: Stack) -> None:
    # GIVEN
    declare_policy(stack, "Guests", users=["guest-*"])

    # WHEN / THEN
    message = "^'Chat/Bots' is a second policy for '.*', after 'Chat/Guests': pass a policy_name"
    with pytest.raises(ValueError, match=message):
        declare_policy(stack, "Bots", users=["bot-*"])
    assert len(policies(stack)) == 1


@pytest.mark.parametrize("app_instance", ["known", "token"])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        ({"users": ["guest-*"]}, {}),
        ({"users": ["guest-*"]}, {"users": ["*-42"]}),
        ({"users": ["a", "b"]}, {"users": ["b", "c"]}),
        ({"except_users": ["guest-kiosk-*"]}, {"users": ["guest-*"]}),
    ],
)
def test_policies_of_a_stack_that_overlap_are_rejected_with_both_constructs(
    stack: Stack, first: dict[str, Any], second: dict[str, Any], app_instance: str
) -> None:
    # GIVEN
    parameter = CfnParameter(stack, "AppInstance")
    arn = APP_INSTANCE if app_instance == "known" else parameter.value_as_string
    declare_policy(stack, "First", arn, **first)

    # WHEN / THEN
    message = "^'Chat/Second' and 'Chat/First' are policies for the same users of .*: select "
    with pytest.raises(ValueError, match=message):
        declare_policy(stack, "Second", arn, policy_name="Second", **second)
    assert len(policies(stack)) == 1


def test_the_users_of_one_policy_can_be_excepted_from_another(stack: Stack) -> None:
    # WHEN
    declare_policy(stack, "Everybody", except_users=["guest-*"])
    declare_policy(stack, "Guests", users=["guest-*"], policy_name="Guests")

    # THEN
    assert len(policies(stack)) == 2


def test_patterns_that_are_tokens_are_not_compared(stack: Stack) -> None:
    # GIVEN
    pattern = CfnParameter(stack, "Pattern").value_as_string

    # WHEN
    declare_policy(stack, "One", users=[pattern])
    declare_policy(stack, "Two", policy_name="Two")

    # THEN
    assert len(policies(stack)) == 2


def test_an_overlap_with_a_policy_of_another_stack_is_a_warning(app: App) -> None:
    # GIVEN
    one, two, three = (Stack(app, name) for name in ("One", "Two", "Three"))
    declare_policy(one, users=["guest-*"])

    # WHEN
    declare_policy(two)
    declare_policy(three, users=["bot-*"], app_instance=OTHER_APP_INSTANCE)

    # THEN
    Annotations.from_stack(two).has_warning(
        "/Two/Guests", Match.string_like_regexp("'One/Guests' is a policy for the same users of")
    )
    for stack in (one, three):
        assert Annotations.from_stack(stack).find_warning("*", Match.any_value()) == []


@pytest.mark.parametrize(
    "reference",
    [
        lambda stack: CfnParameter(stack, "AppInstance").value_as_string,
        lambda _: Fn.import_value("AppInstance"),
    ],
    ids=["parameter", "import"],
)
def test_the_function_may_use_all_app_instances_where_the_declared_one_is_a_token(
    stack: Stack, reference: Callable[[Stack], str]
) -> None:
    # WHEN
    declare_policy(stack, app_instance=reference(stack))

    # THEN
    role = resources(stack)[
        next(each for each in resources(stack) if each.startswith("ExpirationPolicyFunctionRole"))
    ]
    [statement] = next(
        policy["PolicyDocument"]["Statement"]
        for policy in role["Properties"]["Policies"]
        if policy["PolicyName"] == "UseAppInstance"
    )
    account = {"Ref": "AWS::AccountId"}
    assert statement["Resource"] == {
        "Fn::Join": ["", ["arn:aws:chime:*:", account, ":app-instance/*"]]
    }


def test_stacks_of_two_regions_have_the_same_logical_ids(app: App) -> None:
    # WHEN
    regions = {"Near": "us-east-1", "Unknown": None}
    stacks = [Stack(app, name, env=Environment(region=region)) for name, region in regions.items()]
    for stack in stacks:
        declare_policy(stack)

    # THEN
    assert list(resources(stacks[0])) == list(resources(stacks[1]))
