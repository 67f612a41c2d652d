"""What CloudFormation reports about the stack that an event comes from.

Only rare events ask: one that had to wait, one that has to undo a creation, one whose user another
declaration of the stack may have.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.physical_id import PhysicalId
from chime_expiration_handler.contract.properties import ExpirationProperties
from chime_expiration_handler.service.calls import Call, CallError
from chime_expiration_handler.service.failures import FailureKind
from chime_expiration_handler.service.retry_budget import (
    CONNECT_SECONDS,
    READ_SECONDS,
    RetryBudget,
)


class StackLookupError(Exception):
    """A read of CloudFormation failed; the text names the action and the reason."""

    def __init__(self, action: str, detail: str, *, is_access_denied: bool = False) -> None:
        super().__init__(f"cloudformation:{action} failed with {detail}")
        self.action = action
        self.detail = detail
        self.is_access_denied = is_access_denied


@cache
def cloudformation_client(region: str) -> Any:
    """The client for a region. It does not retry: that is up to RetryBudget."""
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 1},
    )
    return boto3.client("cloudformation", region_name=region, config=config)


@dataclass(frozen=True, slots=True)
class StackResource:
    """One resource of the stack, as CloudFormation describes it.

    ``properties`` are those of the stack's events, in which references are resolved; None where the
    resource was described without them. ``event_id`` identifies the event.
    """

    status: str
    updated: datetime
    physical_id: PhysicalId | None
    properties: Mapping[str, Any] | None = None
    event_id: str = ""

    @property
    def is_deleted(self) -> bool:
        """Whether CloudFormation has deleted it, or is about to."""
        return self.status.startswith("DELETE_")

    @property
    def is_undone(self) -> bool:
        """Whether it is deleted, or its last event failed or was cancelled."""
        return self.is_deleted or self.status.endswith("_FAILED")

    def declared(self) -> ExpirationProperties | None:
        """What the resource declares, or None where CloudFormation has not got that far.

        Raises StackLookupError where the event does not contain it.
        """
        if self.is_undone:
            return None
        if self.properties is None:
            raise StackLookupError("DescribeStackEvents", "an event without ResourceProperties")
        try:
            return ExpirationProperties.parse(self.properties)
        except ValueError:
            return None


class OwnStack:
    """The stack of ``event``. Every method raises StackLookupError."""

    def __init__(
        self,
        event: Mapping[str, Any],
        retry_budget: RetryBudget,
        client_in: Callable[[str], Any] = cloudformation_client,
    ) -> None:
        self._stack_id: str = event["StackId"]
        self._logical_id: str = event["LogicalResourceId"]
        self._resource_type: str = event["ResourceType"]
        self._retry_budget = retry_budget
        self._client_in = client_in

    def resource(self) -> StackResource | None:
        """The resource of the event, or None where the stack does not have it."""
        try:
            response = self._call(
                "DescribeStackResource",
                "describe_stack_resource",
                LogicalResourceId=self._logical_id,
            )
        except StackLookupError as error:
            if "does not exist" in error.detail:
                return None
            raise
        detail = response["StackResourceDetail"]
        return StackResource(
            status=detail["ResourceStatus"],
            updated=detail["LastUpdatedTimestamp"],
            physical_id=PhysicalId.parse(detail.get("PhysicalResourceId") or ""),
        )

    def last_event(
        self, logical_id: str | None = None, *, and_is_there: bool
    ) -> StackResource | None:
        """The newest event of a resource (default: the one of the event); None without any.

        ``and_is_there``: events of a deletion are those of an earlier physical resource of the same
        logical id, which is cleaned up after a replacement, and are left out.
        """
        wanted = logical_id or self._logical_id
        # Newest first ("Returns all stack related events … in reverse chronological order").
        for event in self._pages("DescribeStackEvents", "describe_stack_events", "StackEvents"):
            is_deletion = event["ResourceStatus"].startswith("DELETE_")
            if event["LogicalResourceId"] == wanted and not (is_deletion and and_is_there):
                return _from_event(event)
        return None

    def sent_for(self, user: AppInstanceUserArn) -> datetime | None:
        """When the newest Create or Update of this resource for ``user`` was sent, or None."""
        for event in self._pages("DescribeStackEvents", "describe_stack_events", "StackEvents"):
            if event["LogicalResourceId"] == self._logical_id:
                resource = _from_event(event)
                if resource.status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"):
                    declared = resource.declared()
                    if declared and declared.user == user:
                        return resource.updated
        return None

    def others_declaring(self, user: AppInstanceUserArn) -> list[str]:
        """The logical ids of the other declarations of the stack that stand for ``user`` now."""
        found = []
        for each in self._pages(
            "ListStackResources", "list_stack_resources", "StackResourceSummaries"
        ):
            physical_id = PhysicalId.parse(each.get("PhysicalResourceId") or "")
            if (
                each["ResourceType"] == self._resource_type
                and each["LogicalResourceId"] != self._logical_id
                and physical_id is not None
                and physical_id.user == user
                and not each["ResourceStatus"].startswith("DELETE_")
            ):
                found.append(each["LogicalResourceId"])
        return found

    def is_rolling_back(self) -> bool:
        """Whether CloudFormation undoes the deployment, of the whole stack or of its last update.

        A Delete during an update's rollback is for a resource that this update created.
        """
        [stack] = self._call("DescribeStacks", "describe_stacks")["Stacks"]
        return "ROLLBACK" in stack["StackStatus"]

    def _pages(self, action: str, operation: str, members: str) -> Iterator[Mapping[str, Any]]:
        position: dict[str, str] = {}
        while True:
            page = self._call(action, operation, **position)
            yield from page[members]
            if not page.get("NextToken"):
                return
            position = {"NextToken": page["NextToken"]}

    def _call(self, action: str, operation: str, **parameters: str) -> Mapping[str, Any]:
        def call() -> Mapping[str, Any]:
            client = self._client_in(self._stack_id.split(":")[3])
            response: Mapping[str, Any] = getattr(client, operation)(
                StackName=self._stack_id, **parameters
            )
            return response

        try:
            return Call(self._retry_budget).run(call)
        except CallError as error:
            denied = error.failure.kind is FailureKind.ACCESS_DENIED
            raise StackLookupError(action, error.failure.detail, is_access_denied=denied) from error


def _from_event(event: Mapping[str, Any]) -> StackResource:
    properties = event.get("ResourceProperties")
    try:
        parsed = json.loads(properties) if properties else None
    except ValueError as error:
        raise StackLookupError("DescribeStackEvents", "ResourceProperties are not JSON") from error
    return StackResource(
        status=event["ResourceStatus"],
        updated=event["Timestamp"],
        physical_id=PhysicalId.parse(event.get("PhysicalResourceId") or ""),
        properties=parsed if isinstance(parsed, dict) else None,
        event_id=event["EventId"],
    )
