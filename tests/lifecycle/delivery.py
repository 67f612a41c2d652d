"""One event, handled by the lifecycle, with the calls that the service received."""

import random
from dataclasses import dataclass, field
from datetime import timedelta

from chime_expiration_handler.service.identity_service import IdentityService
from chime_expiration_handler.service.retry_budget import READ_SECONDS, UNDO_SECONDS, RetryBudget
from chime_expiration_handler.user.lifecycle import Lifecycle, LifecycleError
from chime_expiration_handler.user.own_stack import OwnStack
from fakes.cloudformation_events import Event
from fakes.function import FunctionTime, Response
from localaws.chime import Call, ChimeIdentity
from localaws.standins.direct_client import DirectClient, Interruption
from localaws.standins.stack_history import StackHistory

TIMED_OUT = "Execution timed out"
_CRHELPER_RESPONDS_BEFORE_THE_END = 0.5


class _OutOfTime(BaseException):
    """crhelper's timer responds from another thread: our code must not catch it."""


@dataclass
class _LimitedTime(FunctionTime):
    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self.remaining() < _CRHELPER_RESPONDS_BEFORE_THE_END:
            raise _OutOfTime


@dataclass(frozen=True)
class Delivery:
    """The response to CloudFormation, and the calls that were made."""

    event: Event
    response: Response
    calls: list[Call] = field(default_factory=list)

    @property
    def changed(self) -> set[str]:
        """The users whose setting was changed, or may have been changed."""
        return {
            str(call.arn)
            for call in self.calls
            if call.operation == "PutAppInstanceUserExpirationSettings"
            and (
                call.applied
                or call.delivery != "answer"
                or call.status is None
                or call.status >= 500
            )
        }


def deliver(
    event: Event,
    chime: ChimeIdentity,
    history: StackHistory,
    interrupt: Interruption | None = None,
    *,
    stack_has_token_users: bool = False,
) -> Delivery:
    """Invoke the function with ``event``, in simulated time."""
    time = _LimitedTime()
    uniform = random.Random(1).uniform
    retry_budget = RetryBudget(time.remaining, time.sleep, time.now, uniform)
    lifecycle = Lifecycle(
        lambda region: IdentityService(
            DirectClient(chime, region, time.sleep, READ_SECONDS, *filter(None, [interrupt])),
            retry_budget,
        ),
        lambda event: OwnStack(event, retry_budget.ending_sooner(UNDO_SECONDS), lambda _: history),
        stack_has_token_users=stack_has_token_users,
        now=lambda: chime.clock.now() + timedelta(seconds=time.now()),
    )
    response = Response()
    chime.calls.clear()
    try:
        response.outcome = lifecycle.handle(event, response)
    except LifecycleError as error:
        response.reason = str(error)
    except _OutOfTime:
        response.reason = TIMED_OUT
    return Delivery(event, response, chime.calls.all())
