"""Policies for the tests of this folder, and what the template has of them."""

from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk.assertions import Template
from constructs import Construct

from chime_expiration import AppInstanceUserExpirationPolicy
from chime_expiration_handler.contract.policy_properties import POLICY_RESOURCE_TYPE

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d"
OTHER_APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/b07f3d52-91c4-4e0a-8f5b"


def declare_policy(
    scope: Construct, id: str = "Guests", app_instance: str = APP_INSTANCE, **props: Any
) -> AppInstanceUserExpirationPolicy:
    """Declare a policy, with the values of the README where none are given."""
    props = {"expire_after": Duration.days(30)} | props
    return AppInstanceUserExpirationPolicy(scope, id, app_instance_arn=app_instance, **props)


def resources(stack: Stack) -> dict[str, Any]:
    """The resources of a stack, by logical id."""
    return dict(Template.from_stack(stack).to_json().get("Resources", {}))


def resources_of_type(stack: Stack, resource_type: str) -> dict[str, Any]:
    """The resources of one type, by logical id."""
    return {
        logical_id: resource
        for logical_id, resource in resources(stack).items()
        if resource["Type"] == resource_type
    }


def policies(stack: Stack) -> list[dict[str, Any]]:
    """The properties of each policy."""
    return [
        resource["Properties"]
        for resource in resources_of_type(stack, POLICY_RESOURCE_TYPE).values()
    ]


def policy_properties(stack: Stack) -> dict[str, Any]:
    """The properties of the only policy, without those of every custom resource."""
    [properties] = policies(stack)
    generated = ("ServiceToken", "ServiceTimeout", "TableName", "StateMachineArn")
    return {name: value for name, value in properties.items() if name not in generated}
