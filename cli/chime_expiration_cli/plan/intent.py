"""What CloudFormation would ask of the function for each declaration of a stack."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chime_expiration_cli.cloudformation.deployed_stack import StackResource, UnreadableTemplate
from chime_expiration_cli.cloudformation.intrinsics import IntrinsicResolver
from chime_expiration_cli.cloudformation.references import NO_VALUE
from chime_expiration_cli.errors import UnresolvedError
from chime_expiration_cli.plan.stack_pair import StackPair
from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.physical_id import PhysicalId
from chime_expiration_handler.contract.properties import RESOURCE_TYPE, ExpirationProperties

_OF_CLOUDFORMATION = ("ServiceToken", "ServiceTimeout")
RETAINED = ("Retain", "RetainExceptOnCreate")
"""The policies with which CloudFormation does not delete what an update removes."""


@dataclass(frozen=True, slots=True)
class Declare:
    """A declaration that the stack will have.

    ``known`` is the user of the deployed resource. ``gets_event`` is None if only CloudFormation
    knows whether a value has changed.
    """

    logical_id: str
    declared: ExpirationProperties
    known: AppInstanceUserArn | None
    gets_event: bool | None

    @property
    def user(self) -> AppInstanceUserArn:
        """The user that is declared."""
        return self.declared.user


@dataclass(frozen=True, slots=True)
class Remove:
    """A declaration, or the earlier user of one, that the stack will not have any more."""

    logical_id: str
    user: AppInstanceUserArn
    is_retained: bool


@dataclass(frozen=True, slots=True)
class Invalid:
    """A declaration that the function will refuse."""

    logical_id: str
    message: str
    user: None = None


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A declaration whose values are not known before the deployment."""

    logical_id: str
    message: str
    user: AppInstanceUserArn | None


Intent = Declare | Remove | Invalid | Unresolved


def intents_of(pair: StackPair) -> list[Intent]:
    """What the deployment of the stack asks for, in the order of the template."""
    return [intent for each in _all(pair) for intent in each]


def resolve_properties(
    values: IntrinsicResolver, definition: Mapping[str, Any], ignored: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The properties of a resource as the function receives them; raises UnresolvedError."""
    resolved = {}
    for name, node in definition.get("Properties", {}).items():
        if name in (*_OF_CLOUDFORMATION, *ignored):
            continue
        try:
            value = values.value(node)
        except UnresolvedError as error:
            raise UnresolvedError(f"{name}: {error}") from error
        if value is not NO_VALUE:
            resolved[name] = value
    return resolved


def will_exist(values: IntrinsicResolver, definition: Mapping[str, Any]) -> bool:
    """Whether the condition of a resource is true; raises UnresolvedError."""
    condition = definition.get("Condition")
    return condition is None or values.condition(str(condition))


def _all(pair: StackPair) -> Iterator[list[Intent]]:
    existing = {
        logical_id: resource
        for logical_id, resource in pair.deployed_resources(RESOURCE_TYPE).items()
        # A resource without a user in its id is complete if the user may be missing.
        if PhysicalId.parse(resource.physical_id) or resource.status.endswith("_COMPLETE")
    }
    for logical_id, definition in pair.new_resources(RESOURCE_TYPE).items():
        yield _declared(pair, logical_id, definition, existing.pop(logical_id, None))
    for logical_id, resource in existing.items():
        yield _removed(logical_id, resource, pair.deployed_definition(logical_id), "DeletionPolicy")


def _declared(
    pair: StackPair,
    logical_id: str,
    definition: Mapping[str, Any],
    existing: StackResource | None,
) -> list[Intent]:
    assert pair.values is not None
    known = PhysicalId.parse(existing.physical_id) if existing else None
    user = known.user if known else None
    try:
        if not will_exist(pair.values, definition):
            if existing is None:
                return []
            before = pair.deployed_definition(logical_id)
            return _removed(logical_id, existing, before, "DeletionPolicy")
        properties = resolve_properties(pair.values, definition)
    except UnresolvedError as error:
        return [Unresolved(logical_id, str(error), user)]
    try:
        declared = ExpirationProperties.parse(properties)
    except ValueError as problem:
        return [Invalid(logical_id, str(problem))]
    gets_event: bool | None = True
    if existing and pair.deployed and isinstance(pair.deployed.template, UnreadableTemplate):
        gets_event = None
    elif existing and definition.get("Properties") == pair.deployed_definition(logical_id).get(
        "Properties"
    ):
        gets_event = _may_have_changed(definition, declared, user)
    intents: list[Intent] = [Declare(logical_id, declared, user, gets_event)]
    if existing and user and user != declared.user:
        intents += _removed(logical_id, existing, definition, "UpdateReplacePolicy")
    return intents


def _may_have_changed(
    definition: Mapping[str, Any], declared: ExpirationProperties, known: AppInstanceUserArn | None
) -> bool | None:
    """Whether the same properties have other values than before; None if that is not known."""
    if known and known != declared.user:
        return True
    nodes = [
        node
        for name, node in definition.get("Properties", {}).items()
        if name not in _OF_CLOUDFORMATION
    ]
    return None if any(isinstance(node, Mapping) for node in nodes) else False


def _removed(
    logical_id: str, resource: StackResource, definition: Mapping[str, Any], policy: str
) -> list[Intent]:
    known = PhysicalId.parse(resource.physical_id)
    if known is None:
        return []
    return [Remove(logical_id, known.user, is_retained=definition.get(policy) in RETAINED)]
