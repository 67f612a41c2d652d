"""The deployed stacks that declare expirations."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chime_expiration.status.cloudformation import CloudFormation, StackUnknown
from chime_expiration.status.problems import CallNotAllowed, NotLookedAt
from chime_expiration_handler.properties import RESOURCE_TYPE

_NESTED_STACK = "AWS::CloudFormation::Stack"
_NOT_THERE = ("DELETE_COMPLETE", "DELETE_SKIPPED")


@dataclass(frozen=True, slots=True)
class StackResource:
    """One resource that a stack has."""

    logical_id: str
    type: str
    physical_id: str
    status: str
    updated: datetime


@dataclass(frozen=True, slots=True)
class Parameter:
    """The value of a parameter as the stack was told it, and as SSM gave it, where that differs."""

    value: str
    resolved: str | None = None


@dataclass(frozen=True, slots=True)
class DeployedStack:
    """One stack; ``template`` says in words why it could not be read, where that is so."""

    id: str
    name: str
    status: str
    parent_id: str | None
    parameters: Mapping[str, Parameter]
    resources: tuple[StackResource, ...]
    template: Mapping[str, Any] | str

    @property
    def region(self) -> str:
        return self.id.split(":")[3]

    @property
    def declares(self) -> bool:
        """Whether it has a declaration, in force or on its way."""
        return any(resource.type == RESOURCE_TYPE for resource in self.resources)

    @property
    def is_changing(self) -> bool:
        """Whether CloudFormation is at work on it."""
        return self.status.endswith("_IN_PROGRESS")

    @property
    def is_settled(self) -> bool:
        """Whether one template as a whole is in force: not in between, and not half rolled back."""
        return self.status.endswith("_COMPLETE")


class StackWalk:
    """Finds stacks, and notes in ``refusals`` the calls that were not allowed on the way."""

    def __init__(self, cloudformation: CloudFormation, looked_at: Callable[[str], None]) -> None:
        self.refusals: list[NotLookedAt] = []
        self._cloudformation = cloudformation
        self._looked_at = looked_at

    def all(self) -> list[DeployedStack]:
        """Those of the region that declare an expiration. Raises UsageProblem."""
        try:
            described = list(self._cloudformation.stacks())
        except CallNotAllowed as denied:
            self.refusals.append(denied.refusal)
            return []
        return [stack for stack in self._walk(described, into_nested=False) if stack.declares]

    def named(self, name: str) -> list[DeployedStack]:
        """The stack with this name or id, and those nested in it that declare an expiration.

        Raises StackUnknown and UsageProblem.
        """
        try:
            described = self._cloudformation.stack(name)
        except CallNotAllowed as denied:
            self.refusals.append(denied.refusal)
            return []
        walk = self._walk([described], into_nested=True)
        return [stack for stack in walk if stack.declares or stack.id == described["StackId"]]

    def _walk(
        self, described: Iterable[Mapping[str, Any]], *, into_nested: bool
    ) -> Iterator[DeployedStack]:
        waiting = list(described)
        while waiting:
            description = waiting.pop(0)
            self._looked_at(description["StackName"])
            try:
                resources = self._resources(description["StackId"])
            except CallNotAllowed as denied:
                self.refusals.append(denied.refusal)
                continue
            except StackUnknown:
                # Deleted since it was listed.
                continue
            if into_nested:
                waiting += self._nested(resources)
            yield self._stack(description, resources)

    def _nested(self, resources: Iterable[StackResource]) -> Iterator[Mapping[str, Any]]:
        for resource in resources:
            if resource.type == _NESTED_STACK and resource.physical_id:
                try:
                    yield self._cloudformation.stack(resource.physical_id)
                except CallNotAllowed as denied:
                    self.refusals.append(denied.refusal)
                except StackUnknown:
                    continue

    def _resources(self, stack_id: str) -> tuple[StackResource, ...]:
        return tuple(
            StackResource(
                logical_id=each["LogicalResourceId"],
                type=each["ResourceType"],
                physical_id=each.get("PhysicalResourceId", ""),
                status=each["ResourceStatus"],
                updated=each["LastUpdatedTimestamp"],
            )
            for each in self._cloudformation.resources(stack_id)
            if each["ResourceStatus"] not in _NOT_THERE
        )

    def _stack(
        self, description: Mapping[str, Any], resources: tuple[StackResource, ...]
    ) -> DeployedStack:
        stack = DeployedStack(
            id=description["StackId"],
            name=description["StackName"],
            status=description["StackStatus"],
            parent_id=description.get("ParentId"),
            parameters={
                each["ParameterKey"]: Parameter(each["ParameterValue"], each.get("ResolvedValue"))
                for each in description.get("Parameters", [])
            },
            resources=resources,
            template={},
        )
        # Most stacks of an account declare nothing.
        return replace(stack, template=self._template(stack.id)) if stack.declares else stack

    def _template(self, stack_id: str) -> Mapping[str, Any] | str:
        try:
            template = self._cloudformation.template(stack_id)
        except CallNotAllowed as denied:
            self.refusals.append(denied.refusal)
            return str(denied)
        except StackUnknown:
            return "the stack is being deleted"
        return "the template is not JSON" if isinstance(template, str) else template
