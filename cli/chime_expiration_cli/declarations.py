"""The expirations that a deployed stack declares."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
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
from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.days import expiration_days
from chime_expiration_handler.contract.physical_id import PhysicalId
from chime_expiration_handler.contract.properties import (
    DAYS,
    MISSING_USER,
    RESOURCE_TYPE,
    USER_ARN,
    MissingUser,
)


class DeploymentState(Enum):
    """Whether CloudFormation has deployed a declaration."""

    ACTIVE = "active"
    NOT_CREATED = "not created"
    BEING_REMOVED = "being removed"
    CLEANUP_FAILED = "clean-up failed"
    """CloudFormation has removed the declaration, but failed to delete its resource."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One user and the days that a stack declares for it.

    ``user`` is in the physical id, or else in the template; it is unresolved if they differ.
    ``expected_days`` are in the stack's current template. Each is None if it is unresolved;
    ``unresolved`` has the reasons. The days are also None for a declaration that is or was removed.
    ``missing_user`` is None if it is unresolved or not known. ``resource_status`` and
    ``updated_at`` are CloudFormation's, and None if the resource does not exist yet.
    """

    stack: DeployedStack
    logical_id: str
    deployment: DeploymentState
    user: AppInstanceUserArn | None
    expected_days: int | None
    unresolved: tuple[str, ...] = ()
    missing_user: MissingUser | None = None
    resource_status: str | None = None
    updated_at: datetime | None = None


def declarations_of(stack: DeployedStack, cloudformation: CloudFormation) -> list[Declaration]:
    """The declarations of ``stack``, in the order of the template."""
    return _StackReader(stack, cloudformation).declarations()


class _StackReader:
    def __init__(self, stack: DeployedStack, cloudformation: CloudFormation) -> None:
        self._stack = stack
        self._resolver = IntrinsicResolver(stack, cloudformation)
        self._resources = {
            resource.logical_id: resource
            for resource in stack.resources
            if resource.type == RESOURCE_TYPE
        }
        self._definitions = stack.definitions

    def declarations(self) -> list[Declaration]:
        return [
            self._declaration(logical_id)
            for logical_id in dict.fromkeys([*self._definitions, *self._resources])
            if logical_id in self._resources or self._will_be_created(logical_id)
        ]

    def _will_be_created(self, logical_id: str) -> bool:
        # A stable stack lacks a resource of its template only if the resource's condition is false.
        if self._stack.is_stable:
            return False
        condition = self._definitions[logical_id].get("Condition")
        try:
            return condition is None or self._resolver.condition(str(condition))
        except UnresolvedError:
            return True

    def _declaration(self, logical_id: str) -> Declaration:
        resource = self._resources.get(logical_id)
        deployment = self._deployment(logical_id, resource)
        unresolved: list[str] = []
        user = days = None
        try:
            user = self._user(logical_id, resource, deployment)
        except (UnresolvedError, ValueError) as error:
            unresolved.append(f"{USER_ARN}: {error}")
        if deployment in (DeploymentState.ACTIVE, DeploymentState.NOT_CREATED):
            try:
                days = expiration_days(self._property(logical_id, DAYS))
            except (UnresolvedError, ValueError) as error:
                unresolved.append(f"{DAYS}: {error}")
        return Declaration(
            stack=self._stack,
            logical_id=logical_id,
            deployment=deployment,
            user=user,
            expected_days=days,
            unresolved=tuple(unresolved),
            missing_user=self._missing_user(logical_id),
            resource_status=resource.status if resource else None,
            updated_at=resource.updated_at if resource else None,
        )

    def _deployment(self, logical_id: str, resource: StackResource | None) -> DeploymentState:
        # A resource without a user in its id is complete if the user may be missing.
        if resource is None or not (
            PhysicalId.parse(resource.physical_id) or resource.status.endswith("_COMPLETE")
        ):
            return DeploymentState.NOT_CREATED
        is_declared = logical_id in self._definitions or isinstance(
            self._stack.template, UnreadableTemplate
        )
        if resource.status == "DELETE_FAILED" and self._stack.is_stable:
            return DeploymentState.CLEANUP_FAILED
        if resource.status.startswith("DELETE_") or not is_declared:
            return DeploymentState.BEING_REMOVED
        return DeploymentState.ACTIVE

    def _user(
        self, logical_id: str, resource: StackResource | None, deployment: DeploymentState
    ) -> AppInstanceUserArn:
        known = PhysicalId.parse(resource.physical_id) if resource else None
        if known and deployment is not DeploymentState.ACTIVE:
            return known.user
        try:
            declared = AppInstanceUserArn.parse(str(self._property(logical_id, USER_ARN)))
        except (UnresolvedError, ValueError):
            if known:
                return known.user
            raise
        if known and known.user != declared:
            raise UnresolvedError(
                f"the template has {declared}, but the resource is for {known.user}: a rollback "
                "has skipped the resource, or an update is in progress"
            )
        return declared

    def _missing_user(self, logical_id: str) -> MissingUser | None:
        if logical_id not in self._definitions:
            return None
        try:
            return MissingUser(self._property(logical_id, MISSING_USER, MissingUser.FAIL))
        except (UnresolvedError, ValueError):
            return None

    def _property(self, logical_id: str, name: str, default: Any = NO_VALUE) -> Any:
        if isinstance(self._stack.template, UnreadableTemplate):
            raise UnresolvedError(self._stack.template.reason)
        properties = self._definitions.get(logical_id, {}).get("Properties", {})
        if not isinstance(properties, Mapping):
            raise UnresolvedError("Properties is not an object")
        value = self._resolver.value(properties.get(name, default))
        if value is NO_VALUE:
            raise UnresolvedError("not in the template")
        return value
