"""CloudFormation in virtual time: events of one stack that overlap.

What it does beyond ``cloudformation_model`` (its sources apply here as well):

- The resources of a deployment are independent: all get their events at once.
- When one fails, or a resource of another type, what is in progress is cancelled: it is recorded as
  failed, and its response is ignored when it arrives. Observed in aws-cdk issues 26139 and 31541.
- The next event for the same resource follows at once, but at least ``LEAST_GAP`` seconds after
  the one before was sent.
- A creation that was cancelled has no physical id: CloudFormation invents the one of the Delete.
- An event without a response fails after ServiceTimeout.

What it assumes, since nothing can be guaranteed without it:

- CloudFormation records an event before it sends it, and reports what it has recorded at once.
- A call has its effect before its client gives up waiting for the response.
- A new deployment begins when the one before has ended, not earlier.
- A function and its role are deleted with the stack. IAM takes less time for that than another
  stack takes to create a role and a function before its first event.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf

from fakes.cloudformation_events import Event
from fakes.cloudformation_events import create as create_event
from fakes.function import Response
from lifecycle.cloudformation_model import Declaration, Template
from lifecycle.world import World
from localaws.standins.stack_history import StackHistory
from localaws.standins.virtual_time import Signal

LEAST_GAP = 3.0
_SERVICE_TIMEOUT = 600.0
_ATTEMPTS = 3
_IAM_SECONDS = 10.0
_SECONDS_TO_CREATE_A_FUNCTION = 20.0
_ACCOUNT = "arn:aws:cloudformation:us-east-1:111122223333"


@dataclass
class Resource:
    """What CloudFormation records of a resource."""

    declaration: Declaration
    physical_id: str


@dataclass(eq=False)
class Sent:
    """An event that was sent, and its response once it is accepted."""

    request_type: str
    logical_id: str
    resource: Resource
    at: float
    request_id: str
    old: Declaration | None = None
    response: Response | None = None
    is_ignored: bool = False
    of_replaced_resource: bool = False

    @property
    def succeeded(self) -> bool:
        return self.response is not None and self.response.succeeded


@dataclass
class CloudFormation:
    """One stack name. Each operation returns when the stack is stable again.

    Users of the last operation: ``unanswered`` are those whose events were cancelled, ``lost``
    those that CloudFormation gave up, ``asked_twice`` those whose event was delivered twice.
    """

    world: World
    chance: random.Random
    forgets_deleted: bool = False
    page_size: int = 100
    resources: dict[str, Resource] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    asked_twice: set[str] = field(default_factory=set)
    _history: StackHistory = field(init=False)
    _signal: Signal = field(init=False)
    _replaced: dict[str, Resource] = field(default_factory=dict)
    _last_sent: dict[str, float] = field(default_factory=dict)
    _requests: int = 0

    def __post_init__(self) -> None:
        self._signal = Signal(self.world.time)

    # The operations.

    def create(self, template: Template, fails_after: float | None = None) -> bool:
        """CreateStack; whether it succeeded. A stack that was rolled back is replaced."""
        stack_id = f"{_ACCOUNT}:stack/Expirations/{len(self.world.histories)}"
        self._history = StackHistory(
            stack_id,
            create_event("")["ResourceType"],
            self.world.now,
            forgets_deleted=self.forgets_deleted,
            page_size=self.page_size,
        )
        self.world.histories[stack_id] = self._history
        self._begin("CREATE_IN_PROGRESS")
        if len(self.world.histories) > 1:
            self.world.time.sleep(_SECONDS_TO_CREATE_A_FUNCTION)
        if self._deploy(template, fails_after) is None:
            self._status("CREATE_COMPLETE")
            return True
        self._status("ROLLBACK_IN_PROGRESS")
        self._delete(self._take(set(self.resources)))
        self._status("ROLLBACK_COMPLETE")
        self._delete_function()
        return False

    def update(self, template: Template, fails_after: float | None = None) -> bool:
        """UpdateStack; whether it succeeded."""
        before = {name: it.declaration for name, it in self.resources.items()}
        self._begin("UPDATE_IN_PROGRESS")
        started = self._deploy(template, fails_after)
        if started is None:
            self._status("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
            self._clean_up(set(before) - set(template))
            self._status("UPDATE_COMPLETE")
            return True
        self._status("UPDATE_ROLLBACK_IN_PROGRESS")
        self._replaced.clear()
        self._update_back({name: before[name] for name in started if name in before})
        self._status("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        self._clean_up(set(self.resources) - set(before))
        self._status("UPDATE_ROLLBACK_COMPLETE")
        return False

    def delete(self) -> None:
        """DeleteStack."""
        self._begin("DELETE_IN_PROGRESS")
        self._delete(self._take(set(self.resources)))
        self._status("DELETE_COMPLETE")
        self._delete_function()

    # The steps of an operation.

    def _delete_function(self) -> None:
        self.world.revoke(self._history.stack_id, self.chance.uniform(0, _IAM_SECONDS))

    def _begin(self, status: str) -> None:
        self.unanswered, self.lost, self.asked_twice = set(), set(), set()
        self._replaced.clear()
        self._status(status)

    def _status(self, status: str) -> None:
        self.world.note(status)
        self._history.status = status

    def _deploy(self, template: Template, fails_after: float | None) -> list[str] | None:
        """Create and update; None where everything succeeded, and else what was started."""
        fails_at = inf if fails_after is None else self.world.time.now() + fails_after
        sent = []
        for name in self.chance.sample(sorted(template), len(template)):
            declaration = template[name]
            if name not in self.resources:
                sent.append(self._send("Create", name, declaration))
            elif self.resources[name].declaration != declaration:
                sent.append(self._send("Update", name, declaration))
        if self._wait_for(sent, fails_at) and fails_at == inf:
            return None
        # Responses are still accepted until CloudFormation has cancelled the event.
        self.world.time.sleep(self.chance.choice((0.0, 0.5)))
        for each in sent:
            if each.response is None:
                self.unanswered.add(each.resource.declaration.user)
                self._ignore(each, "cancelled")
        return [each.logical_id for each in sent]

    def _update_back(self, before: Mapping[str, Declaration]) -> None:
        remaining = dict(before)
        for _ in range(_ATTEMPTS):
            self._pace(remaining)
            sent = [self._send("Update", name, remaining[name]) for name in remaining]
            self._wait_for_all(sent)
            remaining = {
                each.logical_id: each.resource.declaration for each in sent if not each.succeeded
            }
            if not remaining:
                return
            # The second attempt does not name the user of the cancelled Update any more.
            self.lost |= self.unanswered
        # ContinueUpdateRollback skips them.
        for name, declaration in remaining.items():
            self.lost |= {declaration.user, self.resources[name].physical_id.partition("#")[0]}

    def _take(self, names: set[str]) -> list[tuple[str, Resource]]:
        return [(name, self.resources.pop(name)) for name in sorted(names)]

    def _clean_up(self, removed: set[str]) -> None:
        replaced = list(self._replaced.items())
        self._replaced.clear()
        self._delete(self._take(removed), replaced)

    def _delete(
        self,
        removed: list[tuple[str, Resource]],
        replaced: list[tuple[str, Resource]] | None = None,
    ) -> None:
        remaining = [(*each, False) for each in removed]
        remaining += [(*each, True) for each in replaced or []]
        for _ in range(_ATTEMPTS):
            self._pace(name for name, _, _ in remaining)
            sent = [
                self._send_delete(name, resource, of_replaced_resource=of_replaced)
                for name, resource, of_replaced in remaining
            ]
            self._wait_for_all(sent)
            remaining = [
                (each.logical_id, each.resource, each.of_replaced_resource)
                for each in sent
                if not each.succeeded
            ]
            if not remaining:
                return
        for _, resource, _ in remaining:
            self.lost.add(resource.physical_id.partition("#")[0])

    # Events and responses.

    def _send(self, request_type: str, name: str, declaration: Declaration) -> Sent:
        old = self.resources.get(name)
        resource = Resource(declaration, old.physical_id if old else "")
        event: Event = {"RequestType": request_type}
        if old:
            event["PhysicalResourceId"] = old.physical_id
            event["OldResourceProperties"] = old.declaration.as_properties
        self.resources[name] = Resource(declaration, resource.physical_id)
        sent = Sent(
            request_type,
            name,
            resource,
            self.world.time.now(),
            self._new_request_id(),
            old=old.declaration if old else None,
        )
        return self._deliver(event, sent)

    def _send_delete(self, name: str, resource: Resource, *, of_replaced_resource: bool) -> Sent:
        if not resource.physical_id:
            resource.physical_id = f"Expirations-{name}-1X2Y3Z"
        event = {"RequestType": "Delete", "PhysicalResourceId": resource.physical_id}
        sent = Sent(
            "Delete",
            name,
            resource,
            self.world.time.now(),
            self._new_request_id(),
            of_replaced_resource=of_replaced_resource,
        )
        return self._deliver(event, sent)

    def _new_request_id(self) -> str:
        self._requests += 1
        return f"request-{self._requests}"

    def _deliver(self, event: Event, sent: Sent) -> Sent:
        self._record(sent, "IN_PROGRESS")
        self._last_sent[sent.logical_id] = sent.at
        signed = self.world.now().strftime("%Y%m%dT%H%M%SZ")
        complete = create_event(sent.resource.declaration.user) | event
        complete |= {
            "LogicalResourceId": sent.logical_id,
            "ResourceProperties": sent.resource.declaration.as_properties,
            "ResponseURL": f"https://response.invalid/?X-Amz-Date={signed}&X-Amz-Signature=secret",
            "RequestId": sent.request_id,
            "StackId": self._history.stack_id,
        }
        self.world.note(f"send {sent.request_type} {sent.logical_id} {sent.resource}")
        self.world.invoke(complete, lambda response: self._accept(sent, response))
        if sent.request_id in self.world.delivered_twice:
            self.asked_twice.add(sent.resource.declaration.user)
        return sent

    def _accept(self, sent: Sent, response: Response) -> None:
        if sent.response is not None or sent.is_ignored:
            return
        sent.response = response
        if sent.request_type != "Delete":
            resource = self.resources[sent.logical_id]
            if response.succeeded and sent.resource.physical_id not in (
                "",
                response.PhysicalResourceId,
            ):
                assert sent.old
                self._replaced[sent.logical_id] = Resource(sent.old, sent.resource.physical_id)
            if not response.succeeded and self._history.status.startswith("UPDATE_ROLLBACK"):
                # CloudFormation forgets the id of the failed Update.
                self.lost.add(resource.physical_id.partition("#")[0])
            resource.physical_id = sent.resource.physical_id = response.PhysicalResourceId
        self._record(sent, "COMPLETE" if response.succeeded else "FAILED")
        self._signal.send()

    def _ignore(self, sent: Sent, reason: str) -> None:
        self.world.note(f"{sent.logical_id} {reason}")
        sent.is_ignored = True
        self.world.cancelled.add(sent.request_id)
        self._record(sent, "FAILED")

    def _record(self, sent: Sent, state: str) -> None:
        status = "DELETE" if sent.request_type == "Delete" else sent.request_type.upper()
        self._history.record(
            sent.logical_id,
            f"{status}_{state}",
            sent.resource.physical_id,
            sent.resource.declaration.as_properties,
            of_replaced_resource=sent.of_replaced_resource,
        )

    def _pace(self, names: Iterable[str]) -> None:
        """Wait until the next event can be sent for each of these resources."""
        earliest = max((self._last_sent[name] + LEAST_GAP for name in names), default=0)
        now = self.world.time.now()
        if earliest > now:
            self.world.time.sleep(earliest - now)

    def _wait_for_all(self, sent: list[Sent]) -> None:
        while not all(each.response or each.is_ignored for each in sent):
            self._wait_for(sent, inf)
            self._time_out(sent)
            if all(each.response or each.is_ignored for each in sent):
                return
            self._signal.wait(_SERVICE_TIMEOUT)

    def _wait_for(self, sent: list[Sent], fails_at: float) -> bool:
        """Wait for all responses; False as soon as one fails, or something else does."""
        while True:
            now = self.world.time.now()
            if fails_at <= now or any(each.response and not each.succeeded for each in sent):
                return False
            waiting = [each for each in sent if not each.response]
            if not waiting and fails_at == inf:
                return True
            end = min([fails_at, *(each.at + _SERVICE_TIMEOUT for each in waiting)])
            if end <= now:
                return False
            self._signal.wait(end - now)

    def _time_out(self, sent: list[Sent]) -> None:
        for each in sent:
            if not each.response and each.at + _SERVICE_TIMEOUT <= self.world.time.now():
                self._ignore(each, "timed out")
