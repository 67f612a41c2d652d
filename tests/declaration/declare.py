"""Declarations for the tests of this folder, and what the template has of them."""

from typing import Any

from aws_cdk import CfnResource, Duration, Stack
from aws_cdk.assertions import Template
from constructs import Construct, IConstruct

from chime_expiration import AppInstanceUserExpiration

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d"
GUEST = f"{APP_INSTANCE}/user/guest-42"


def declare(
    scope: Construct, id: str = "Guest", user: str = GUEST, **props: Any
) -> AppInstanceUserExpiration:
    """Declare an expiration, with the values of the README where none are given."""
    props = {"expire_after": Duration.days(30)} | props
    return AppInstanceUserExpiration(scope, id, app_instance_user_arn=user, **props)


def expirations(stack: Stack) -> dict[str, Any]:
    """The custom resources of a stack, by logical id."""
    return resources_of_type(stack, "Custom::ChimeAppInstanceUserExpiration")


def resources_of_type(stack: Stack, resource_type: str) -> dict[str, Any]:
    """The resources of one type in the template of a stack, by logical id."""
    return dict(Template.from_stack(stack).find_resources(resource_type))


def resource_of(construct: IConstruct) -> CfnResource:
    """The CloudFormation resource that stands for a construct."""
    child = construct.node.default_child
    assert isinstance(child, CfnResource)
    return child
