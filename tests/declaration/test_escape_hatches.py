"""Dependencies and overrides work as with any other construct."""

from collections.abc import Callable

import jsii
import pytest
from aws_cdk import (
    CfnParameter,
    CfnResource,
    Duration,
    Fn,
    IStableStringProducer,
    Lazy,
    Stack,
)
from aws_cdk.assertions import Template
from aws_cdk.aws_sqs import CfnQueue

from declaration.declare import declare, expirations, resource_of, resources_of_type


@jsii.implements(IStableStringProducer)
class Late:
    def produce(self) -> str:
        return "arn:aws:chime:us-east-1:111122223333:late"


def policy_id(stack: Stack) -> str:
    [logical_id] = resources_of_type(stack, "AWS::IAM::Policy")
    return logical_id


def test_a_declaration_that_depends_on_another_construct_still_depends_on_its_policy(
    stack: Stack,
) -> None:
    # GIVEN
    guest = declare(stack)

    # WHEN
    guest.node.add_dependency(CfnQueue(stack, "First"))

    # THEN
    [resource] = expirations(stack).values()
    assert sorted(resource["DependsOn"]) == sorted([policy_id(stack), "First"])


def test_another_construct_can_depend_on_a_declaration(stack: Stack) -> None:
    # GIVEN
    guest = declare(stack)

    # WHEN
    CfnQueue(stack, "Then").node.add_dependency(guest)

    # THEN
    [logical_id] = expirations(stack)
    [queue] = resources_of_type(stack, "AWS::SQS::Queue").values()
    assert queue["DependsOn"] == [logical_id]
    [resource] = expirations(stack).values()
    assert resource["DependsOn"] == [policy_id(stack)]


def test_one_declaration_can_depend_on_another(stack: Stack) -> None:
    # GIVEN
    first, then = (
        declare(stack, name, f"arn:aws:chime:us-east-1:111122223333:app-instance/a/user/{name}")
        for name in ("First", "Then")
    )

    # WHEN
    then.node.add_dependency(first)

    # THEN
    one, other = expirations(stack)
    assert one in expirations(stack)[other]["DependsOn"]


def test_a_property_can_be_overridden(stack: Stack) -> None:
    # GIVEN
    guest = declare(stack)

    # WHEN
    resource_of(guest).add_property_override("ServiceTimeout", 900)

    # THEN
    [resource] = expirations(stack).values()
    assert resource["Properties"]["ServiceTimeout"] == 900
    assert resource["Properties"]["ExpirationDays"] == 30


def test_the_logical_id_can_be_overridden(stack: Stack) -> None:
    # GIVEN
    guest = declare(stack)

    # WHEN
    resource_of(guest).override_logical_id("Mine")

    # THEN
    assert list(expirations(stack)) == ["Mine"]


def test_a_resource_of_the_provider_can_be_overridden_from_the_stack(stack: Stack) -> None:
    # GIVEN
    declare(stack)

    # WHEN
    function = resource_of(stack.node.find_child("ChimeExpirationProvider"))
    function.add_property_override("Tags", [{"Key": "a", "Value": "b"}])

    # THEN
    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::Function", {"Tags": [{"Key": "a", "Value": "b"}]}
    )


@pytest.mark.parametrize(
    ("token", "rendered"),
    [
        (lambda stack: CfnParameter(stack, "User").value_as_string, {"Ref": "User"}),
        (lambda _: Fn.import_value("GuestArn"), {"Fn::ImportValue": "GuestArn"}),
        (
            lambda stack: (
                CfnResource(stack, "User", type="AWS::CloudFormation::WaitConditionHandle")
                .get_att("Arn")
                .to_string()
            ),
            {"Fn::GetAtt": ["User", "Arn"]},
        ),
        (lambda _: Lazy.string(Late()), "arn:aws:chime:us-east-1:111122223333:late"),
    ],
    ids=["parameter", "import", "attribute", "lazy"],
)
def test_the_template_contains_the_resolved_token(
    stack: Stack, token: Callable[[Stack], str], rendered: object
) -> None:
    # WHEN
    declare(stack, user=token(stack), expire_after=Duration.days(7))

    # THEN
    [resource] = expirations(stack).values()
    assert resource["Properties"]["AppInstanceUserArn"] == rendered
