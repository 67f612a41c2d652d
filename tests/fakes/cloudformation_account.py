"""The reading side of CloudFormation in one region, in memory, with boto3's interface."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
RESOURCE_TYPE = "Custom::ChimeAppInstanceUserExpiration"
UPDATED = datetime(2026, 5, 1, tzinfo=UTC)

_PAGE = 3
_MEMBERS = {
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

    def declares(self, logical_id: str, user: str, days: Any, **resource: Any) -> "FakeStack":
        """Give it a declaration, in the template and deployed."""
        assert isinstance(self.template, dict)
        self.template.setdefault("Resources", {})[logical_id] = {
            "Type": RESOURCE_TYPE,
            "Properties": {"AppInstanceUserArn": user, "ExpirationDays": days},
        }
        return self.has(logical_id, user, **resource)


class CloudFormationAccount:
    """The client. `denied` names actions that are not allowed, `broken` the code of any answer."""

    def __init__(self, *stacks: FakeStack, exports: dict[str, str] | None = None) -> None:
        self.stacks = list(stacks)
        self.exports = exports or {}
        self.denied: set[str] = set()
        self.broken: str | None = None
        self.calls: list[str] = []

    def get_paginator(self, operation: str) -> "_Paginator":
        return _Paginator(self, operation)

    def describe_stacks(self, StackName: str | None = None) -> list[dict[str, Any]]:
        self._admit("DescribeStacks")
        stacks = self.stacks if StackName is None else [self._stack(StackName)]
        return [self._description(stack) for stack in stacks]

    def list_stack_resources(self, StackName: str) -> list[dict[str, Any]]:
        self._admit("ListStackResources")
        return self._stack(StackName).resources

    def list_exports(self) -> list[dict[str, str]]:
        self._admit("ListExports")
        return [{"Name": name, "Value": value} for name, value in self.exports.items()]

    def get_template(self, StackName: str, TemplateStage: str) -> dict[str, Any]:
        self._admit("GetTemplate")
        assert TemplateStage == "Processed"
        return {"TemplateBody": self._stack(StackName).template}

    def _stack(self, name: str) -> FakeStack:
        for stack in self.stacks:
            if name in (stack.name, stack.id):
                return stack
        raise _error("ValidationError", f"Stack with id {name} does not exist")

    def _admit(self, action: str) -> None:
        self.calls.append(action)
        if self.broken:
            raise _error(self.broken, "no")
        if action in self.denied:
            raise _error("AccessDenied", f"not authorized to perform: cloudformation:{action}")

    def _description(self, stack: FakeStack) -> dict[str, Any]:
        parent = {"ParentId": stack.parent_id} if stack.parent_id else {}
        return {
            "StackId": stack.id,
            "StackName": stack.name,
            "StackStatus": stack.status,
            "Parameters": stack.parameters,
            "Outputs": [
                {"OutputKey": key, "OutputValue": value} for key, value in stack.outputs.items()
            ],
            **parent,
        }


class _Paginator:
    def __init__(self, account: CloudFormationAccount, operation: str) -> None:
        self._account = account
        self._operation = operation

    def paginate(self, **parameters: Any) -> Iterator[dict[str, Any]]:
        items = getattr(self._account, self._operation)(**parameters)
        for start in range(0, max(len(items), 1), _PAGE):
            yield {_MEMBERS[self._operation]: items[start : start + _PAGE]}


def _error(code: str, message: str) -> ClientError:
    status = 403 if code == "AccessDenied" else 400
    return ClientError(
        {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status},
        },
        "Any",
    )
