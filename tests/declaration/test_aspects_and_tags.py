"""Aspects, tags, boundaries and removal policies of the app reach all resources."""

from pathlib import Path

import jsii
import pytest
from aws_cdk import (
    App,
    Aspects,
    CfnResource,
    IAspect,
    PermissionsBoundary,
    RemovalPolicies,
    RemovalPolicy,
    Stack,
    Tags,
)
from aws_cdk.assertions import Template
from aws_cdk.aws_iam import ManagedPolicy
from aws_cdk.aws_iam import PermissionsBoundary as RoleBoundary
from constructs import IConstruct

from declaration.declare import declare, expirations, resources_of_type

BOUNDARY = "arn:aws:iam::111122223333:policy/Boundary"


def test_the_role_has_the_permissions_boundary_of_the_app(app: App, stack: Stack) -> None:
    # GIVEN
    policy = ManagedPolicy.from_managed_policy_arn(stack, "Boundary", BOUNDARY)

    # WHEN
    RoleBoundary.of(app).apply(policy)
    declare(stack)

    # THEN
    Template.from_stack(stack).has_resource_properties(
        "AWS::IAM::Role", {"PermissionsBoundary": BOUNDARY}
    )


def test_the_role_has_the_permissions_boundary_of_its_stack(app: App) -> None:
    # GIVEN
    boundary = PermissionsBoundary.from_name("Boundary")
    stack = Stack(app, "Bounded", permissions_boundary=boundary)

    # WHEN
    declare(stack)

    # THEN
    [role] = resources_of_type(stack, "AWS::IAM::Role").values()
    assert str(role["Properties"]["PermissionsBoundary"]).endswith("':policy/Boundary']]}")


def test_the_role_has_the_permissions_boundary_from_the_context(tmp_path: Path) -> None:
    # GIVEN
    context = {"@aws-cdk/core:permissionsBoundary": {"name": "Boundary"}}
    stack = Stack(App(outdir=str(tmp_path), context=context), "Bounded")

    # WHEN
    declare(stack)

    # THEN
    [role] = resources_of_type(stack, "AWS::IAM::Role").values()
    assert str(role["Properties"]["PermissionsBoundary"]).endswith("':policy/Boundary']]}")


@pytest.mark.parametrize("when", ["before", "after"])
def test_tags_reach_the_function_its_role_and_its_log_group(
    app: App, stack: Stack, when: str
) -> None:
    # WHEN
    if when == "before":
        Tags.of(app).add("team", "chat")
    declare(stack)
    if when == "after":
        Tags.of(app).add("team", "chat")

    # THEN
    template = Template.from_stack(stack)
    for kind in ("AWS::Lambda::Function", "AWS::IAM::Role", "AWS::Logs::LogGroup"):
        tags = [{"Key": "team", "Value": "chat"}]
        template.has_resource_properties(kind, {"Tags": tags})


@jsii.implements(IAspect)
class Visitor:
    def __init__(self) -> None:
        self.visited: list[str] = []

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, CfnResource):
            node.add_metadata("owner", "chat")
            self.visited.append(node.cfn_resource_type)


def test_an_aspect_visits_and_changes_every_resource(stack: Stack) -> None:
    # GIVEN
    visitor = Visitor()
    Aspects.of(stack).add(visitor)

    # WHEN
    declare(stack)

    # THEN
    resources = Template.from_stack(stack).to_json()["Resources"].values()
    assert sorted(visitor.visited) == sorted(resource["Type"] for resource in resources)
    assert {"AWS::Lambda::Function", "AWS::IAM::Policy"} < set(visitor.visited)
    assert all(resource["Metadata"]["owner"] == "chat" for resource in resources)


def test_a_removal_policy_of_the_stack_applies_to_the_declaration(stack: Stack) -> None:
    # WHEN
    declare(stack)
    RemovalPolicies.of(stack).retain()

    # THEN
    [resource] = expirations(stack).values()
    assert resource["DeletionPolicy"] == "Retain"


def test_a_removal_policy_of_the_stack_applies_to_the_log_group(stack: Stack) -> None:
    # WHEN
    declare(stack, removal_policy=RemovalPolicy.RETAIN)
    RemovalPolicies.of(stack).destroy()

    # THEN
    [log_group] = resources_of_type(stack, "AWS::Logs::LogGroup").values()
    assert log_group["DeletionPolicy"] == "Delete"
