"""One event on its way through the handler's logic, and what the service saw of it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from chime_expiration_handler.arn import AppInstanceUserArn
from chime_expiration_handler.identity_service import IdentityService
from chime_expiration_handler.lifecycle import Lifecycle, LifecycleError
from chime_expiration_handler.patience import Patience
from fakes.cloudformation_events import Event
from fakes.function import FunctionTime, Told
from fakes.in_process_client import InProcessClient, Interruption
from localaws.chime import Call, ChimeIdentity

TIMED_OUT = "Execution timed out"
_CRHELPER_ANSWERS_BEFORE_THE_END = 0.5


class _OutOfTime(BaseException):
    """crhelper's timer answers from another thread: nothing of ours may catch it."""


@dataclass
class _TimeThatEnds(FunctionTime):
    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self.remaining() < _CRHELPER_ANSWERS_BEFORE_THE_END:
            raise _OutOfTime


@dataclass(frozen=True)
class Delivery:
    """What CloudFormation was told, and the calls that were made."""

    event: Event
    told: Told
    calls: list[Call] = field(default_factory=list)

    @property
    def changed(self) -> set[str]:
        """The users whose setting was changed, or may have been for all that the caller knows."""
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
    interrupt: Interruption | None = None,
    is_declared_elsewhere: Callable[[Event, AppInstanceUserArn], bool] = lambda *_: False,
) -> Delivery:
    """Invoke the function with ``event``, in no time."""
    time = _TimeThatEnds()
    uniform = random.Random(1).uniform
    patience = Patience(time.remaining, time.sleep, time.now, uniform)
    lifecycle = Lifecycle(
        lambda region: IdentityService(
            InProcessClient(chime, region, time.sleep, *filter(None, [interrupt])), patience
        ),
        now=chime.clock.now,
        is_declared_elsewhere=is_declared_elsewhere,
    )
    told = Told()
    chime.calls.clear()
    try:
        told.outcome = getattr(lifecycle, event["RequestType"].lower())(event, told)
    except LifecycleError as error:
        told.reason = str(error)
    except _OutOfTime:
        told.reason = TIMED_OUT
    return Delivery(event, told, chime.calls.all())
