"""Lambda and the two services that its function calls, in virtual time and with drawn faults."""

import random
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from math import inf
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from chime_expiration_handler.service.identity_service import IdentityService
from chime_expiration_handler.service.retry_budget import READ_SECONDS, UNDO_SECONDS, RetryBudget
from chime_expiration_handler.user.lifecycle import Lifecycle, LifecycleError
from chime_expiration_handler.user.own_stack import OwnStack
from fakes.cloudformation_events import Event
from fakes.function import FUNCTION_SECONDS, Response
from localaws.chime import ChimeIdentity, Fault
from localaws.chime.clock import Clock
from localaws.standins.direct_client import DirectClient
from localaws.standins.stack_history import StackHistory
from localaws.standins.virtual_time import VirtualTime

PUT = "PutAppInstanceUserExpirationSettings"
BEGINNING = datetime(2026, 5, 1, tzinfo=UTC)

_STACK_OPERATIONS = (
    "describe_stacks",
    "describe_stack_resource",
    "describe_stack_events",
    "list_stack_resources",
)


class _FunctionTimedOut(BaseException):
    """Lambda ends the invocation: no code of the function runs after it."""


@dataclass
class Conditions:
    """How the outside behaves while the functions run; ``chance`` draws each single case.

    Shares of all calls: ``slow`` take up to ``slowest`` seconds, ``faulty`` fail. Shares of all
    events: ``queued`` wait in Lambda's queue for up to ``longest_queue`` seconds, ``twice`` are
    delivered twice, the response of ``answered_late`` takes ``slowest`` seconds, that of ``lost``
    does not arrive.

    Every Put is throttled from the first to the second moment of ``throttled``, and fails with an
    effect in ``broken``; CloudFormation's API is throttled in ``stack_throttled``. Lambda's clock
    is ``skew`` seconds ahead of CloudFormation's.
    """

    chance: random.Random
    slow: float = 0
    slowest: float = READ_SECONDS - 0.5
    faulty: float = 0
    queued: float = 0
    longest_queue: float = 300
    twice: float = 0
    answered_late: float = 0
    lost: float = 0
    skew: float = 0
    throttled: tuple[float, float] = (0, 0)
    broken: tuple[float, float] = (0, 0)
    stack_throttled: tuple[float, float] = (0, 0)

    def call_seconds(self) -> float:
        """The time on the way to a service, or back; with slow ones up to the read time-out."""
        if self.chance.random() < self.slow:
            return self.chance.choice((0.5, 2.0, self.slowest / 2)) * self.chance.uniform(0.1, 1)
        return self.chance.choice((0.0, 0.02, 0.08))

    def response_seconds(self) -> float:
        """The time until CloudFormation has the response: it is stored first."""
        is_late = self.chance.random() < self.answered_late
        return self.call_seconds() + (self.slowest if is_late else 0)

    def queue_seconds(self) -> float:
        if self.chance.random() < self.queued:
            return self.chance.choice((3.0, 15.0, 60.0, self.longest_queue)) * self.chance.random()
        return self.chance.choice((0.05, 0.3))

    def fault(self, operation: str, now: float) -> Fault | None:
        if operation == PUT and self.throttled[0] <= now < self.throttled[1]:
            return Fault(operation, "ThrottledClientException")
        if operation == PUT and self.broken[0] <= now < self.broken[1]:
            return Fault(operation, "ServiceUnavailableException", effect=True)
        if self.chance.random() >= self.faulty:
            return None
        effect = self.chance.random() < 0.5
        match self.chance.randrange(4):
            case 0:
                return Fault(operation, "ThrottledClientException")
            case 1:
                return Fault(operation, "ServiceUnavailableException", effect=effect)
            case 2:
                return Fault(operation, effect=effect, then="reset")
            case _:
                return Fault(operation, effect=effect, then="silence")


@dataclass
class Invocation:
    """One run of the function, for the assertions and the trace."""

    event: Event
    sent: float
    response: Response = field(default_factory=Response)
    ended: float = 0
    stack_calls: int = 0
    timed_out: bool = False
    has_written: bool = False


@dataclass
class World:
    """Chime SDK Identity, CloudFormation's API and Lambda."""

    conditions: Conditions
    time: VirtualTime = field(default_factory=VirtualTime)
    chime: ChimeIdentity = field(init=False)
    histories: dict[str, StackHistory] = field(default_factory=dict)
    invocations: list[Invocation] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    stack_calls: list[str] = field(default_factory=list)
    running: list[Event] = field(default_factory=list)
    delivered_twice: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)
    revoked: dict[str, float] = field(default_factory=dict)
    stack_has_token_users: bool = False
    admit_stack_call: Callable[[str], bool] = lambda _: True

    def __post_init__(self) -> None:
        self.chime = ChimeIdentity(clock=_WorldClock(self))
        # Without this, an event that was cancelled right after its Put cannot be undone: that is
        # one of the things that do not hold (docs/how-it-works.md).
        self.chime.put_changes_last_updated = True

    def now(self) -> datetime:
        """CloudFormation's clock."""
        return BEGINNING + timedelta(seconds=self.time.now())

    def note(self, text: str) -> None:
        self.trace.append(f"{self.time.now():8.3f}  {text}")

    def revoke(self, stack_id: str, after: float) -> None:
        """Delete the role of the stack's function, which takes effect a little later."""
        self.revoked[stack_id] = self.time.now() + after

    def is_denied(self, invocation: Invocation) -> bool:
        """Whether the role of the function has been deleted."""
        return self.time.now() >= self.revoked.get(invocation.event["StackId"], inf)

    @property
    def stranded(self) -> set[str]:
        """The users whose late write could not be taken back: the services failed to the end."""
        return {
            str(each.event["ResourceProperties"]["AppInstanceUserArn"])
            for each in self.invocations
            if each.has_written
            and not each.response.succeeded
            and not each.timed_out
            and each.event["RequestId"] in self.cancelled | self.delivered_twice
        }

    def invoke(self, event: Event, respond: Callable[[Response], None]) -> None:
        """Deliver ``event`` to the function, without waiting for it."""
        copies = 2 if self.conditions.chance.random() < self.conditions.twice else 1
        self.running += [event] * copies
        if copies == 2:
            self.delivered_twice.add(event["RequestId"])
        for _ in range(copies):
            run = partial(self._run, Invocation(deepcopy(event), self.time.now()), respond)
            self.time.start(run, after=self.conditions.queue_seconds())

    def _run(self, invocation: Invocation, respond: Callable[[Response], None]) -> None:
        event = invocation.event
        number = len(self.invocations)
        self.invocations.append(invocation)
        name = f"#{number} {event['RequestType']} {event['LogicalResourceId']}"
        self.note(f"{name} starts")
        response = invocation.response
        try:
            response.outcome = self._lifecycle(invocation, name).handle(event, response)
        except LifecycleError as error:
            response.reason = str(error)
        except _FunctionTimedOut:
            # crhelper's timer responds in another thread, half a second before.
            response.reason = "Execution timed out"
            invocation.timed_out = True
        invocation.ended = self.time.now()
        self.running.remove(event)
        result = response.outcome or f"FAILED {response.reason}"
        self.note(f"{name} ends: {result} [{response.PhysicalResourceId[-14:]}]")
        self.time.sleep(self.conditions.response_seconds())
        if self.conditions.chance.random() >= self.conditions.lost:
            respond(response)

    def _lifecycle(self, invocation: Invocation, name: str) -> Lifecycle:
        deadline = self.time.now() + FUNCTION_SECONDS

        def sleep(seconds: float) -> None:
            left = deadline - self.time.now()
            if seconds >= left:
                self.time.sleep(max(left, 0))
                raise _FunctionTimedOut
            self.time.sleep(seconds)

        budget = RetryBudget(
            lambda: deadline - self.time.now(),
            sleep,
            self.time.now,
            self.conditions.chance.uniform,
        )

        def before_call(operation: str) -> None:
            sleep(self.conditions.call_seconds())
            fault = self.conditions.fault(operation, self.time.now())
            if self.is_denied(invocation):
                fault = Fault(operation, "AccessDeniedException")
            if fault:
                self.chime.faults.add(fault)

        def after_call(seconds: float) -> None:
            call = self.chime.calls.all()[-1]
            invocation.has_written |= call.operation == PUT and call.applied
            days = call.parameters.get("ExpirationSettings", {}).get("ExpirationDays")
            what = f"Put {days}" if call.operation == PUT else "Describe"
            user = str(call.arn).rpartition("/")[2]
            effect = "" if call.applied else " without effect"
            self.note(f"{name} {what} {user} {call.error or ''} {call.delivery}{effect}")
            sleep(seconds if call.delivery == "silence" else self.conditions.call_seconds())

        def identity(region: str) -> IdentityService:
            client = DirectClient(self.chime, region, after_call, READ_SECONDS, before_call)
            return IdentityService(client, budget)

        def stack(event: Mapping[str, Any]) -> OwnStack:
            client = StackClient(self, invocation, sleep, name)
            return OwnStack(event, budget.ending_sooner(UNDO_SECONDS), lambda _: client)

        return Lifecycle(
            identity,
            stack,
            self.stack_has_token_users,
            lambda: self.now() + timedelta(seconds=self.conditions.skew),
        )


class _WorldClock(Clock):
    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def now(self) -> datetime:
        return self._world.now()


class StackClient:
    """boto3's client for CloudFormation, over the histories of all stacks."""

    def __init__(
        self,
        world: World,
        invocation: Invocation,
        sleep: Callable[[float], None],
        name: str,
    ) -> None:
        self._world = world
        self._invocation = invocation
        self._sleep = sleep
        self._name = name

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        if operation not in _STACK_OPERATIONS:
            raise AttributeError(operation)
        return partial(self._call, operation)

    def _call(self, operation: str, StackName: str, **parameters: str) -> dict[str, Any]:
        world, conditions = self._world, self._world.conditions
        self._invocation.stack_calls += 1
        world.stack_calls.append(operation)
        self._sleep(conditions.call_seconds())
        first, last = conditions.stack_throttled
        if first <= world.time.now() < last or not world.admit_stack_call(operation):
            world.note(f"{self._name} {operation} throttled")
            self._sleep(conditions.call_seconds())
            raise _error("Throttling", "Rate exceeded", operation)
        if world.is_denied(self._invocation):
            raise _error("AccessDenied", "User is not authorized", operation)
        if conditions.chance.random() < conditions.faulty:
            world.note(f"{self._name} {operation} silence")
            self._sleep(READ_SECONDS)
            raise ReadTimeoutError(endpoint_url="https://cloudformation.invalid")
        try:
            answer: dict[str, Any] = getattr(world.histories[StackName], operation)(
                StackName=StackName, **parameters
            )
            world.note(f"{self._name} {operation}")
        finally:
            self._sleep(conditions.call_seconds())
        return answer


def _error(code: str, message: str, operation: str) -> ClientError:
    return ClientError(
        {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": 400},
        },
        operation,
    )
