"""The declarations of deployed stacks."""

from typing import Any

import pytest

from chime_expiration_cli.cloudformation.api import CloudFormation
from chime_expiration_cli.cloudformation.stack_search import StackSearch
from chime_expiration_cli.declarations import Declaration, DeploymentState, declarations_of
from chime_expiration_handler.contract.properties import MissingUser
from localaws.standins.cloudformation_account import CloudFormationAccount, FakeStack

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d"
GUEST = f"{APP_INSTANCE}/user/guest"
OTHER = f"{APP_INSTANCE}/user/us-east-1:cat:other"


def declarations(stack: FakeStack, *denied: str) -> list[Declaration]:
    """The declarations of a deployed stack; ``denied`` are actions without permission."""
    account = CloudFormationAccount(stack)
    account.denied = set(denied)
    cloudformation = CloudFormation(account.cloudformation, "us-east-1")
    [deployed] = StackSearch(cloudformation, lambda _: None).named(stack.name)
    return declarations_of(deployed, cloudformation)


def definition(stack: FakeStack, logical_id: str) -> Any:
    assert isinstance(stack.template, dict)
    return stack.template["Resources"][logical_id]


def test_users_and_days_are_read_from_the_stack() -> None:
    # GIVEN
    stack = FakeStack("Guests").declares("A", GUEST, 30).declares("B", OTHER, "60")

    # THEN
    assert [(str(each.user), each.expected_days) for each in declarations(stack)] == [
        (GUEST, 30),
        (OTHER, 60),
    ]


def test_the_user_is_in_the_physical_id_if_the_template_cannot_be_resolved() -> None:
    # GIVEN
    stack = FakeStack("Guests").declares("A", GUEST, 30)
    definition(stack, "A")["Properties"]["AppInstanceUserArn"] = {
        "Fn::GetAtt": ["Creator", "UserArn"]
    }

    # WHEN
    [declaration] = declarations(stack)

    # THEN
    assert str(declaration.user) == GUEST
    assert declaration.unresolved == ()


def test_the_user_is_unresolved_if_template_and_resource_have_different_users() -> None:
    # GIVEN a rollback that skipped the resource
    stack = FakeStack("Guests", status="UPDATE_ROLLBACK_COMPLETE")
    stack.defines("A", {"Ref": "User"}, 30).has("A", OTHER)
    stack.parameters = [{"ParameterKey": "User", "ParameterValue": GUEST}]

    # WHEN
    [declaration] = declarations(stack)

    # THEN
    assert declaration.user is None
    assert declaration.deployment is DeploymentState.ACTIVE
    [reason] = declaration.unresolved
    assert reason.startswith(
        f"AppInstanceUserArn: the template has {GUEST}, but the resource is for {OTHER}: a rollback"
    )


@pytest.mark.parametrize("status", ["DELETE_IN_PROGRESS", "DELETE_FAILED"])
def test_the_user_of_a_resource_that_is_removed_is_in_the_physical_id(status: str) -> None:
    # GIVEN
    stack = FakeStack("Guests").defines("A", GUEST, 30).has("A", OTHER, status=status)

    # THEN
    assert [str(each.user) for each in declarations(stack)] == [OTHER]


def test_days_that_cloudformation_does_not_report_are_unresolved() -> None:
    # GIVEN
    stack = FakeStack("Guests").declares("A", GUEST, {"Fn::GetAtt": ["Policy", "Days"]})

    # WHEN
    [declaration] = declarations(stack)

    # THEN
    assert declaration.expected_days is None
    assert declaration.unresolved == (
        "ExpirationDays: Fn::GetAtt Policy.Days: CloudFormation does not report attributes",
    )


def test_the_users_of_a_yaml_template_are_known_and_the_days_are_unresolved() -> None:
    # GIVEN
    stack = FakeStack("Guests", template="Resources: {}").has("A", GUEST)

    # WHEN
    [declaration] = declarations(stack)

    # THEN
    assert str(declaration.user) == GUEST
    assert declaration.deployment is DeploymentState.ACTIVE
    assert declaration.unresolved == ("ExpirationDays: the template is not JSON",)


def test_the_days_are_unresolved_if_access_to_the_template_is_denied() -> None:
    # GIVEN
    stack = FakeStack("Guests").declares("A", GUEST, 30)

    # WHEN
    [declaration] = declarations(stack, "GetTemplate")

    # THEN
    assert str(declaration.user) == GUEST
    assert "access denied: cloudformation:GetTemplate" in declaration.unresolved[0]


def test_a_declaration_whose_create_failed_is_not_created() -> None:
    # GIVEN
    stack = FakeStack("Guests", status="CREATE_FAILED")
    stack.declares("A", GUEST, 30, status="CREATE_FAILED")
    stack.resources[0]["PhysicalResourceId"] = "nothing-was-set"

    # WHEN
    [declaration] = declarations(stack)

    # THEN
    assert declaration.deployment is DeploymentState.NOT_CREATED
    assert str(declaration.user) == GUEST


def test_a_resource_that_only_the_template_has_will_be_created() -> None:
    # GIVEN
    stack = FakeStack("Guests", status="UPDATE_IN_PROGRESS")
    stack.declares("A", GUEST, 30).declares("B", OTHER, 60)
    del stack.resources[1]

    # WHEN
    [active, not_created] = declarations(stack)

    # THEN
    assert active.deployment is DeploymentState.ACTIVE
    assert not_created.deployment is DeploymentState.NOT_CREATED
    assert not_created.resource_status is None


def test_a_resource_that_a_stable_stack_does_not_have_is_not_declared() -> None:
    # GIVEN
    stack = FakeStack("Guests", status="CREATE_COMPLETE")
    stack.declares("A", GUEST, 30).declares("B", OTHER, 60)
    del stack.resources[1]

    # THEN
    assert [each.logical_id for each in declarations(stack)] == ["A"]


def test_a_resource_with_a_false_condition_is_not_declared() -> None:
    # GIVEN
    stack = FakeStack("Guests", status="UPDATE_IN_PROGRESS")
    stack.declares("A", GUEST, 30).declares("B", OTHER, 60)
    assert isinstance(stack.template, dict)
    stack.template["Conditions"] = {"Never": {"Fn::Equals": ["a", "b"]}}
    definition(stack, "B")["Condition"] = "Never"
    del stack.resources[1]

    # THEN
    assert [each.logical_id for each in declarations(stack)] == ["A"]


def test_a_resource_that_only_the_stack_has_is_being_removed() -> None:
    # GIVEN
    stack = FakeStack("Guests", status="UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    stack.declares("A", GUEST, 30).has("B", OTHER)

    # WHEN
    [_, being_removed] = declarations(stack)

    # THEN
    assert being_removed.deployment is DeploymentState.BEING_REMOVED
    assert being_removed.expected_days is None


@pytest.mark.parametrize("status", ["DELETE_IN_PROGRESS", "DELETE_FAILED"])
def test_a_resource_that_cloudformation_deletes_is_being_removed(status: str) -> None:
    # GIVEN
    stack = FakeStack("Guests", status="DELETE_FAILED").declares("A", GUEST, 30, status=status)

    # WHEN
    [declaration] = declarations(stack)

    # THEN
    assert declaration.deployment is DeploymentState.BEING_REMOVED


def test_a_deleted_resource_is_not_declared() -> None:
    # GIVEN
    stack = FakeStack("Guests", status="UPDATE_COMPLETE").declares("A", GUEST, 30)
    stack.has("B", OTHER, status="DELETE_COMPLETE").has("C", OTHER, status="DELETE_SKIPPED")

    # THEN
    assert [each.logical_id for each in declarations(stack)] == ["A"]


def test_after_a_first_deployment_that_was_rolled_back_nothing_is_created() -> None:
    # GIVEN
    stack = FakeStack("Guests", status="ROLLBACK_COMPLETE")
    stack.declares("A", GUEST, 30, status="DELETE_COMPLETE")

    # WHEN
    [declaration] = declarations(stack)

    # THEN
    assert declaration.deployment is DeploymentState.NOT_CREATED
    assert declaration.resource_status is None


def test_the_user_is_read_from_an_id_with_the_earlier_days() -> None:
    # GIVEN
    stack = FakeStack("Guests").defines("A", {"Fn::GetAtt": ["Creator", "UserArn"]}, 30)
    stack.has("A", f"{GUEST}#60")

    # WHEN
    [declaration] = declarations(stack)

    # THEN
    assert str(declaration.user) == GUEST
    assert declaration.deployment is DeploymentState.ACTIVE


def test_a_declaration_that_ignored_a_missing_user_is_active() -> None:
    # GIVEN
    stack = FakeStack("Guests").defines("A", GUEST, 30, MissingUser="IGNORE")
    stack.has("A", "nothing-was-set")

    # WHEN
    [declaration] = declarations(stack)

    # THEN
    assert declaration.deployment is DeploymentState.ACTIVE
    assert declaration.missing_user is MissingUser.IGNORE
    assert str(declaration.user) == GUEST


@pytest.mark.parametrize(
    ("properties", "missing_user"),
    [
        ({}, MissingUser.FAIL),
        ({"MissingUser": {"Ref": "AWS::NoValue"}}, None),
        ({"MissingUser": "OTHERWISE"}, None),
        ({"MissingUser": ["IGNORE"]}, None),
    ],
)
def test_missing_user_is_read_from_the_template(
    properties: dict[str, Any], missing_user: MissingUser | None
) -> None:
    # GIVEN
    stack = FakeStack("Guests").defines("A", GUEST, 30, **properties).has("A", GUEST)

    # WHEN
    [declaration] = declarations(stack)

    # THEN
    assert declaration.missing_user is missing_user


@pytest.mark.parametrize(
    "template",
    [
        {},
        {"Resources": None},
        {"Resources": {"Fn::ForEach::Guests": ["Name", ["a"], {"${Name}": {}}]}},
        {"Resources": {"A": "declaration"}},
    ],
)
def test_days_are_unresolved_if_the_template_has_no_list_of_resources(
    template: dict[str, Any],
) -> None:
    # GIVEN
    stack = FakeStack("Guests", template=template).has("A", GUEST)

    # WHEN
    [declaration] = declarations(stack)

    # THEN
    assert declaration.deployment is DeploymentState.ACTIVE
    assert declaration.unresolved[0].startswith("ExpirationDays: section Resources of the")


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({}, "not in the template"),
        ({"ExpirationDays": {"Ref": "AWS::NoValue"}}, "not in the template"),
        ({"ExpirationDays": None}, "None days cannot be set: use 1-5475 whole days"),
        (None, "Properties is not an object"),
        ([], "Properties is not an object"),
        ("ExpirationDays", "Properties is not an object"),
    ],
)
def test_days_are_unresolved_if_the_properties_are_malformed(properties: Any, reason: str) -> None:
    # GIVEN
    stack = FakeStack("Guests").declares("A", GUEST, 30)
    definition(stack, "A")["Properties"] = properties

    # WHEN
    [declaration] = declarations(stack)

    # THEN
    assert str(declaration.user) == GUEST
    assert declaration.expected_days is None
    assert declaration.unresolved == (f"ExpirationDays: {reason}",)
