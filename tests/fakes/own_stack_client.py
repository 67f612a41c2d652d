"""CloudFormation as the function asks it about its own stack, in memory, with boto3's interface.

botocore's service model checks what is asked and what is answered.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.exceptions import ClientError
from botocore.model import ServiceModel
from botocore.session import get_session
from botocore.validate import ParamValidator

from fakes.cloudformation_events import Event

_PAGE = 2
_CREATED = datetime(2026, 11, 1, tzinfo=UTC)


class OwnStackClient:
    """One stack. ``starts`` and ``ends`` record what CloudFormation does with a resource.

    ``calls`` are the actions that were called, ``denied`` those that are not allowed. The next
    calls are throttled, as many as ``throttled`` says. ``before_call`` is called with each action.
    """

    def __init__(self) -> None:
        self.status = "UPDATE_IN_PROGRESS"
        self.calls: list[str] = []
        self.denied: set[str] = set()
        self.throttled = 0
        self.before_call: Callable[[str], object] = lambda _: None
        self.events_have_properties = True
        self._resources: dict[str, dict[str, Any]] = {}
        self._newest_first: list[dict[str, Any]] = []

    def starts(self, event: Event, at: datetime) -> str:
        """CloudFormation sends ``event``; return the id of the stack's event."""
        old = event.get("PhysicalResourceId", "")
        return self._record(event, f"{event['RequestType'].upper()}_IN_PROGRESS", at, old)

    def ends(
        self, event: Event, at: datetime, physical_id: str, *, since: str, succeeded: bool = True
    ) -> None:
        """The response to ``event`` arrives. After a later event it is ignored."""
        logical_id = event["LogicalResourceId"]
        newest = next(e for e in self._newest_first if e["LogicalResourceId"] == logical_id)
        if newest["EventId"] == since:
            result = "COMPLETE" if succeeded else "FAILED"
            self._record(event, f"{event['RequestType'].upper()}_{result}", at, physical_id)

    def forget(self, event: Event) -> None:
        """The resource of ``event`` is deleted, and CloudFormation does not list it any more."""
        del self._resources[event["LogicalResourceId"]]

    def describe_stack_resource(self, **parameters: Any) -> dict[str, Any]:
        self._admit("DescribeStackResource", parameters)
        resource = self._resources.get(parameters["LogicalResourceId"])
        if resource is None:
            raise _error("ValidationError", f"Resource {parameters} does not exist for stack")
        return _checked("DescribeStackResource", {"StackResourceDetail": resource})

    def describe_stack_events(self, **parameters: Any) -> dict[str, Any]:
        self._admit("DescribeStackEvents", parameters)
        return _page("DescribeStackEvents", "StackEvents", self._newest_first, parameters)

    def list_stack_resources(self, **parameters: Any) -> dict[str, Any]:
        self._admit("ListStackResources", parameters)
        resources = list(self._resources.values())
        return _page("ListStackResources", "StackResourceSummaries", resources, parameters)

    def describe_stacks(self, **parameters: Any) -> dict[str, Any]:
        self._admit("DescribeStacks", parameters)
        stack = {"StackName": "Name", "StackStatus": self.status, "CreationTime": _CREATED}
        return _checked("DescribeStacks", {"Stacks": [stack]})

    def _admit(self, action: str, parameters: Mapping[str, Any]) -> None:
        self.before_call(action)
        self.calls.append(action)
        _check(_model().operation_model(action).input_shape, parameters)
        if self.throttled:
            self.throttled -= 1
            raise _error("Throttling", "Rate exceeded")
        if action in self.denied:
            raise _error("AccessDenied", f"not authorized to perform: cloudformation:{action}")

    def _record(self, event: Event, status: str, at: datetime, physical_id: str) -> str:
        resource = {
            "LogicalResourceId": event["LogicalResourceId"],
            "PhysicalResourceId": physical_id,
            "ResourceType": event["ResourceType"],
            "ResourceStatus": status,
        }
        if not self._is_clean_up(event):
            self._resources[event["LogicalResourceId"]] = resource | {"LastUpdatedTimestamp": at}
        event_id = str(len(self._newest_first))
        properties = {"ResourceProperties": json.dumps(event["ResourceProperties"])}
        self._newest_first.insert(
            0,
            resource
            | {"EventId": event_id, "StackId": event["StackId"], "StackName": "Name"}
            | {"Timestamp": at}
            | (properties if self.events_have_properties else {}),
        )
        return event_id

    def _is_clean_up(self, event: Event) -> bool:
        """Whether a Delete is for the earlier physical resource of a replacement."""
        resource = self._resources.get(event["LogicalResourceId"])
        if resource is None or event["RequestType"] != "Delete":
            return False
        has_another_id = resource["PhysicalResourceId"] not in ("", event["PhysicalResourceId"])
        return has_another_id and not resource["ResourceStatus"].startswith("DELETE_")


def _page(
    action: str, members: str, everything: list[dict[str, Any]], parameters: Mapping[str, Any]
) -> dict[str, Any]:
    start = int(parameters.get("NextToken", 0))
    end = start + _PAGE
    more = {"NextToken": str(end)} if end < len(everything) else {}
    return _checked(action, {members: everything[start:end], **more})


def _checked(action: str, answer: dict[str, Any]) -> dict[str, Any]:
    _check(_model().operation_model(action).output_shape, answer)
    return answer


def _check(shape: Any, members: Mapping[str, Any]) -> None:
    report = ParamValidator().validate(members, shape)
    unknown = set(members) - set(shape.members)
    assert not report.has_errors(), report.generate_report()
    assert not unknown, f"{shape.name} has no {unknown}"


@cache
def _model() -> ServiceModel:
    return get_session().get_service_model("cloudformation")


def _error(code: str, message: str) -> ClientError:
    error = {"Code": code, "Message": message}
    return ClientError({"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}, "Any")
