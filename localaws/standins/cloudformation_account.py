"""The reading side of CloudFormation, in memory, with boto3's interface."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError

ACCOUNT = "111122223333"
RESOURCE_TYPE = "Custom::ChimeAppInstanceUserExpiration"
UPDATED = datetime(2026, 5, 1, tzinfo=UTC)

_PAGE = 3
_EVENTS_PAGE = 100
_DELETED = "DELETE_COMPLETE"
_MEMBERS = {
    "describe_stack_events": "StackEvents",
    "describe_stacks": "Stacks",
    "list_exports": "Exports",
    "list_stack_resources": "StackResourceSummaries",
}


@dataclass
class FakeStack:
    """One stack of the account. The template may be a text, as boto3 has it for YAML."""

    name: str
    region: str = "us-east-1"
    status: str = "CREATE_COMPLETE"
    template: dict[str, Any] | str = field(default_factory=dict)
    parameters: list[dict[str, str]] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    parent_id: str | None = None
    resources: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    created: datetime = UPDATED
    updated: datetime | None = None

    @property
    def id(self) -> str:
        return f"arn:aws:cloudformation:{self.region}:{ACCOUNT}:stack/{self.name}/0"

    def has(
        self,
        logical_id: str,
        physical_id: str,
        type: str = RESOURCE_TYPE,
        status: str = "CREATE_COMPLETE",
    ) -> "FakeStack":
        """Give it a resource, whatever the template says."""
        self.resources.append(
            {
                "LogicalResourceId": logical_id,
                "PhysicalResourceId": physical_id,
                "ResourceType": type,
                "ResourceStatus": status,
                "LastUpdatedTimestamp": UPDATED,
            }
        )
        return self

    def defines(self, logical_id: str, user: Any, days: Any, **properties: Any) -> "FakeStack":
        """Give its template a declaration."""
        assert isinstance(self.template, dict)
        self.template.setdefault("Resources", {})[logical_id] = {
            "Type": RESOURCE_TYPE,
            "Properties": {"AppInstanceUserArn": user, "ExpirationDays": days, **properties},
        }
        return self

    def declares(self, logical_id: str, user: str, days: Any, **resource: Any) -> "FakeStack":
        """Give it a declaration, in the template and deployed."""
        return self.defines(logical_id, user, days).has(logical_id, user, **resource)

    def reported(
        self,
        status: str,
        physical_id: str,
        at: datetime = UPDATED,
        *,
        logical_id: str = "Guest",
        type: str = RESOURCE_TYPE,
    ) -> "FakeStack":
        """Give it an event, which is newer than all its other ones; an update was in between."""
        self.updated = at
        self.events.insert(
            0,
            {
                "LogicalResourceId": logical_id,
                "PhysicalResourceId": physical_id,
                "ResourceType": type,
                "ResourceStatus": status,
                "Timestamp": at,
            },
        )
        return self


class CloudFormationAccount:
    """The stacks of all regions.

    ``denied`` names actions that are not allowed, ``broken`` the code of any answer. A region is
    ``unreachable`` if its name is wrong, and ``disabled`` until the account enables it. ``pages``
    counts the pages that were read, by the member that they have.
    """

    def __init__(self, *stacks: FakeStack, exports: dict[str, str] | None = None) -> None:
        self.stacks = list(stacks)
        self.exports = exports or {}
        self.denied: set[str] = set()
        self.broken: str | None = None
        self.unreachable: set[str] = set()
        self.disabled: set[str] = set()
        self.calls: list[str] = []
        self.pages: Counter[str] = Counter()

    def cloudformation(self, region: str) -> "CloudFormationRegion":
        return CloudFormationRegion(self, region)


class CloudFormationRegion:
    """The client of one region."""

    def __init__(self, account: CloudFormationAccount, region: str) -> None:
        self._account = account
        self._region = region

    def get_paginator(self, operation: str) -> "_Paginator":
        return _Paginator(self._account, getattr(self, operation), _MEMBERS[operation])

    def describe_stacks(self, StackName: str | None = None) -> list[dict[str, Any]]:
        self._admit("DescribeStacks")
        if StackName is not None:
            return [_description(self._stack(StackName))]
        return [_description(each) for each in self._stacks() if each.status != _DELETED]

    def list_stack_resources(self, StackName: str) -> list[dict[str, Any]]:
        self._admit("ListStackResources")
        return self._stack(StackName).resources

    def describe_stack_events(self, StackName: str) -> list[dict[str, Any]]:
        self._admit("DescribeStackEvents")
        return self._stack(StackName).events

    def list_exports(self) -> list[dict[str, str]]:
        self._admit("ListExports")
        exports = self._account.exports.items()
        return [{"Name": name, "Value": value} for name, value in exports]

    def get_template(self, StackName: str, TemplateStage: str) -> dict[str, Any]:
        self._admit("GetTemplate")
        assert TemplateStage == "Processed"
        stack = self._stack(StackName)
        if stack.status == "REVIEW_IN_PROGRESS":
            raise _error("ValidationError", f"Stack {stack.name} has no template yet")
        return {"TemplateBody": stack.template}

    def _stacks(self) -> list[FakeStack]:
        return [stack for stack in self._account.stacks if stack.region == self._region]

    def _stack(self, name: str) -> FakeStack:
        for stack in self._stacks():
            # A deleted stack has lost its name.
            if name == stack.id or (name == stack.name and stack.status != _DELETED):
                return stack
        raise _error("ValidationError", f"Stack with id {name} does not exist")

    def _admit(self, action: str) -> None:
        account = self._account
        account.calls.append(action)
        if account.broken:
            raise _error(account.broken, "no")
        if self._region in account.unreachable:
            raise EndpointConnectionError(endpoint_url=f"https://{self._region}")
        if self._region in account.disabled:
            raise _error("InvalidClientTokenId", "The security token is invalid")
        if action in account.denied:
            raise _error("AccessDenied", f"not authorized to perform: cloudformation:{action}")


class _Paginator:
    def __init__(
        self, account: CloudFormationAccount, operation: Callable[..., list[Any]], members: str
    ) -> None:
        self._account = account
        self._operation = operation
        self._members = members

    def paginate(self, **parameters: Any) -> Iterator[dict[str, Any]]:
        items = self._operation(**parameters)
        page = _EVENTS_PAGE if self._members == "StackEvents" else _PAGE
        for start in range(0, max(len(items), 1), page):
            self._account.pages[self._members] += 1
            yield {self._members: items[start : start + page]}


def _description(stack: FakeStack) -> dict[str, Any]:
    description = {
        "StackId": stack.id,
        "StackName": stack.name,
        "StackStatus": stack.status,
        "CreationTime": stack.created,
        "Parameters": stack.parameters,
        "Outputs": [
            {"OutputKey": key, "OutputValue": value} for key, value in stack.outputs.items()
        ],
        "ParentId": stack.parent_id,
        "LastUpdatedTime": stack.updated,
    }
    return {name: value for name, value in description.items() if value is not None}


def _error(code: str, message: str) -> ClientError:
    status = 403 if code == "AccessDenied" else 400
    return ClientError(
        {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status},
        },
        "Any",
    )
