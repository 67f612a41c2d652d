"""Finds the deployed stacks that declare expirations."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from chime_expiration_cli.cloudformation.api import CloudFormation
from chime_expiration_cli.cloudformation.deployed_stack import (
    DeployedStack,
    Parameter,
    StackResource,
    UnreadableTemplate,
)
from chime_expiration_cli.errors import (
    AccessDeniedError,
    CommandError,
    DeniedCall,
    StackNotFoundError,
)
from chime_expiration_handler.contract.policy_properties import POLICY_RESOURCE_TYPE
from chime_expiration_handler.contract.properties import RESOURCE_TYPE

_NESTED_STACK = "AWS::CloudFormation::Stack"
_DELETED = ("DELETE_COMPLETE", "DELETE_SKIPPED")


class StackSearch:
    """Searches one region; ``denied_calls`` collects the calls that AWS denied.

    ``on_stack`` receives the name of each stack before its resources are read.
    """

    def __init__(self, cloudformation: CloudFormation, on_stack: Callable[[str], None]) -> None:
        self.denied_calls: list[DeniedCall] = []
        self._cloudformation = cloudformation
        self._on_stack = on_stack

    def all(self) -> list[DeployedStack]:
        """All stacks of the region; raises CommandError."""
        try:
            descriptions = list(self._cloudformation.stacks())
        except AccessDeniedError as denied:
            self.denied_calls.append(denied.call)
            return []
        # DescribeStacks lists nested stacks too.
        return list(self._read(descriptions, follow_nested=False))

    def named(self, name: str) -> list[DeployedStack]:
        """The stack with this name or id, and its nested stacks.

        Raises StackNotFoundError and CommandError.
        """
        try:
            description = self._cloudformation.stack(name)
        except AccessDeniedError as denied:
            self.denied_calls.append(denied.call)
            return []
        if description["StackStatus"] != "DELETE_COMPLETE":
            # Not found: deleted since DescribeStacks.
            with contextlib.suppress(StackNotFoundError):
                return list(self._read([description], follow_nested=True))
        raise CommandError(f"stack {name} is deleted: use the name of a stack that exists")

    def _read(
        self, descriptions: Sequence[Mapping[str, Any]], *, follow_nested: bool
    ) -> Iterator[DeployedStack]:
        unread = list(descriptions)
        while unread:
            description = unread.pop(0)
            self._on_stack(description["StackName"])
            try:
                resources = self._resources(description["StackId"])
            except AccessDeniedError as denied:
                self.denied_calls.append(denied.call)
                continue
            except StackNotFoundError:
                # Deleted since it was listed.
                if follow_nested and description is descriptions[0]:
                    raise
                continue
            if follow_nested:
                unread += self._nested(resources)
            yield self._stack(description, resources)

    def _nested(self, resources: Iterable[StackResource]) -> Iterator[Mapping[str, Any]]:
        for resource in resources:
            if resource.type == _NESTED_STACK and resource.physical_id:
                try:
                    yield self._cloudformation.stack(resource.physical_id)
                except AccessDeniedError as denied:
                    self.denied_calls.append(denied.call)
                except StackNotFoundError:
                    continue

    def _resources(self, stack_id: str) -> tuple[StackResource, ...]:
        return tuple(
            StackResource(
                logical_id=summary["LogicalResourceId"],
                type=summary["ResourceType"],
                physical_id=summary.get("PhysicalResourceId", ""),
                status=summary["ResourceStatus"],
                updated_at=summary["LastUpdatedTimestamp"],
            )
            for summary in self._cloudformation.resources(stack_id)
            if summary["ResourceStatus"] not in _DELETED
        )

    def _stack(
        self, description: Mapping[str, Any], resources: tuple[StackResource, ...]
    ) -> DeployedStack:
        stack = DeployedStack(
            id=description["StackId"],
            name=description["StackName"],
            status=description["StackStatus"],
            parent_id=description.get("ParentId"),
            created_at=description["CreationTime"],
            updated_at=description.get("LastUpdatedTime"),
            parameters={
                each["ParameterKey"]: Parameter(each["ParameterValue"], each.get("ResolvedValue"))
                for each in description.get("Parameters", [])
            },
            resources=resources,
            template={},
        )
        # Most stacks of an account declare no expiration: their templates are not needed. But a
        # deployment that failed, or has only begun, may have created no declaration of its
        # template. Before the first one there is no template.
        may_declare = stack.has_any(RESOURCE_TYPE, POLICY_RESOURCE_TYPE) or not stack.is_stable
        if not may_declare or stack.status == "REVIEW_IN_PROGRESS":
            return stack
        return replace(stack, template=self._template(stack.id))

    def _template(self, stack_id: str) -> Mapping[str, Any] | UnreadableTemplate:
        try:
            template = self._cloudformation.template(stack_id)
        except AccessDeniedError as denied:
            self.denied_calls.append(denied.call)
            return UnreadableTemplate(str(denied), denied.call)
        except StackNotFoundError:
            return UnreadableTemplate("the stack is being deleted")
        if isinstance(template, str):
            return UnreadableTemplate("the template is not JSON")
        resources = template.get("Resources")
        if not isinstance(resources, Mapping) or not all(
            isinstance(definition, Mapping) for definition in resources.values()
        ):
            # CloudFormation expands Fn::ForEach in the template that it processes.
            return UnreadableTemplate(
                "section Resources of the template contains an entry that is not a resource"
            )
        return template
