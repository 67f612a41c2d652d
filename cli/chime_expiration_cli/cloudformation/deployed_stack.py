"""A deployed stack, as CloudFormation reports it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chime_expiration_cli.errors import DeniedCall, UnresolvedError


@dataclass(frozen=True, slots=True)
class StackResource:
    """One resource of a stack; ``physical_id`` is empty until CloudFormation knows it."""

    logical_id: str
    type: str
    physical_id: str
    status: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter's value; ``resolved`` is the value in SSM if ``value`` is the name of one."""

    value: str
    resolved: str | None = None


@dataclass(frozen=True, slots=True)
class UnreadableTemplate:
    """Stands for a template that cannot be read; ``denied`` is the call that AWS denied, if any."""

    reason: str
    denied: DeniedCall | None = None


@dataclass(frozen=True, slots=True)
class DeployedStack:
    """One stack with its resources and its current template.

    ``updated_at`` is None if the stack has not been changed since it was created.
    """

    id: str
    name: str
    status: str
    parent_id: str | None
    created_at: datetime
    updated_at: datetime | None
    parameters: Mapping[str, Parameter]
    resources: tuple[StackResource, ...]
    template: Mapping[str, Any] | UnreadableTemplate

    @property
    def region(self) -> str:
        return self.id.split(":")[3]

    @property
    def denied_template(self) -> DeniedCall | None:
        """The denied call without which the template is not known."""
        template = self.template
        return template.denied if isinstance(template, UnreadableTemplate) else None

    def has_any(self, *resource_types: str) -> bool:
        """Whether the stack has a resource of one of these types."""
        return any(resource.type in resource_types for resource in self.resources)

    def definitions(self, resource_type: str) -> Mapping[str, Mapping[str, Any]]:
        """The resources of a type in the template by logical id; none if it cannot be read."""
        if isinstance(self.template, UnreadableTemplate):
            return {}
        return {
            logical_id: definition
            for logical_id, definition in self.template_section("Resources").items()
            if definition.get("Type") == resource_type
        }

    @property
    def is_in_progress(self) -> bool:
        """Whether CloudFormation is changing the stack."""
        return self.status.endswith("_IN_PROGRESS")

    @property
    def is_stable(self) -> bool:
        """Whether the stack matches its template: nothing in progress, nothing failed.

        After ROLLBACK_COMPLETE, nothing is left of the first deployment.
        """
        return self.status.endswith("_COMPLETE") and self.status != "ROLLBACK_COMPLETE"

    def template_section(self, name: str) -> Mapping[str, Any]:
        """A section of the template such as ``Parameters``, empty if there is none.

        Raises UnresolvedError if it cannot be read.
        """
        if isinstance(self.template, UnreadableTemplate):
            raise UnresolvedError(self.template.reason)
        section = self.template.get(name, {})
        if not isinstance(section, Mapping):
            raise UnresolvedError(f"section {name} of the template is not an object")
        return section
