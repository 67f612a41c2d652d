"""Stacks of CloudFormation: how they are, and when they are stable."""

from time import monotonic
from typing import Any

from botocore.exceptions import ClientError

from proof.place import Place

NOT_BEGUN = "REVIEW_IN_PROGRESS"
"""A stack without resources, which waits for the execution of a change set. It has no end."""

_LONGEST = 2 * 3600.0
"""Seconds. A custom resource whose function does not respond fails after an hour at most."""


class StackError(Exception):
    """An operation on a stack failed. The message has the reasons that CloudFormation gives."""


def stack_of(place: Place, name: str) -> dict[str, Any] | None:
    """Return a stack, or None if it does not exist."""
    cloudformation = place.client("cloudformation")
    try:
        [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return None if stack["StackStatus"] == "DELETE_COMPLETE" else dict(stack)


def wait_until_stable(place: Place, name: str) -> dict[str, Any] | None:
    """Return a stack when no operation is in progress, or None when it does not exist.

    Raises StackError after two hours.
    """
    deadline = monotonic() + _LONGEST
    while True:
        stack = stack_of(place, name)
        if stack is None or is_stable(str(stack["StackStatus"])):
            return stack
        if monotonic() > deadline:
            raise StackError(f"{name} is {stack['StackStatus']} for two hours: wait, then go on")
        place.wait(0.2 if place.is_local else 5)


def is_stable(status: str) -> bool:
    """Return whether no operation is in progress in a status."""
    return status == NOT_BEGUN or not status.endswith("_IN_PROGRESS")


def events_of(place: Place, name: str) -> str:
    """Return why resources failed, each with its logical id."""
    events = place.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
    return "; ".join(
        f"{event['LogicalResourceId']} {event['ResourceStatus']}: "
        f"{event.get('ResourceStatusReason', 'no reason given')}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("_FAILED")
    )
