"""Lists from the services what has the name of a run."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from proof.place import Place

# CloudFormation puts these before the name that it makes from the stack and the resource.
_LOG_GROUP_PREFIXES = ("", "/aws/cloudformation/", "/aws/lambda/")


@dataclass(frozen=True, order=True)
class Thing:
    """A resource. ``handle`` is what a call to delete it takes: an ARN or a name."""

    kind: str
    name: str
    handle: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def things_of_run(place: Place) -> list[Thing]:
    """Return everything of the run that exists, in all services that it uses."""
    found = [
        Thing(kind, name, handle)
        for kind, list_all in _LISTS.items()
        for name, handle in list_all(place)
        if place.run.owns(_own_name(kind, name))
    ]
    return sorted(set(found))


def things_of_kind(place: Place, kind: str) -> list[Thing]:
    """Return those of one kind."""
    return sorted(
        Thing(kind, name, handle)
        for name, handle in set(_LISTS[kind](place))
        if place.run.owns(_own_name(kind, name))
    )


def _own_name(kind: str, name: str) -> str:
    if kind != "log group":
        return name
    for prefix in reversed(_LOG_GROUP_PREFIXES):
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return name


Named = Iterable[tuple[str, str]]


def _stacks(place: Place) -> Named:
    for stack in _pages(place, "cloudformation", "describe_stacks", "Stacks"):
        if stack["StackStatus"] != "DELETE_COMPLETE":
            yield stack["StackName"], stack["StackId"]


def _app_instances(place: Place) -> Named:
    # boto3 has no paginator for this call.
    chime = place.client("chime-sdk-identity")
    more: dict[str, str] = {}
    while True:
        page = chime.list_app_instances(MaxResults=50, **more)
        for each in page["AppInstances"]:
            yield each["Name"], each["AppInstanceArn"]
        if not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}


def count_other_app_instances(place: Place) -> int:
    """Return how many AppInstances of the region are not of the run: those of applications."""
    return sum(not place.run.owns(name) for name, _ in _app_instances(place))


def _roles(place: Place) -> Named:
    return _named(_pages(place, "iam", "list_roles", "Roles"), "RoleName")


def _functions(place: Place) -> Named:
    return _named(_pages(place, "lambda", "list_functions", "Functions"), "FunctionName")


def _log_groups(place: Place) -> Named:
    for prefix in _LOG_GROUP_PREFIXES:
        groups = _pages(
            place,
            "logs",
            "describe_log_groups",
            "logGroups",
            logGroupNamePrefix=f"{prefix}{place.run.name}",
        )
        yield from _named(groups, "logGroupName")


def _tables(place: Place) -> Named:
    return ((name, name) for name in _pages(place, "dynamodb", "list_tables", "TableNames"))


def _queues(place: Place) -> Named:
    queues = _pages(place, "sqs", "list_queues", "QueueUrls", QueueNamePrefix=place.run.name)
    return ((url.rpartition("/")[2], url) for url in queues)


def _rules(place: Place) -> Named:
    return _named(_pages(place, "events", "list_rules", "Rules", NamePrefix=place.run.name), "Name")


def _state_machines(place: Place) -> Named:
    machines = _pages(place, "stepfunctions", "list_state_machines", "stateMachines")
    return _named(machines, "name", "stateMachineArn")


def _buckets(place: Place) -> Named:
    return _named(place.client("s3").list_buckets().get("Buckets", []), "Name")


def _topics(place: Place) -> Named:
    topics = _pages(place, "sns", "list_topics", "Topics")
    return ((each["TopicArn"].rpartition(":")[2], each["TopicArn"]) for each in topics)


def _alarms(place: Place) -> Named:
    alarms = _pages(
        place, "cloudwatch", "describe_alarms", "MetricAlarms", AlarmNamePrefix=place.run.name
    )
    return _named(alarms, "AlarmName")


def _pages(
    place: Place, service: str, operation: str, member: str, **parameters: Any
) -> Iterator[Any]:
    for page in place.client(service).get_paginator(operation).paginate(**parameters):
        yield from page.get(member, [])


def _named(things: Iterable[dict[str, Any]], name: str, handle: str | None = None) -> Named:
    return ((each[name], each[handle or name]) for each in things)


_LISTS: dict[str, Callable[[Place], Named]] = {
    "stack": _stacks,
    "AppInstance": _app_instances,
    "role": _roles,
    "function": _functions,
    "log group": _log_groups,
    "table": _tables,
    "queue": _queues,
    "rule": _rules,
    "state machine": _state_machines,
    "bucket": _buckets,
    "topic": _topics,
    "alarm": _alarms,
}
