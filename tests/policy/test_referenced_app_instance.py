"""An AppInstance that is passed as a resource of the app, instead of its ARN."""

from typing import Any

import pytest
from aws_cdk import Duration, Stack
from aws_cdk.aws_chime import CfnAppInstance

from chime_expiration import AppInstanceUserExpirationPolicy
from policy.declare_policy import APP_INSTANCE, declare_policy, policy_properties

THIRTY_DAYS = Duration.days(30)


@pytest.fixture
def chat(stack: Stack) -> CfnAppInstance:
    return CfnAppInstance(stack, "Chat", name="chat")


def refer_to(stack: Stack, chat: Any, **props: Any) -> AppInstanceUserExpirationPolicy:
    return AppInstanceUserExpirationPolicy(
        stack, "All", app_instance=chat, expire_after=THIRTY_DAYS, **props
    )


def test_an_app_instance_of_the_stack_is_referred_to_by_its_attribute(
    stack: Stack, chat: CfnAppInstance
) -> None:
    # WHEN
    policy = refer_to(stack, chat)

    # THEN CloudFormation creates the AppInstance first, since the policy has its attribute
    arn = {"Fn::GetAtt": ["Chat", "AppInstanceArn"]}
    assert policy_properties(stack)["AppInstanceArn"] == arn
    assert stack.resolve(policy.app_instance_arn) == arn


def test_the_resource_and_its_attribute_are_the_same_app_instance(
    stack: Stack, chat: CfnAppInstance
) -> None:
    # GIVEN
    refer_to(stack, chat)

    # WHEN / THEN
    with pytest.raises(ValueError, match="are policies for the same users of"):
        declare_policy(stack, "Again", chat.attr_app_instance_arn)


@pytest.mark.parametrize(
    ("app_instance", "message"),
    [
        (APP_INSTANCE, "a string: use app_instance_arn=…"),
        (42, "app_instance is 42, which has no app_instance_ref: use app_instance_arn with its"),
    ],
)
def test_anything_else_than_an_app_instance_is_rejected_and_leaves_nothing(
    stack: Stack, app_instance: object, message: str
) -> None:
    # WHEN / THEN
    with pytest.raises(TypeError, match=message):
        refer_to(stack, app_instance)
    assert stack.node.children == []


def test_an_app_instance_and_an_arn_are_rejected(stack: Stack, chat: CfnAppInstance) -> None:
    # WHEN / THEN
    message = "^app_instance_arn and app_instance are both given: remove one of them$"
    with pytest.raises(ValueError, match=message):
        refer_to(stack, chat, app_instance_arn=APP_INSTANCE)


def test_a_resource_in_the_place_of_the_arn_is_rejected(stack: Stack, chat: CfnAppInstance) -> None:
    # GIVEN
    resource: Any = chat

    # WHEN / THEN
    message = "^app_instance_arn is a resource, not a string: use app_instance=…$"
    with pytest.raises(TypeError, match=message):
        declare_policy(stack, app_instance=resource)
