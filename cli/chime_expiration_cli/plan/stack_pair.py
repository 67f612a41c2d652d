"""A stack as it would be deployed, beside the one that is deployed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chime_expiration_cli.cloudformation.api import CloudFormation
from chime_expiration_cli.cloudformation.deployed_stack import (
    DeployedStack,
    Parameter,
    StackResource,
    UnreadableTemplate,
)
from chime_expiration_cli.cloudformation.intrinsics import IntrinsicResolver
from chime_expiration_cli.cloudformation.references import NO_VALUE
from chime_expiration_cli.errors import UnresolvedError
from chime_expiration_cli.plan.action import Change
from chime_expiration_cli.plan.cloud_assembly import AssemblyStack, Template

# A deployment of such a stack creates it anew.
_NOTHING_DEPLOYED = ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "DELETE_COMPLETE")

_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StackPair:
    """``new`` is None for a stack that the deployment deletes, ``deployed`` for a new one.

    ``values`` resolves the new template. ``obstacle`` says why the stack cannot be judged; it is
    empty if it can.
    """

    name: str
    region: str
    new: Template | None
    deployed: DeployedStack | None
    values: IntrinsicResolver | None
    obstacle: str = ""

    @property
    def change(self) -> Change:
        """What the deployment does with the stack, as far as its template tells."""
        if self.new is None:
            return Change.DELETED
        if self.deployed is None:
            return Change.CREATED
        # The template of a stack that declares nothing is not read, and a transform is applied only
        # by CloudFormation.
        if not self.deployed.template or "Transform" in self.new.body:
            return Change.NOT_KNOWN
        if isinstance(self.deployed.template, UnreadableTemplate):
            return Change.NOT_KNOWN
        return Change.UNCHANGED if self.new.body == self.deployed.template else Change.UPDATED

    def new_resources(self, resource_type: str) -> dict[str, Mapping[str, Any]]:
        """The resources of a type in the new template by logical id, whatever their condition."""
        return _resources(self.new.body, resource_type) if self.new else {}

    def deployed_definition(self, logical_id: str) -> Mapping[str, Any]:
        """The resource in the deployed template; empty if it has none, or cannot be read."""
        if self.deployed is None or isinstance(self.deployed.template, UnreadableTemplate):
            return {}
        definition: Mapping[str, Any] = self.deployed.template.get("Resources", {}).get(
            logical_id, {}
        )
        return definition

    def deployed_resources(self, resource_type: str) -> dict[str, StackResource]:
        """The deployed resources of a type by logical id.

        Without those that an earlier update failed to delete: CloudFormation does not try again.
        """
        resources = self.deployed.resources if self.deployed else ()
        return {
            each.logical_id: each
            for each in resources
            if each.type == resource_type and each.status != "DELETE_FAILED"
        }


def pair_stacks(
    new: AssemblyStack,
    found: list[DeployedStack],
    region: str,
    account: str,
    cloudformation: CloudFormation,
) -> list[StackPair]:
    """The stack and its nested stacks, each with its deployed one of ``found``."""
    deployed = next((each for each in found if each.name == new.name), None)
    if deployed and deployed.status in _NOTHING_DEPLOYED:
        deployed, found = None, []
    by_id = {each.id: each for each in found}
    root = _Pairing(cloudformation, region, account, by_id)
    parameters = deployed.parameters if deployed else {}
    return list(root.pairs(new.name, new.template, deployed, parameters))


@dataclass(frozen=True, slots=True)
class _Pairing:
    cloudformation: CloudFormation
    region: str
    account: str
    deployed: Mapping[str, DeployedStack]

    def pairs(
        self,
        name: str,
        new: Template | None,
        deployed: DeployedStack | None,
        parameters: Mapping[str, Parameter],
    ) -> Iterator[StackPair]:
        values = self._resolver(name, new, deployed, parameters) if new else None
        yield StackPair(name, self.region, new, deployed, values, _obstacle(new, deployed))
        existing = {
            each.logical_id: self.deployed[each.physical_id]
            for each in (deployed.resources if deployed else ())
            if each.physical_id in self.deployed
        }
        for logical_id in dict.fromkeys([*(new.nested if new else ()), *existing]):
            nested = existing.get(logical_id)
            nested_name = nested.name if nested else f"{name}/{logical_id}"
            if new is None or logical_id not in new.nested:
                yield from self.pairs(nested_name, None, nested, {})
                continue
            template = new.nested[logical_id]
            if template is None:
                obstacle = "its template is not in the cloud assembly"
                yield StackPair(nested_name, self.region, None, None, None, obstacle)
                continue
            assert values is not None
            definition = new.body["Resources"][logical_id]
            passed = _passed(values, definition.get("Properties", {}).get("Parameters", {}))
            yield from self.pairs(nested_name, template, nested, passed)

    def _resolver(
        self,
        name: str,
        new: Template,
        deployed: DeployedStack | None,
        parameters: Mapping[str, Parameter],
    ) -> IntrinsicResolver:
        stack_id = f"arn:aws:cloudformation:{self.region}:{self.account}:stack/{name}/new"
        planned = DeployedStack(
            id=deployed.id if deployed else stack_id,
            name=name,
            status="",
            parent_id=None,
            # The deployment will read the outputs of other stacks, whenever those were updated.
            created_at=_LATEST,
            updated_at=None,
            parameters={**_defaults(new.body), **parameters},
            resources=deployed.resources if deployed else (),
            template=new.body,
        )
        return IntrinsicResolver(planned, self.cloudformation)


def _resources(template: Mapping[str, Any], resource_type: str) -> dict[str, Mapping[str, Any]]:
    return {
        logical_id: definition
        for logical_id, definition in template.get("Resources", {}).items()
        if isinstance(definition, Mapping) and definition.get("Type") == resource_type
    }


def _obstacle(new: Template | None, deployed: DeployedStack | None) -> str:
    if new and not all(
        isinstance(each, Mapping) for each in new.body.get("Resources", {}).values()
    ):
        # CloudFormation expands Fn::ForEach when it deploys the template.
        return "section Resources of the template contains an entry that is not a resource"
    if deployed is None or deployed.is_stable:
        return ""
    fix = "plan again after it" if deployed.is_in_progress else "repair the stack first"
    return f"the stack is {deployed.status}: {fix}"


def _defaults(template: Mapping[str, Any]) -> dict[str, Parameter]:
    return {
        name: Parameter(str(definition["Default"]))
        for name, definition in template.get("Parameters", {}).items()
        if "Default" in definition
    }


def _passed(values: IntrinsicResolver, parameters: Mapping[str, Any]) -> dict[str, Parameter]:
    """The parameters of a nested stack, as far as they can be resolved."""
    passed = {}
    for name, node in parameters.items():
        try:
            value = values.value(node)
        except UnresolvedError:
            continue
        if value is not NO_VALUE:
            text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
            passed[name] = Parameter(text)
    return passed
