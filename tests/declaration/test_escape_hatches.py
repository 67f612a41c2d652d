"""Dependencies and overrides, as with any other construct."""

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


@jsii.implements(IStableStringProducer)
class Late:
    def produce(self) -> str:
        return "arn:aws:chime:us-east-1:111122223333:late"


@pytest.fixture
def the_policy_of():
    def name(stack: Stack) -> str:
        [logical_id] = Template.from_stack(stack).find_resources("AWS::IAM::Policy")
        return logical_id

    return name


def test_a_declaration_can_depend_on_another_construct_and_still_waits_for_its_policy(
    stack, declare, expirations, the_policy_of
):
    # GIVEN
    guest = declare(stack)

    # WHEN
    guest.node.add_dependency(CfnQueue(stack, "First"))

    # THEN
    [resource] = expirations(stack).values()
    assert sorted(resource["DependsOn"]) == sorted([the_policy_of(stack), "First"])


def test_another_construct_can_depend_on_a_declaration(stack, declare, expirations, the_policy_of):
    # GIVEN
    guest = declare(stack)

    # WHEN
    CfnQueue(stack, "Then").node.add_dependency(guest)

    # THEN
    [logical_id] = expirations(stack)
    [queue] = Template.from_stack(stack).find_resources("AWS::SQS::Queue").values()
    assert queue["DependsOn"] == [logical_id]
    [resource] = expirations(stack).values()
    assert resource["DependsOn"] == [the_policy_of(stack)]


def test_two_declarations_can_be_put_in_an_order(stack, declare, expirations):
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


def test_a_property_can_be_overridden(stack, declare, expirations):
    # GIVEN
    guest = declare(stack)

    # WHEN
    guest.node.default_child.add_property_override("ServiceTimeout", 900)

    # THEN
    [resource] = expirations(stack).values()
    assert resource["Properties"]["ServiceTimeout"] == 900
    assert resource["Properties"]["ExpirationDays"] == 30


def test_the_logical_id_can_be_overridden(stack, declare, expirations):
    # GIVEN
    guest = declare(stack)

    # WHEN
    guest.node.default_child.override_logical_id("Mine")

    # THEN
    assert list(expirations(stack)) == ["Mine"]


def test_a_resource_of_the_provider_can_be_overridden_from_the_stack(stack, declare):
    # GIVEN
    declare(stack)

    # WHEN
    function = stack.node.find_child("ChimeExpirationProvider").node.default_child
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
def test_a_token_is_in_the_template_as_it_resolves(stack, declare, expirations, token, rendered):
    # WHEN
    declare(stack, user=token(stack), expire_after=Duration.days(7))

    # THEN
    [resource] = expirations(stack).values()
    assert resource["Properties"]["AppInstanceUserArn"] == rendered
