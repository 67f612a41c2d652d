"""Which expirations a deployed stack declares."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from chime_expiration.status.cloudformation import CloudFormation
from chime_expiration.status.resolution import Resolution, Unresolved
from chime_expiration.status.stacks import DeployedStack, StackResource
from chime_expiration_handler.arn import AppInstanceUserArn
from chime_expiration_handler.days import expiration_days
from chime_expiration_handler.lifecycle import NOTHING_SET
from chime_expiration_handler.properties import RESOURCE_TYPE


class Force(Enum):
    """What CloudFormation has made of a declaration."""

    IN_FORCE = "in force"
    NOT_SET = "not set"
    LEAVING = "leaving"


@dataclass(frozen=True, slots=True)
class Declaration:
    """One declared user.

    ``user`` is whom CloudFormation believes to have the setting, the physical id of the resource;
    ``days`` are those of the template that CloudFormation holds. Either is None where
    ``unresolved`` says why, and the days of a declaration that is leaving are. ``updated`` is when
    CloudFormation dealt with it last.
    """

    stack: DeployedStack
    logical_id: str
    resource_status: str
    force: Force
    user: AppInstanceUserArn | None
    days: int | None
    unresolved: tuple[str, ...] = ()
    updated: datetime | None = None


def declarations_of(stack: DeployedStack, cloudformation: CloudFormation) -> list[Declaration]:
    """The declarations of ``stack``, in the order of the template."""
    return _Reader(stack, cloudformation).declarations()


class _Reader:
    def __init__(self, stack: DeployedStack, cloudformation: CloudFormation) -> None:
        self._stack = stack
        self._resolution = Resolution(stack, cloudformation)
        self._existing = {
            each.logical_id: each for each in stack.resources if each.type == RESOURCE_TYPE
        }
        template = stack.template if isinstance(stack.template, Mapping) else {}
        self._in_template: dict[str, Mapping[str, Any]] = {
            logical_id: definition
            for logical_id, definition in template.get("Resources", {}).items()
            if definition.get("Type") == RESOURCE_TYPE
        }

    def declarations(self) -> list[Declaration]:
        return [
            self._declaration(name)
            for name in dict.fromkeys([*self._in_template, *self._existing])
            if name in self._existing or self._is_to_come(name)
        ]

    def _is_to_come(self, name: str) -> bool:
        # What a settled stack has not is there only under a condition, which is false.
        if self._stack.is_settled:
            return False
        condition = self._in_template[name].get("Condition")
        try:
            return condition is None or self._resolution.holds(condition)
        except Unresolved:
            return True

    def _declaration(self, name: str) -> Declaration:
        resource = self._existing.get(name)
        force = self._force(name, resource)
        unresolved: list[str] = []
        user = days = None
        try:
            user = self._user(name, resource)
        except (Unresolved, ValueError) as problem:
            unresolved.append(f"AppInstanceUserArn: {problem}")
        if force is not Force.LEAVING:
            try:
                days = expiration_days(self._property(name, "ExpirationDays"))
            except (Unresolved, ValueError) as problem:
                unresolved.append(f"ExpirationDays: {problem}")
        return Declaration(
            stack=self._stack,
            logical_id=name,
            resource_status=resource.status if resource else "not created yet",
            force=force,
            user=user,
            days=days,
            unresolved=tuple(unresolved),
            updated=resource.updated if resource else None,
        )

    def _force(self, name: str, resource: StackResource | None) -> Force:
        if resource is None or resource.physical_id in ("", NOTHING_SET):
            return Force.NOT_SET
        is_wanted = name in self._in_template or isinstance(self._stack.template, str)
        if resource.status.startswith("DELETE_") or not is_wanted:
            return Force.LEAVING
        return Force.IN_FORCE

    def _user(self, name: str, resource: StackResource | None) -> AppInstanceUserArn:
        try:
            return AppInstanceUserArn.parse(resource.physical_id if resource else "")
        except ValueError:
            return AppInstanceUserArn.parse(str(self._property(name, "AppInstanceUserArn")))

    def _property(self, name: str, key: str) -> Any:
        if isinstance(self._stack.template, str):
            raise Unresolved(self._stack.template)
        properties = self._in_template.get(name, {}).get("Properties", {})
        if key not in properties:
            raise Unresolved("it is not in the template")
        return self._resolution.value(properties[key])
