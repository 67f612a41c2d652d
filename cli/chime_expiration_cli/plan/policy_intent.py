"""What a deployment asks of each policy of a stack."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chime_expiration_cli.cloudformation.deployed_stack import StackResource
from chime_expiration_cli.declared_policies import app_instance_in
from chime_expiration_cli.errors import UnresolvedError
from chime_expiration_cli.plan.action import Reason
from chime_expiration_cli.plan.intent import RETAINED, resolve_properties, will_exist
from chime_expiration_cli.plan.stack_pair import StackPair
from chime_expiration_handler.contract.arn import AppInstanceArn
from chime_expiration_handler.contract.policy_properties import (
    POLICY_RESOURCE_TYPE,
    STATE_MACHINE_ARN,
    TABLE_NAME,
    PolicyProperties,
)


@dataclass(frozen=True, slots=True)
class Apply:
    """A policy that will apply. ``table_name`` is empty before the first deployment."""

    logical_id: str
    properties: PolicyProperties
    table_name: str = ""

    @property
    def app_instance(self) -> AppInstanceArn:
        """The AppInstance that the policy is for."""
        return self.properties.app_instance


@dataclass(frozen=True, slots=True)
class Withdraw:
    """A policy whose users will be cleared: it is removed, disabled, or for others now."""

    logical_id: str
    app_instance: AppInstanceArn
    table_name: str


@dataclass(frozen=True, slots=True)
class Same:
    """A policy that does not change, so that the deployment does nothing for it."""

    logical_id: str
    app_instance: AppInstanceArn
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Faulty:
    """A policy that the function will refuse (INVALID), or that is not known (UNRESOLVED)."""

    logical_id: str
    reason: Reason
    message: str


PolicyIntent = Apply | Withdraw | Same | Faulty


def policy_intents_of(pair: StackPair) -> list[PolicyIntent]:
    """What the deployment asks of the policies of the stack, in the order of the template."""
    return list(_all(pair))


def _all(pair: StackPair) -> Iterator[PolicyIntent]:
    existing = {
        logical_id: (resource, app_instance)
        for logical_id, resource in pair.deployed_resources(POLICY_RESOURCE_TYPE).items()
        if (app_instance := app_instance_in(resource.physical_id))
    }
    for logical_id, definition in pair.new_resources(POLICY_RESOURCE_TYPE).items():
        yield from _declared(pair, logical_id, definition, existing.pop(logical_id, None))
    for logical_id, (_, app_instance) in existing.items():
        yield _removed(pair, logical_id, app_instance)


def _declared(
    pair: StackPair,
    logical_id: str,
    definition: Mapping[str, Any],
    existing: tuple[StackResource, AppInstanceArn] | None,
) -> Iterator[PolicyIntent]:
    assert pair.values is not None
    try:
        if not will_exist(pair.values, definition):
            if existing:
                yield _removed(pair, logical_id, existing[1])
            return
        # References to resources of the stack, which may not exist yet.
        ignored = (TABLE_NAME, STATE_MACHINE_ARN)
        values = resolve_properties(pair.values, definition, ignored)
    except UnresolvedError as error:
        yield Faulty(logical_id, Reason.UNRESOLVED, str(error))
        return
    try:
        properties = PolicyProperties.parse(values)
    except ValueError as problem:
        yield Faulty(logical_id, Reason.INVALID, str(problem))
        return
    before = pair.deployed_definition(logical_id)
    if existing and before.get("Properties") == definition.get("Properties"):
        yield Same(logical_id, properties.app_instance)
        return
    table_name = _table_name(pair, definition) or _table_name(pair, before)
    if not properties.enabled:
        yield Withdraw(logical_id, properties.app_instance, table_name)
    else:
        yield Apply(logical_id, properties, table_name)
    if existing and existing[1] != properties.app_instance:
        yield Withdraw(logical_id, existing[1], table_name)


def _removed(pair: StackPair, logical_id: str, app_instance: AppInstanceArn) -> PolicyIntent:
    before = pair.deployed_definition(logical_id)
    if before.get("DeletionPolicy") in RETAINED:
        text = "removed with the removal policy RETAIN: users keep their days"
        return Same(logical_id, app_instance, text)
    return Withdraw(logical_id, app_instance, _table_name(pair, before))


def _table_name(pair: StackPair, definition: Mapping[str, Any]) -> str:
    """The name of the deployed table that the policy refers to; empty if there is none."""
    match definition.get("Properties", {}).get(TABLE_NAME):
        case {"Ref": logical_id} if pair.deployed:
            for resource in pair.deployed.resources:
                if resource.logical_id == logical_id:
                    return resource.physical_id
    return ""
