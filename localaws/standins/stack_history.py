"""What CloudFormation reports about one stack, with the method names of boto3's client."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

_PAGE = 100


@dataclass
class _Resource:
    physical_id: str
    status: str
    updated: datetime


class StackHistory:
    """The status, the resources and the events of one stack.

    A caller records what happens; the operations of boto3's client report it: events newest first,
    ``ResourceProperties`` as JSON in which each value is a string, and a physical id only once the
    creation has succeeded or failed.

    ``forgets_deleted``: a resource that was deleted does not exist any more, as in a stack that
    goes on; otherwise it is reported with DELETE_COMPLETE, as in a stack that was rolled back or
    deleted. ``resource_type`` is the type of all resources.
    """

    def __init__(
        self,
        stack_id: str,
        resource_type: str,
        now: Callable[[], datetime],
        *,
        forgets_deleted: bool = False,
        page_size: int = _PAGE,
    ) -> None:
        self.stack_id = stack_id
        self.status = "CREATE_IN_PROGRESS"
        self.calls: list[str] = []
        self._resource_type = resource_type
        self._now = now
        self._forgets_deleted = forgets_deleted
        self._page_size = page_size
        self._resources: dict[str, _Resource] = {}
        self._events: list[dict[str, Any]] = []

    def record(
        self,
        logical_id: str,
        status: str,
        physical_id: str,
        properties: Mapping[str, object],
        *,
        of_replaced_resource: bool = False,
    ) -> None:
        """Note an event of a resource.

        ``of_replaced_resource``: the physical resource that is deleted was replaced by another one,
        whose status is that of the logical id.
        """
        self._events.append(
            {
                "EventId": f"{logical_id}-{status}-{len(self._events)}",
                "LogicalResourceId": logical_id,
                "PhysicalResourceId": physical_id,
                "ResourceStatus": status,
                "ResourceType": self._resource_type,
                "ResourceProperties": json.dumps(properties),
                "StackId": self.stack_id,
                "Timestamp": self._now(),
            }
        )
        if of_replaced_resource:
            return
        if status == "DELETE_COMPLETE" and self._forgets_deleted:
            self._resources.pop(logical_id, None)
        else:
            self._resources[logical_id] = _Resource(physical_id, status, self._now())

    # The operations of boto3's client.

    def describe_stacks(self, StackName: str) -> dict[str, Any]:
        self._admit("DescribeStacks", StackName)
        return {"Stacks": [{"StackId": self.stack_id, "StackStatus": self.status}]}

    def describe_stack_resource(self, StackName: str, LogicalResourceId: str) -> dict[str, Any]:
        self._admit("DescribeStackResource", StackName)
        resource = self._resources.get(LogicalResourceId)
        if resource is None:
            raise _validation_error(
                f"Resource {LogicalResourceId} does not exist for stack {StackName}",
                "DescribeStackResource",
            )
        return {"StackResourceDetail": self._described(LogicalResourceId, resource)}

    def describe_stack_events(self, StackName: str, NextToken: str = "0") -> dict[str, Any]:
        self._admit("DescribeStackEvents", StackName)
        # A token stands for a place in the past: newer events do not move the pages.
        newest = len(self._events) - 1
        first = int(NextToken) - 1 if int(NextToken) else newest
        page = [self._events[place] for place in range(first, max(first - self._page_size, -1), -1)]
        rest = first - self._page_size + 1
        return {"StackEvents": page} | ({"NextToken": str(rest)} if rest > 0 else {})

    def list_stack_resources(self, StackName: str, NextToken: str = "") -> dict[str, Any]:
        self._admit("ListStackResources", StackName)
        # A token is the last name of a page: resources that are deleted do not move the next one.
        names = sorted(name for name in self._resources if name > NextToken)
        page = names[: self._page_size]
        return {
            "StackResourceSummaries": [self._described(it, self._resources[it]) for it in page]
        } | ({"NextToken": page[-1]} if len(page) < len(names) else {})

    def _admit(self, action: str, stack_name: str) -> None:
        self.calls.append(action)
        if stack_name != self.stack_id:
            raise _validation_error(f"Stack with id {stack_name} does not exist", action)

    def _described(self, logical_id: str, resource: _Resource) -> dict[str, Any]:
        description = {
            "LogicalResourceId": logical_id,
            "ResourceStatus": resource.status,
            "ResourceType": self._resource_type,
            # The API has two names for it: one for a detail, one for a summary and an event.
            "LastUpdatedTimestamp": resource.updated,
            "Timestamp": resource.updated,
        }
        if resource.physical_id:
            description["PhysicalResourceId"] = resource.physical_id
        return description


def _validation_error(message: str, action: str) -> ClientError:
    return ClientError(
        {
            "Error": {"Code": "ValidationError", "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": 400},
        },
        action,
    )
