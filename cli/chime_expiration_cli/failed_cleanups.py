"""Finds the users that keep an expiration although no stack declares it any more.

When a declaration or a policy is removed, or a declaration gets another user, CloudFormation
deletes the old resource after the update. If this fails three times, it does not try again, and the
stack is still UPDATE_COMPLETE. Only the events of the stack report this.
"""

import json
from collections.abc import Hashable, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from chime_expiration_cli.cloudformation.api import CloudFormation
from chime_expiration_cli.cloudformation.deployed_stack import DeployedStack
from chime_expiration_cli.declarations import Declaration, DeploymentState
from chime_expiration_cli.declared_policies import DeclaredPolicy, app_instance_in
from chime_expiration_handler.contract.physical_id import PhysicalId
from chime_expiration_handler.contract.policy_properties import (
    POLICY_RESOURCE_TYPE,
    STATE_MACHINE_ARN,
    TABLE_NAME,
)
from chime_expiration_handler.contract.properties import RESOURCE_TYPE

# "CloudFormation returns events for the past 90 days": DescribeStackEvents, API Reference.
_EVENTS_ARE_KEPT = timedelta(days=90)

# Most stacks of an account never had a declaration. One page is read of each of them.
_EVENTS_WITHOUT_DECLARATIONS = 100


def failed_cleanups(
    stack: DeployedStack, cloudformation: CloudFormation, now: datetime
) -> list[Declaration | DeclaredPolicy]:
    """What ``stack`` has declared once, and removed without a clean-up of the users.

    Raises AccessDeniedError, StackNotFoundError and CommandError.
    """
    # Without an update there was no clean-up. While one is in progress, it can still succeed.
    if stack.updated_at is None or stack.updated_at < now - _EVENTS_ARE_KEPT:
        return []
    if stack.is_in_progress:
        return []
    decided = {
        _identity(resource.type, resource.logical_id, resource.physical_id)
        for resource in stack.resources
    }
    has_declarations = stack.has_any(RESOURCE_TYPE, POLICY_RESOURCE_TYPE)
    most = None if has_declarations else _EVENTS_WITHOUT_DECLARATIONS
    failed: list[Declaration | DeclaredPolicy] = []
    for event in islice(cloudformation.events(stack.id), most):
        status = event.get("ResourceStatus", "")
        if not status.startswith("DELETE_"):
            continue
        identity = _identity(
            event.get("ResourceType", ""),
            event.get("LogicalResourceId", ""),
            event.get("PhysicalResourceId", ""),
        )
        if identity is None or identity in decided:
            continue
        # The newest of its events decides: DELETE_SKIPPED stands for a user that is retained.
        decided.add(identity)
        if status == "DELETE_FAILED":
            failed.append(
                _declaration(stack, event)
                if event["ResourceType"] == RESOURCE_TYPE
                else _policy(stack, event)
            )
    return failed


def _identity(resource_type: str, logical_id: str, physical_id: str) -> Hashable:
    """What tells one declaration from another; None for any other resource."""
    if resource_type == RESOURCE_TYPE:
        known = PhysicalId.parse(physical_id)
        return known.user if known else None
    if resource_type == POLICY_RESOURCE_TYPE and app_instance_in(physical_id):
        # A stack can have several policies for one AppInstance.
        return logical_id, physical_id
    return None


def _declaration(stack: DeployedStack, event: Mapping[str, Any]) -> Declaration:
    known = PhysicalId.parse(event["PhysicalResourceId"])
    return Declaration(
        stack=stack,
        logical_id=event["LogicalResourceId"],
        deployment=DeploymentState.CLEANUP_FAILED,
        user=known.user if known else None,
        expected_days=None,
        resource_status=event["ResourceStatus"],
        updated_at=event["Timestamp"],
    )


def _policy(stack: DeployedStack, event: Mapping[str, Any]) -> DeclaredPolicy:
    try:
        properties = json.loads(event.get("ResourceProperties", ""))
        names = [str(properties.get(name, "")) for name in (TABLE_NAME, STATE_MACHINE_ARN)]
    except (ValueError, AttributeError):
        names = ["", ""]
    return DeclaredPolicy(
        stack=stack,
        logical_id=event["LogicalResourceId"],
        deployment=DeploymentState.CLEANUP_FAILED,
        app_instance=app_instance_in(event["PhysicalResourceId"]),
        expected=None,
        table_name=names[0],
        state_machine_arn=names[1],
        resource_status=event["ResourceStatus"],
        updated_at=event["Timestamp"],
    )
