"""CloudFormation as far as a custom resource can tell: which event follows which.

Sources, so that each step can be checked:

- "Custom resource request types", CloudFormation User Guide: Create, Update, Delete and their
  fields; a failed Create is followed by a Delete for the id that was answered.
- "Replacing a custom resource during an update": an Update that answers another id is a
  replacement, and the old id gets a Delete, with the old properties, in the clean-up after
  everything else has succeeded.
- "Understand stack update rollback": resources that were updated are updated back, those that were
  created are deleted in the clean-up of the rollback. The id of a *failed* Update is recorded as
  well (aws-cdk issues 13527 and 22670), so the Update back carries it.
- "Continue rolling back an update": tries what failed again, or skips it.
- AWS re:Post, "Stack stuck in clean-up": a clean-up Delete is tried three times, then given up, and
  the stack completes.
- "DeletionPolicy attribute": Retain also holds in a rollback (RetainExceptOnCreate is the other).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import partial
from typing import Protocol

from fakes.cloudformation_events import Event
from fakes.cloudformation_events import create as create_event

_CLEAN_UP_ATTEMPTS = 3


class Status(Enum):
    """The states that a stack rests in."""

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
# The CDK CLI deletes what is left of a stack that was rolled back before it creates it again.
CREATABLE = {Status.ABSENT, Status.DELETE_COMPLETE, Status.ROLLBACK_COMPLETE}
UPDATABLE = {Status.CREATE_COMPLETE, Status.UPDATE_COMPLETE, Status.UPDATE_ROLLBACK_COMPLETE}


@dataclass(frozen=True)
class Declaration:
    """The properties of one resource in a template."""

    user: str
    days: int
    allow_immediate: bool = False
    user_is_a_token: bool = False

    @property
    def as_properties(self) -> dict[str, object]:
        flag = str(self.allow_immediate).lower()
        event = create_event(
            self.user,
            self.days,
            AllowImmediateExpiration=flag,
            AppInstanceUserMayChange=str(self.user_is_a_token).lower(),
        )
        properties: dict[str, object] = event["ResourceProperties"]
        return properties


Template = Mapping[str, Declaration]


class Answer(Protocol):
    """What the function PUT to the ResponseURL."""

    PhysicalResourceId: str

    @property
    def succeeded(self) -> bool: ...


@dataclass(frozen=True)
class Circumstances:
    """What else goes on while a stack is deployed.

    Of resources that do not depend on each other CloudFormation begins as many as it likes:
    ``in_parallel`` lets the rest have its events after one has failed. ``elsewhere_fails_after``
    so many events a resource that is not ours fails.
    """

    backwards: bool = False
    in_parallel: bool = False
    elsewhere_fails_after: int | None = None


@dataclass
class Resource:
    """What CloudFormation knows of a resource. ``skipped``: its rollback was, so it knows less."""

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
    """One stack. ``send`` delivers an event and returns the answer.

    ``retained`` are the logical ids with DeletionPolicy and UpdateReplacePolicy Retain. What
    CloudFormation gives up, leaves alone on request, or forgets is kept in sets of physical ids
    until ``settled`` is called.
    """

    send: Callable[[Event], Answer]
    retained: frozenset[str] = frozenset()
    status: Status = Status.ABSENT
    resources: dict[str, Resource] = field(default_factory=dict)
    given_up: set[str] = field(default_factory=set)
    left_alone: set[str] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)
    _before: dict[str, Resource] = field(default_factory=dict)
    _begun: list[str] = field(default_factory=list)
    _not_restored: list[str] = field(default_factory=list)
    _clean_up: list[_ToDelete] = field(default_factory=list)
    _rolling_back: bool = False

    # What an operator does.

    def create(self, template: Template, how: Circumstances) -> None:
        """CreateStack, with rollback on failure."""
        self._begin()
        if self._deploy(template, how):
            self.status = Status.CREATE_COMPLETE
        else:
            self._delete_all(Status.ROLLBACK_COMPLETE, Status.ROLLBACK_FAILED)

    def update(self, template: Template, how: Circumstances) -> None:
        """UpdateStack, with rollback on failure."""
        self._begin()
        if not self._deploy(template, how):
            self._roll_back()
            return
        for logical_id in set(self.resources) - set(template):
            gone = self.resources.pop(logical_id)
            self._clean_up.append(_ToDelete(logical_id, gone.physical_id, gone.declaration))
        self._clean(Status.UPDATE_COMPLETE)

    def continue_rollback(self, *, skip: bool) -> None:
        """ContinueUpdateRollback, skipping what failed or trying it again."""
        again, self._not_restored = self._not_restored, []
        for logical_id in again:
            if skip:
                resource = self.resources[logical_id]
                resource.declaration = self._before[logical_id].declaration
                resource.skipped = True
                self.forgotten.add(self._before[logical_id].physical_id)
            else:
                self._restore(logical_id)
        self._end_rollback()

    def delete(self) -> None:
        """DeleteStack; what a failed one left is tried again by the next."""
        self._delete_all(Status.DELETE_COMPLETE, Status.DELETE_FAILED)

    def declares_elsewhere(self, event: Event, user: object) -> bool:
        """What ListStackResources says: whether another resource has the user as its id."""
        return any(
            resource.physical_id == str(user)
            for logical_id, resource in self.resources.items()
            if logical_id != event["LogicalResourceId"]
        )

    def settled(self) -> None:
        """Forget what was noted for whoever compares the world with the stack."""
        self.given_up.clear()
        self.left_alone.clear()
        self.forgotten.clear()

    # What CloudFormation does.

    def _begin(self) -> None:
        self._before = {name: replace(it) for name, it in self.resources.items()}
        self._begun, self._not_restored, self._clean_up = [], [], []
        self._rolling_back = False

    def _deploy(self, template: Template, how: Circumstances) -> bool:
        steps: list[Callable[[], bool]] = []
        for logical_id in sorted(template, reverse=how.backwards):
            known = self.resources.get(logical_id)
            if known is None:
                steps.append(partial(self._create, logical_id, template[logical_id]))
            elif known.declaration != template[logical_id]:
                steps.append(partial(self._update, logical_id, template[logical_id]))
        succeeded = True
        for number, step in enumerate(steps):
            if how.elsewhere_fails_after == number:
                succeeded = False
            if succeeded or how.in_parallel:
                succeeded = step() and succeeded
        return succeeded and how.elsewhere_fails_after is None

    def _roll_back(self) -> None:
        # The old ones are wanted again: only the rollback's own replacements are cleaned up.
        self._clean_up, self._rolling_back = [], True
        for logical_id in reversed(self._begun):
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
            self.status = Status.UPDATE_ROLLBACK_FAILED
        else:
            self._clean(Status.UPDATE_ROLLBACK_COMPLETE)

    def _clean(self, status: Status) -> None:
        for old in self._clean_up:
            if old.logical_id in self.retained:
                self.left_alone.add(old.physical_id)
            elif not any(
                self._delete(old.logical_id, old.physical_id, old.declaration)
                for _ in range(_CLEAN_UP_ATTEMPTS)
            ):
                self.given_up.add(old.physical_id)
        self._clean_up = []
        self.status = status

    def _delete_all(self, complete: Status, failed: Status) -> None:
        for old in self._clean_up:
            if old.logical_id in self.retained:
                self.left_alone.add(old.physical_id)
        for logical_id, resource in reversed(list(self.resources.items())):
            if logical_id in self.retained:
                self.left_alone.add(resource.physical_id)
            elif not self._delete(logical_id, resource.physical_id, resource.declaration):
                continue
            del self.resources[logical_id]
        # A stack whose rollback had failed has more to delete, and lost sight of what it replaced.
        self._clean_up = [
            old
            for old in self._clean_up
            if old.logical_id not in self.retained
            and not self._delete(old.logical_id, old.physical_id, old.declaration)
        ]
        for logical_id in self._not_restored:
            self.forgotten.add(self._before[logical_id].physical_id)
        self._not_restored = []
        self.status = failed if self.resources or self._clean_up else complete

    # The three events.

    def _create(self, logical_id: str, declaration: Declaration) -> bool:
        answer = self.send(_event("Create", logical_id, declaration))
        self._begun.append(logical_id)
        self.resources[logical_id] = Resource(declaration, answer.PhysicalResourceId)
        return answer.succeeded

    def _update(self, logical_id: str, declaration: Declaration) -> bool:
        resource = self.resources[logical_id]
        old = _ToDelete(logical_id, resource.physical_id, resource.declaration)
        event = _event("Update", logical_id, declaration) | {
            "PhysicalResourceId": old.physical_id,
            "OldResourceProperties": old.declaration.as_properties,
        }
        answer = self.send(event)
        if not self._rolling_back:
            self._begun.append(logical_id)
        resource.declaration = declaration
        resource.physical_id = answer.PhysicalResourceId
        if answer.succeeded:
            resource.skipped = False
        if answer.PhysicalResourceId != old.physical_id:
            if answer.succeeded:
                self._clean_up.append(old)
            elif self._rolling_back:
                self.forgotten.add(old.physical_id)
        return answer.succeeded

    def _delete(self, logical_id: str, physical_id: str, declaration: Declaration) -> bool:
        event = _event("Delete", logical_id, declaration) | {"PhysicalResourceId": physical_id}
        return self.send(event).succeeded


def _event(request_type: str, logical_id: str, declaration: Declaration) -> Event:
    event = create_event(declaration.user)
    return event | {
        "RequestType": request_type,
        "LogicalResourceId": logical_id,
        "ResourceProperties": declaration.as_properties,
    }
