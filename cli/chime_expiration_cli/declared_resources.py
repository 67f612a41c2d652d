"""The resources of one type in a deployed stack, and whether they are deployed."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from chime_expiration_cli.cloudformation.api import CloudFormation
from chime_expiration_cli.cloudformation.deployed_stack import (
    DeployedStack,
    StackResource,
    UnreadableTemplate,
)
from chime_expiration_cli.cloudformation.intrinsics import IntrinsicResolver
from chime_expiration_cli.cloudformation.references import NO_VALUE
from chime_expiration_cli.errors import UnresolvedError


class DeploymentState(Enum):
    """Whether CloudFormation has deployed a declaration."""

    ACTIVE = "active"
    NOT_CREATED = "not created"
    BEING_REMOVED = "being removed"
    CLEANUP_FAILED = "clean-up failed"
    """CloudFormation has removed the declaration, but failed to delete its resource."""


def other_identity(declared: object, deployed: object) -> str:
    """Why nobody knows what a resource is for whose template names another one."""
    return (
        f"the template has {declared}, but the resource is for {deployed}: a rollback has skipped "
        "the resource, or an update is in progress"
    )


class DeclaredResources:
    """The resources of one type in ``stack``, in the template or deployed."""

    def __init__(
        self, stack: DeployedStack, cloudformation: CloudFormation, resource_type: str
    ) -> None:
        self.stack = stack
        self.resolver = IntrinsicResolver(stack, cloudformation)
        self.definitions = stack.definitions(resource_type)
        self._resources = {
            resource.logical_id: resource
            for resource in stack.resources
            if resource.type == resource_type
        }

    def logical_ids(self) -> list[str]:
        """Those that are deployed or will be created, in the order of the template."""
        return [
            logical_id
            for logical_id in dict.fromkeys([*self.definitions, *self._resources])
            if logical_id in self._resources or self._will_be_created(logical_id)
        ]

    def resource(self, logical_id: str) -> StackResource | None:
        """The deployed resource, or None if there is none."""
        return self._resources.get(logical_id)

    def deployment(self, logical_id: str, *, has_identity: bool) -> DeploymentState:
        """``has_identity``: the physical id is one that the function has given."""
        resource = self._resources.get(logical_id)
        # A resource without an identity in its id is complete if it has set nothing.
        if resource is None or not (has_identity or resource.status.endswith("_COMPLETE")):
            return DeploymentState.NOT_CREATED
        is_declared = logical_id in self.definitions or isinstance(
            self.stack.template, UnreadableTemplate
        )
        if resource.status == "DELETE_FAILED" and self.stack.is_stable:
            return DeploymentState.CLEANUP_FAILED
        if resource.status.startswith("DELETE_") or not is_declared:
            return DeploymentState.BEING_REMOVED
        return DeploymentState.ACTIVE

    def property(self, logical_id: str, name: str, default: Any = NO_VALUE) -> Any:
        """The value of a property; raises UnresolvedError."""
        if isinstance(self.stack.template, UnreadableTemplate):
            raise UnresolvedError(self.stack.template.reason)
        properties = self.definitions.get(logical_id, {}).get("Properties", {})
        if not isinstance(properties, Mapping):
            raise UnresolvedError("Properties is not an object")
        value = self.resolver.value(properties.get(name, default))
        if value is NO_VALUE:
            raise UnresolvedError("not in the template")
        return value

    def _will_be_created(self, logical_id: str) -> bool:
        # A stable stack lacks a resource of its template only if the resource's condition is false.
        if self.stack.is_stable:
            return False
        condition = self.definitions[logical_id].get("Condition")
        try:
            return condition is None or self.resolver.condition(str(condition))
        except UnresolvedError:
            return True
