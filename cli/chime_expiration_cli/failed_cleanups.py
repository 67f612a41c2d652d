"""Finds the users that keep an expiration although no stack declares it any more.

When a declaration is removed, or gets another user, CloudFormation deletes the old resource after
the update. If this fails three times, it does not try again, and the stack is still
UPDATE_COMPLETE. Only the events of the stack report this.
"""

from datetime import datetime, timedelta
from itertools import islice

from chime_expiration_cli.cloudformation.api import CloudFormation
from chime_expiration_cli.cloudformation.deployed_stack import DeployedStack
from chime_expiration_cli.declarations import Declaration, DeploymentState
from chime_expiration_handler.contract.physical_id import PhysicalId
from chime_expiration_handler.contract.properties import RESOURCE_TYPE

# "CloudFormation returns events for the past 90 days": DescribeStackEvents, API Reference.
_EVENTS_ARE_KEPT = timedelta(days=90)

# Most stacks of an account never had a declaration. One page is read of each of them.
_EVENTS_WITHOUT_DECLARATIONS = 100


def failed_cleanups(
    stack: DeployedStack, cloudformation: CloudFormation, now: datetime
) -> list[Declaration]:
    """The declarations that ``stack`` has removed without a clean-up of their users.

    Raises AccessDeniedError, StackNotFoundError and CommandError.
    """
    # Without an update there was no clean-up. While one is in progress, it can still succeed.
    if stack.updated_at is None or stack.updated_at < now - _EVENTS_ARE_KEPT:
        return []
    if stack.is_in_progress:
        return []
    decided = {
        known.user
        for resource in stack.resources
        if resource.type == RESOURCE_TYPE and (known := PhysicalId.parse(resource.physical_id))
    }
    most = None if stack.has_any(RESOURCE_TYPE) else _EVENTS_WITHOUT_DECLARATIONS
    failed = []
    for event in islice(cloudformation.events(stack.id), most):
        status = event.get("ResourceStatus", "")
        if event.get("ResourceType") != RESOURCE_TYPE or not status.startswith("DELETE_"):
            continue
        known = PhysicalId.parse(event.get("PhysicalResourceId", ""))
        if known is None or known.user in decided:
            continue
        # The newest of its events decides: DELETE_SKIPPED stands for a user that is retained.
        decided.add(known.user)
        if status == "DELETE_FAILED":
            failed.append(
                Declaration(
                    stack=stack,
                    logical_id=event["LogicalResourceId"],
                    deployment=DeploymentState.CLEANUP_FAILED,
                    user=known.user,
                    expected_days=None,
                    resource_status=status,
                    updated_at=event["Timestamp"],
                )
            )
    return failed
