"""The policies that a deployed stack declares, and the resources that belong to them."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chime_expiration_cli.cloudformation.api import CloudFormation
from chime_expiration_cli.cloudformation.deployed_stack import (
    DeployedStack,
    StackResource,
    UnreadableTemplate,
)
from chime_expiration_cli.declared_resources import (
    DeclaredResources,
    DeploymentState,
    other_identity,
)
from chime_expiration_cli.errors import DeniedCall, UnresolvedError
from chime_expiration_handler.contract.arn import AppInstanceArn
from chime_expiration_handler.contract.policy_properties import (
    APP_INSTANCE_ARN,
    CALLS_PER_SECOND,
    ENABLED,
    EXCEPT_USERS,
    NOTICE_DAYS,
    POLICY_RESOURCE_TYPE,
    STATE_MACHINE_ARN,
    TABLE_NAME,
    USERS,
    PolicyProperties,
)
from chime_expiration_handler.contract.properties import ALLOW_IMMEDIATE_EXPIRATION, DAYS

_PROPERTIES = (
    APP_INSTANCE_ARN,
    DAYS,
    NOTICE_DAYS,
    USERS,
    EXCEPT_USERS,
    ALLOW_IMMEDIATE_EXPIRATION,
    ENABLED,
    CALLS_PER_SECOND,
    TABLE_NAME,
    STATE_MACHINE_ARN,
)


@dataclass(frozen=True, slots=True)
class NotKnown:
    """Stands for a value that is not known."""

    reason: str


@dataclass(frozen=True, slots=True)
class Denied(NotKnown):
    """AWS denied the call that a value needs."""

    call: DeniedCall


@dataclass(frozen=True, slots=True)
class DeclaredPolicy:
    """One policy of a stack.

    ``app_instance`` is in the physical id, or else in the template. ``expected`` are the properties
    in the stack's current template. Each is None if it is unresolved; ``unresolved`` has the
    reasons. ``expected`` is also None for a policy that is or was removed. ``table_name`` and
    ``state_machine_arn`` are empty if they are unresolved. ``schedule`` is the expression of the
    rule that starts the sweeps. ``dead_letter_queue`` is the URL of the queue, or None if the
    policy has none. ``resource_status`` and ``updated_at`` are CloudFormation's, and None if the
    resource does not exist yet.
    """

    stack: DeployedStack
    logical_id: str
    deployment: DeploymentState
    app_instance: AppInstanceArn | None
    expected: PolicyProperties | None
    unresolved: tuple[str, ...] = ()
    table_name: str = ""
    state_machine_arn: str = ""
    schedule: str | NotKnown = NotKnown("the template has no such policy")
    dead_letter_queue: str | NotKnown | None = NotKnown("the template has no such policy")
    resource_status: str | None = None
    updated_at: datetime | None = None


def policies_of(stack: DeployedStack, cloudformation: CloudFormation) -> list[DeclaredPolicy]:
    """The policies of ``stack``, in the order of the template."""
    declared = DeclaredResources(stack, cloudformation, POLICY_RESOURCE_TYPE)
    return [_policy(declared, logical_id) for logical_id in declared.logical_ids()]


def not_in_template(stack: DeployedStack, reason: str) -> NotKnown:
    """Stands for a value of the template: for this reason, or because AWS denied its reading."""
    denied = stack.denied_template
    return Denied(str(denied), denied) if denied else NotKnown(reason)


def app_instance_in(physical_id: str) -> AppInstanceArn | None:
    """The AppInstance in the physical id of a policy, or None before the policy has begun."""
    with suppress(ValueError):
        return AppInstanceArn.parse(physical_id)
    return None


def _policy(declared: DeclaredResources, logical_id: str) -> DeclaredPolicy:
    resource = declared.resource(logical_id)
    known = app_instance_in(resource.physical_id) if resource else None
    deployment = declared.deployment(logical_id, has_identity=known is not None)
    values, unresolved = _resolve(declared, logical_id)
    app_instance = known or app_instance_in(str(values.get(APP_INSTANCE_ARN, "")))
    expected = None
    if deployment not in (DeploymentState.ACTIVE, DeploymentState.NOT_CREATED):
        unresolved = []
    elif not unresolved:
        try:
            expected = PolicyProperties.parse(values)
        except ValueError as error:
            unresolved = [str(error)]
    if app_instance and expected and expected.app_instance != app_instance:
        other = other_identity(expected.app_instance, app_instance)
        unresolved = [f"{APP_INSTANCE_ARN}: {other}"]
        expected = None
    companions = _Companions(declared, logical_id)
    return DeclaredPolicy(
        stack=declared.stack,
        logical_id=logical_id,
        deployment=deployment,
        app_instance=app_instance,
        expected=expected,
        unresolved=tuple(unresolved),
        table_name=str(values.get(TABLE_NAME, "")),
        state_machine_arn=str(values.get(STATE_MACHINE_ARN, "")),
        schedule=companions.schedule(),
        dead_letter_queue=companions.dead_letter_queue(),
        resource_status=resource.status if resource else None,
        updated_at=resource.updated_at if resource else None,
    )


def _resolve(declared: DeclaredResources, logical_id: str) -> tuple[dict[str, Any], list[str]]:
    """The properties that are known, and why others are not."""
    values, unresolved = {}, []
    for name in _PROPERTIES:
        try:
            value = declared.property(logical_id, name, None)
        except UnresolvedError as error:
            unresolved.append(f"{name}: {error}")
        else:
            if value is not None:
                values[name] = value
    # One sentence if it is the same reason for all of them.
    if len(unresolved) == len(_PROPERTIES):
        unresolved = [unresolved[0].partition(": ")[2]]
    return values, unresolved


class _Companions:
    """The resources that the template connects with a policy."""

    def __init__(self, declared: DeclaredResources, logical_id: str) -> None:
        self._declared = declared
        self._stack = declared.stack
        self._policy = _properties(declared.definitions.get(logical_id, {}))

    def schedule(self) -> str | NotKnown:
        """The expression of the rule that starts the policy's state machine."""
        machine = _referred(self._policy.get(STATE_MACHINE_ARN))
        for rule in self._all("AWS::Events::Rule"):
            targets = rule.get("Targets")
            if machine and isinstance(targets, list) and _has_target(targets, machine):
                with suppress(UnresolvedError):
                    return str(self._declared.resolver.value(rule.get("ScheduleExpression")))
        return self._missing("rule that starts the sweeps")

    def dead_letter_queue(self) -> str | NotKnown | None:
        """The URL of the queue for creation events that have failed; None without such events."""
        function = _referred(self._policy.get("ServiceToken"))
        if not function:
            return self._missing("function of the policy")
        for mapping in self._all("AWS::Lambda::EventSourceMapping"):
            if _referred(mapping.get("FunctionName")) != function:
                continue
            queue = self._stack.definitions("AWS::SQS::Queue").get(
                _referred(mapping.get("EventSourceArn")), {}
            )
            redrive = _properties(queue).get("RedrivePolicy")
            if isinstance(redrive, Mapping):
                resource = self._resource(_referred(redrive.get("deadLetterTargetArn")))
                if resource and resource.physical_id:
                    return resource.physical_id
            return self._missing("dead-letter queue")
        return None

    def _all(self, resource_type: str) -> list[Mapping[str, Any]]:
        return [_properties(each) for each in self._stack.definitions(resource_type).values()]

    def _resource(self, logical_id: str) -> StackResource | None:
        return next((each for each in self._stack.resources if each.logical_id == logical_id), None)

    def _missing(self, what: str) -> NotKnown:
        if isinstance(self._stack.template, UnreadableTemplate):
            return not_in_template(self._stack, self._stack.template.reason)
        return NotKnown(f"the template has no {what}")


def _properties(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = definition.get("Properties")
    return properties if isinstance(properties, Mapping) else {}


def _has_target(targets: list[Any], logical_id: str) -> bool:
    return any(
        isinstance(target, Mapping) and _referred(target.get("Arn")) == logical_id
        for target in targets
    )


def _referred(node: Any) -> str:
    """The logical id that ``node`` refers to; empty if it is not a reference."""
    match node:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]}:
            return name
        case {"Fn::GetAtt": str(text)}:
            return text.partition(".")[0]
    return ""
