"""CloudFormation as a custom resource sees it: the order of its events.

Sources, so that each step can be checked:

- "Custom resource request types", CloudFormation User Guide: Create, Update, Delete and their
  fields; a failed Create is followed by a Delete for the id in its response.
- "Replacing a custom resource during an update": an Update whose response has another id is a
  replacement, and the old id gets a Delete, with the old properties, in the clean-up after
  all other resources have succeeded.
- "Understand stack update rollback": resources that were updated are updated back, those that were
  created are deleted in the clean-up of the rollback. The id of a *failed* Update is recorded as
  well (aws-cdk issues 13527 and 22670), so the Update back carries it.
- "Continue rolling back an update": tries what failed again, or skips it.
- AWS re:Post, "Stack stuck in clean-up": a clean-up Delete is tried three times, then
  CloudFormation gives up, and the stack completes.
- "DeletionPolicy attribute": Retain also holds in a rollback (RetainExceptOnCreate is the other).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import partial
from typing import Protocol

from fakes.cloudformation_events import Event
from fakes.cloudformation_events import create as create_event
from localaws.standins.stack_history import StackHistory

_CLEAN_UP_ATTEMPTS = 3


class Status(Enum):
    """The states in which no operation is in progress."""

    ABSENT = auto()
    CREATE_COMPLETE = auto()
    ROLLBACK_COMPLETE = auto()
    ROLLBACK_FAILED = auto()
    UPDATE_COMPLETE = auto()
    UPDATE_ROLLBACK_COMPLETE = auto()
    UPDATE_ROLLBACK_FAILED = auto()
    DELETE_COMPLETE = auto()
    DELETE_FAILED = auto()


STABLE = {status for status in Status if not status.name.endswith("_FAILED")}
# The CDK CLI deletes a stack in ROLLBACK_COMPLETE before it creates it again.
CREATABLE = {Status.ABSENT, Status.DELETE_COMPLETE, Status.ROLLBACK_COMPLETE}
UPDATABLE = {Status.CREATE_COMPLETE, Status.UPDATE_COMPLETE, Status.UPDATE_ROLLBACK_COMPLETE}


@dataclass(frozen=True)
class Declaration:
    """The properties of one resource in a template."""

    user: str
    days: int
    allow_immediate: bool = False
    user_is_token: bool = False
    ignore_missing_user: bool = False

    @property
    def as_properties(self) -> dict[str, object]:
        flag = str(self.allow_immediate).lower()
        event = create_event(
            self.user,
            self.days,
            AllowImmediateExpiration=flag,
            AppInstanceUserIsToken=str(self.user_is_token).lower(),
            MissingUser="IGNORE" if self.ignore_missing_user else "FAIL",
        )
        properties: dict[str, object] = event["ResourceProperties"]
        return properties


Template = Mapping[str, Declaration]


class CustomResourceResponse(Protocol):
    """The response that the function PUT to the ResponseURL."""

    PhysicalResourceId: str

    @property
    def succeeded(self) -> bool: ...


@dataclass(frozen=True)
class Circumstances:
    """What else happens while a stack is deployed.

    CloudFormation handles resources that do not depend on each other in any order, and some of them
    at the same time: with ``in_parallel``, the others still get their events after one has failed.
    ``other_resource_fails_after``: after this number of events, a resource of another type fails.
    """

    in_reverse_order: bool = False
    in_parallel: bool = False
    other_resource_fails_after: int | None = None


@dataclass
class Resource:
    """What CloudFormation records of a resource. ``skipped``: its rollback was skipped."""

    declaration: Declaration
    physical_id: str = ""
    skipped: bool = False


@dataclass(frozen=True)
class _ToDelete:
    logical_id: str
    physical_id: str
    declaration: Declaration


@dataclass
class Stack:
    """One stack. ``send`` delivers an event and returns the response.

    ``retained`` are the logical ids with DeletionPolicy and UpdateReplacePolicy Retain. The users
    that CloudFormation gives up, retains or forgets are kept in sets until ``clear_notes`` is
    called. ``attempted`` are the users of the last template, ``history`` is what the API reports.
    """

    send: Callable[[Event], CustomResourceResponse]
    history: StackHistory
    retained: frozenset[str] = frozenset()
    status: Status = Status.ABSENT
    resources: dict[str, Resource] = field(default_factory=dict)
    given_up: set[str] = field(default_factory=set)
    retained_users: set[str] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)
    attempted: set[str] = field(default_factory=set)
    _before: dict[str, Resource] = field(default_factory=dict)
    _started: list[str] = field(default_factory=list)
    _not_restored: list[str] = field(default_factory=list)
    _clean_up: list[_ToDelete] = field(default_factory=list)
    _rolling_back: bool = False

    # The operations.

    def create(self, template: Template, circumstances: Circumstances) -> None:
        """CreateStack, with rollback on failure."""
        self._start("CREATE_IN_PROGRESS")
        if self._deploy(template, circumstances):
            self._end(Status.CREATE_COMPLETE)
        else:
            self.history.status = "ROLLBACK_IN_PROGRESS"
            self._delete_all(Status.ROLLBACK_COMPLETE, Status.ROLLBACK_FAILED)

    def update(self, template: Template, circumstances: Circumstances) -> None:
        """UpdateStack, with rollback on failure."""
        self._start("UPDATE_IN_PROGRESS")
        if not self._deploy(template, circumstances):
            self.history.status = "UPDATE_ROLLBACK_IN_PROGRESS"
            self._roll_back()
            return
        self.history.status = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
        for logical_id in set(self.resources) - set(template):
            removed = self.resources.pop(logical_id)
            self._clean_up.append(_ToDelete(logical_id, removed.physical_id, removed.declaration))
        self._clean(Status.UPDATE_COMPLETE)

    def continue_rollback(self, *, skip: bool) -> None:
        """ContinueUpdateRollback: skip the resources that failed, or try them again."""
        self.history.status = "UPDATE_ROLLBACK_IN_PROGRESS"
        again, self._not_restored = self._not_restored, []
        for logical_id in again:
            if skip:
                resource = self.resources[logical_id]
                resource.declaration = self._before[logical_id].declaration
                resource.skipped = True
                self.forgotten.add(user_of(self._before[logical_id].physical_id))
            else:
                self._restore(logical_id)
        self._end_rollback()

    def delete(self) -> None:
        """DeleteStack. It also deletes what an earlier one could not delete."""
        self.history.status = "DELETE_IN_PROGRESS"
        self._delete_all(Status.DELETE_COMPLETE, Status.DELETE_FAILED)

    @property
    def is_rolling_back(self) -> bool:
        """Whether the events undo an update that failed."""
        return self._rolling_back

    def clear_notes(self) -> None:
        """Clear the three sets, once the settings have been compared."""
        self.given_up.clear()
        self.retained_users.clear()
        self.forgotten.clear()

    # The steps of an operation.

    def _start(self, status: str) -> None:
        self.history.status = status
        self._before = {name: replace(it) for name, it in self.resources.items()}
        self._started, self._not_restored, self._clean_up = [], [], []
        self._rolling_back = False

    def _end(self, status: Status) -> None:
        self.status = status
        self.history.status = status.name

    def _deploy(self, template: Template, circumstances: Circumstances) -> bool:
        self.attempted = {declaration.user for declaration in template.values()}
        steps: list[Callable[[], bool]] = []
        for logical_id in sorted(template, reverse=circumstances.in_reverse_order):
            existing = self.resources.get(logical_id)
            if existing is None:
                steps.append(partial(self._create, logical_id, template[logical_id]))
            elif existing.declaration != template[logical_id]:
                steps.append(partial(self._update, logical_id, template[logical_id]))
        succeeded = True
        for number, step in enumerate(steps):
            if circumstances.other_resource_fails_after == number:
                succeeded = False
            if succeeded or circumstances.in_parallel:
                succeeded = step() and succeeded
        return succeeded and circumstances.other_resource_fails_after is None

    def _roll_back(self) -> None:
        # The old users are declared again: only the replacements of the rollback are cleaned up.
        self._clean_up, self._rolling_back = [], True
        for logical_id in reversed(self._started):
            if logical_id in self._before:
                self._restore(logical_id)
            else:
                new = self.resources.pop(logical_id)
                self._clean_up.append(_ToDelete(logical_id, new.physical_id, new.declaration))
        self._end_rollback()

    def _restore(self, logical_id: str) -> None:
        if not self._update(logical_id, self._before[logical_id].declaration):
            self._not_restored.append(logical_id)

    def _end_rollback(self) -> None:
        if self._not_restored:
            self._end(Status.UPDATE_ROLLBACK_FAILED)
        else:
            self.history.status = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
            self._clean(Status.UPDATE_ROLLBACK_COMPLETE)

    def _clean(self, status: Status) -> None:
        for old in self._clean_up:
            if old.logical_id in self.retained:
                self._retain(old.logical_id, old.physical_id, old.declaration)
            elif not any(
                self._delete(old.logical_id, old.physical_id, old.declaration)
                for _ in range(_CLEAN_UP_ATTEMPTS)
            ):
                self.given_up.add(user_of(old.physical_id))
        self._clean_up = []
        self._end(status)

    def _delete_all(self, complete: Status, failed: Status) -> None:
        for old in self._clean_up:
            if old.logical_id in self.retained:
                self._retain(old.logical_id, old.physical_id, old.declaration)
        for logical_id, resource in reversed(list(self.resources.items())):
            if logical_id in self.retained:
                self._retain(logical_id, resource.physical_id, resource.declaration)
            elif not self._delete(logical_id, resource.physical_id, resource.declaration):
                continue
            del self.resources[logical_id]
        # After a failed rollback there is more to delete, and the replaced ids are forgotten.
        self._clean_up = [
            old
            for old in self._clean_up
            if old.logical_id not in self.retained
            and not self._delete(old.logical_id, old.physical_id, old.declaration)
        ]
        for logical_id in self._not_restored:
            self.forgotten.add(user_of(self._before[logical_id].physical_id))
        self._not_restored = []
        self._end(failed if self.resources or self._clean_up else complete)

    # The three events.

    def _create(self, logical_id: str, declaration: Declaration) -> bool:
        response = self._deliver(_event("Create", logical_id, declaration))
        self._started.append(logical_id)
        self.resources[logical_id] = Resource(declaration, response.PhysicalResourceId)
        return response.succeeded

    def _update(self, logical_id: str, declaration: Declaration) -> bool:
        resource = self.resources[logical_id]
        old = _ToDelete(logical_id, resource.physical_id, resource.declaration)
        event = _event("Update", logical_id, declaration) | {
            "PhysicalResourceId": old.physical_id,
            "OldResourceProperties": old.declaration.as_properties,
        }
        response = self._deliver(event)
        if not self._rolling_back:
            self._started.append(logical_id)
        resource.declaration = declaration
        resource.physical_id = response.PhysicalResourceId
        if response.succeeded:
            resource.skipped = False
        if response.PhysicalResourceId != old.physical_id:
            if response.succeeded:
                self._clean_up.append(old)
            elif self._rolling_back:
                self.forgotten.add(user_of(old.physical_id))
        return response.succeeded

    def _delete(self, logical_id: str, physical_id: str, declaration: Declaration) -> bool:
        event = _event("Delete", logical_id, declaration) | {"PhysicalResourceId": physical_id}
        return self._deliver(event).succeeded

    def _retain(self, logical_id: str, physical_id: str, declaration: Declaration) -> None:
        self.retained_users.add(user_of(physical_id))
        event = _event("Delete", logical_id, declaration) | {"PhysicalResourceId": physical_id}
        self._record(event, "SKIPPED", physical_id)

    def _deliver(self, event: Event) -> CustomResourceResponse:
        self._record(event, "IN_PROGRESS", event.get("PhysicalResourceId", ""))
        response = self.send(event)
        state = "COMPLETE" if response.succeeded else "FAILED"
        self._record(event, state, response.PhysicalResourceId)
        return response

    def _record(self, event: Event, state: str, physical_id: str) -> None:
        is_delete = event["RequestType"] == "Delete"
        current = self.resources.get(event["LogicalResourceId"])
        self.history.record(
            event["LogicalResourceId"],
            f"{event['RequestType'].upper()}_{state}",
            physical_id,
            event["ResourceProperties"],
            of_replaced_resource=is_delete
            and current is not None
            and current.physical_id != event["PhysicalResourceId"],
        )


def user_of(physical_id: str) -> str:
    """The user in an id of the handler, which may end with the user's earlier days."""
    return physical_id.partition("#")[0]


def _event(request_type: str, logical_id: str, declaration: Declaration) -> Event:
    event = create_event(declaration.user)
    return event | {
        "RequestType": request_type,
        "LogicalResourceId": logical_id,
        "ResourceProperties": declaration.as_properties,
    }
