"""The logical id follows the user: a renamed construct changes nothing, a second one fails."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Aws, CfnParameter, CfnResource, Duration, Fn, NestedStack, Stack
from aws_cdk.assertions import Template
from constructs import Construct

from declaration.declare import APP_INSTANCE, declare, expirations, resources_of_type


def _resources(stack: Stack) -> dict[str, Any]:
    return dict(Template.from_stack(stack).to_json()["Resources"])


def test_a_renamed_construct_changes_no_resource(tmp_path: Path) -> None:
    # WHEN
    templates = []
    for name in ("Guest", "Visitor"):
        stack = Stack(App(outdir=str(tmp_path / name)), "Policies")
        declare(stack, name)
        templates.append(_resources(stack))

    # THEN
    assert templates[0] == templates[1]


def test_a_construct_moved_within_its_stack_changes_no_resource(tmp_path: Path) -> None:
    # WHEN
    templates = []
    for scopes in ([], ["Deeply", "Nested"]):
        stack = Stack(App(outdir=str(tmp_path / str(len(scopes)))), "Policies")
        scope: Construct = stack
        for name in scopes:
            scope = Construct(scope, name)
        declare(scope)
        templates.append(_resources(stack))

    # THEN
    assert templates[0] == templates[1]


def test_a_renamed_and_moved_construct_with_a_token_changes_no_resource(tmp_path: Path) -> None:
    # WHEN
    templates = []
    for name in ("Guest", "Visitor"):
        stack = Stack(App(outdir=str(tmp_path / name)), "Policies")
        declare(Construct(stack, name), name, CfnParameter(stack, "User").value_as_string)
        templates.append(_resources(stack))

    # THEN
    assert templates[0] == templates[1]


def test_another_user_is_another_resource(stack: Stack) -> None:
    # WHEN
    declare(stack, "One", f"{APP_INSTANCE}/user/a.b")
    declare(stack, "Two", f"{APP_INSTANCE}/user/ab")

    # THEN
    assert len(expirations(stack)) == 2


def test_two_declarations_for_one_user_are_rejected_with_both_constructs(stack: Stack) -> None:
    # GIVEN
    declare(stack, "First")

    # WHEN / THEN
    with pytest.raises(
        ValueError, match="'Policies/Second' declares the same AppInstanceUser as"
    ) as refusal:
        declare(stack, "Second")
    assert "'Policies/First'" in str(refusal.value)
    assert str(refusal.value).endswith("keep one of the two")


@pytest.mark.parametrize(
    "reference",
    [
        lambda parameter: parameter.value_as_string,
        lambda parameter: f"{parameter.value_as_string}/user/guest",
        lambda parameter: Fn.join("", [parameter.value_as_string, "/user/guest"]),
        lambda _: Fn.import_value("GuestArn"),
        lambda parameter: (
            f"arn:aws:chime:us-east-1:{Stack.of(parameter).account}:app-instance/a/user/b"
        ),
    ],
    ids=["parameter", "text around it", "join", "import", "pseudo parameter"],
)
def test_two_declarations_for_one_token_are_rejected(
    stack: Stack, reference: Callable[[CfnParameter], str]
) -> None:
    # GIVEN
    parameter = CfnParameter(stack, "User")
    declare(stack, "First", reference(parameter))

    # WHEN / THEN
    with pytest.raises(ValueError, match="'Policies/Second' declares the same"):
        declare(stack, "Second", reference(parameter))


def test_two_parameters_are_two_users(stack: Stack) -> None:
    # WHEN
    for name in ("One", "Two"):
        declare(stack, name, CfnParameter(stack, f"{name}User").value_as_string)

    # THEN
    assert len(expirations(stack)) == 2


def test_equal_attributes_of_two_other_stacks_are_two_users(app: App, stack: Stack) -> None:
    # GIVEN two stacks in which the same logical id stands for different users
    producers = [
        CfnResource(Stack(app, name), "User", type="AWS::CloudFormation::WaitConditionHandle")
        for name in ("Left", "Right")
    ]

    # WHEN
    for number, producer in enumerate(producers):
        declare(stack, str(number), producer.get_att("AppInstanceUserArn").to_string())

    # THEN
    assert len(expirations(stack)) == 2


def test_days_that_are_a_token_are_resolved_at_deployment(stack: Stack) -> None:
    # GIVEN
    days = CfnParameter(stack, "Days", type="Number")

    # WHEN
    declare(stack, expire_after=Duration.days(days.value_as_number))

    # THEN
    [resource] = expirations(stack).values()
    assert resource["Properties"]["ExpirationDays"] == {"Ref": "Days"}


def test_users_that_are_tokens_share_one_policy_that_never_changes(stack: Stack) -> None:
    # WHEN
    for name in ("One", "Two"):
        declare(stack, name, CfnParameter(stack, f"{name}User").value_as_string)

    # THEN
    statements = [
        statement
        for policy in resources_of_type(stack, "AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]
    account = {"Ref": "AWS::AccountId"}
    everywhere = {"Fn::Join": ["", ["arn:aws:chime:*:", account, ":app-instance/*/user/*"]]}
    assert [statement["Resource"] for statement in statements] == [everywhere]


@pytest.mark.parametrize(
    ("reference", "is_token"),
    [
        (lambda parameter: parameter.value_as_string, True),
        (lambda parameter: f"{parameter.value_as_string}/user/b", True),
        (lambda parameter: f"{APP_INSTANCE}/user/{parameter.value_as_string}", True),
        (lambda _: f"arn:aws:chime:us-east-1:{Aws.ACCOUNT_ID}:app-instance/a/user/b", True),
        (lambda _: f"{APP_INSTANCE}/user/b", False),
    ],
    ids=["user", "app instance", "user id", "account", "nothing"],
)
def test_a_user_whose_arn_contains_a_token_is_marked(
    stack: Stack, reference: Callable[[CfnParameter], str], is_token: bool
) -> None:
    # WHEN
    declare(stack, user=reference(CfnParameter(stack, "Unknown")))

    # THEN
    [resource] = expirations(stack).values()
    assert resource["Properties"].get("AppInstanceUserIsToken", False) is is_token


def test_a_known_app_instance_in_an_unknown_account_keeps_its_own_policy(stack: Stack) -> None:
    # WHEN
    declare(stack, user=f"arn:aws:chime:us-east-1:{stack.account}:app-instance/a/user/b")

    # THEN
    [policy] = resources_of_type(stack, "AWS::IAM::Policy").values()
    [statement] = policy["Properties"]["PolicyDocument"]["Statement"]
    account = {"Ref": "AWS::AccountId"}
    assert statement["Resource"] == {
        "Fn::Join": ["", ["arn:aws:chime:us-east-1:", account, ":app-instance/a/user/*"]]
    }


def test_a_nested_stack_has_its_own_function_and_the_same_logical_ids(tmp_path: Path) -> None:
    # GIVEN
    nested = NestedStack(Stack(App(outdir=str(tmp_path / "a")), "Policies"), "Nested")
    flat = Stack(App(outdir=str(tmp_path / "b")), "Policies")

    # WHEN
    for stack in (nested, flat):
        declare(stack)

    # THEN
    kind = "Custom::ChimeAppInstanceUserExpiration"
    assert list(Template.from_stack(nested).find_resources(kind)) == list(
        Template.from_stack(flat).find_resources(kind)
    )
    Template.from_stack(nested).resource_count_is("AWS::Lambda::Function", 1)
