"""Repairs single users of one region: look again, compare with what was shown, write, verify."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chime_expiration_cli.credentials import raise_if_rejected
from chime_expiration_cli.days_text import in_days
from chime_expiration_cli.errors import CommandError
from chime_expiration_cli.identity.reading import AccessDenied, NotFound, ReadFailed
from chime_expiration_cli.identity.user_reader import UserReader, not_read
from chime_expiration_cli.repair.interruption import InterruptedWaitError, Interruption
from chime_expiration_cli.repair.outcome import GRANT_THEN_REPAIR, Outcome, Result
from chime_expiration_cli.repair.proposal import UserRepair
from chime_expiration_cli.repair.stack_watch import StackWatch
from chime_expiration_handler.contract.days import is_too_soon
from chime_expiration_handler.contract.limits import EXPIRATION_CRITERIA
from chime_expiration_handler.service import messages
from chime_expiration_handler.service.calls import CallError
from chime_expiration_handler.service.failures import TRANSIENT, FailureKind
from chime_expiration_handler.service.identity_client import PUT
from chime_expiration_handler.service.identity_service import (
    CallFailedError,
    IdentityService,
    UserNotFoundError,
)
from chime_expiration_handler.service.rate_limiter import RateLimiter
from chime_expiration_handler.service.retry_budget import RetryBudget
from chime_expiration_handler.service.user_state import UserState

WRITE_ACTION = f"chime:{PUT}"
"""The IAM action that a write needs."""

_MAX_FAULTS = 6
# With the longest wait, three minutes.
_MAX_THROTTLED = 25
_FIRST_WAIT_SECONDS = 0.25
_LONGEST_WAIT_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class UserWriter:
    """Writes to one region, within the rate, until the interruption.

    ``new_reader`` returns a reader for one look: each gives up when the region has not responded to
    it for a minute, and between two looks there can be more.
    """

    client: Any
    new_reader: Callable[[], UserReader]
    limiter: RateLimiter
    stacks: StackWatch
    interruption: Interruption
    now: Callable[[], datetime]
    uniform: Callable[[float, float], float] = random.uniform

    def write(self, repair: UserRepair) -> Result:
        """Repair one user. Each attempt looks at the user again."""
        faults = throttled = 0
        may_have_had_effect = False
        while True:
            try:
                # The turn first: between the look and the call there must be no wait.
                self.limiter.wait()
                if self.interruption.is_requested:
                    raise InterruptedWaitError
                result = self._attempt(repair)
                if may_have_had_effect and result.outcome is Outcome.ALREADY_DONE:
                    return Result(Outcome.REPAIRED)
                return result
            except CallFailedError as failure:
                may_have_had_effect |= failure.may_have_had_effect
                if failure.kind is FailureKind.THROTTLED:
                    throttled += 1
                    self.limiter.throttled()
                else:
                    faults += 1
                is_final = failure.kind not in (*TRANSIENT, FailureKind.THROTTLED)
                if is_final or faults == _MAX_FAULTS or throttled == _MAX_THROTTLED:
                    return self._given_up(repair, failure, may_have_had_effect)
            except InterruptedWaitError:
                return _interrupted(may_have_had_effect=may_have_had_effect)
            except CommandError as error:
                return _failed(f"{error}, then run repair again", may_have_had_effect)
            longest = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2 ** (faults + throttled))
            try:
                self.interruption.pause(self.uniform(longest / 2, longest))
            except InterruptedWaitError:
                return _interrupted(may_have_had_effect=may_have_had_effect)

    def _attempt(self, repair: UserRepair) -> Result:
        """Look and write once; raises CallFailedError."""
        found = self._look(repair)
        if isinstance(found, Result):
            return found
        # Each attempt is a step of its own, so the service does not retry.
        service = IdentityService(self.client, RetryBudget(lambda: 0.0))
        try:
            if repair.days is None:
                service.clear_expiration(repair.user)
            else:
                service.set_expiration(repair.user, repair.days, EXPIRATION_CRITERIA[0])
        except UserNotFoundError:
            return _GONE
        self.limiter.succeeded()
        return Result(Outcome.REPAIRED)

    def _look(self, repair: UserRepair) -> Result | UserState:
        """The user if it is still what was shown, or what to report in place of a write."""
        change = self.stacks.change_of(repair.stack)
        if change:
            return Result(Outcome.SKIPPED, change)
        match self.new_reader().read(repair.user):
            case NotFound():
                return _GONE
            case AccessDenied() as denied:
                text = f"{not_read(repair.user, denied)}; {GRANT_THEN_REPAIR}"
                return Result(Outcome.FAILED, text)
            case ReadFailed() as failed:
                return Result(Outcome.FAILED, not_read(repair.user, failed))
            case UserState() as state:
                # The reading can have lasted a minute: then the stack is looked at again.
                change = self.stacks.change_of(repair.stack)
                if change:
                    return Result(Outcome.SKIPPED, change)
                return self._compare(repair, state)

    def _compare(self, repair: UserRepair, state: UserState) -> Result | UserState:
        if state.created != repair.before.created:
            return Result(Outcome.SKIPPED, "the user has been deleted and created again since")
        if state.days == repair.days:
            return Result(Outcome.ALREADY_DONE, f"the user has {in_days(state.days)} meanwhile")
        if state.days != repair.before.days:
            return Result(
                Outcome.SKIPPED,
                f"the user has {in_days(state.days)} now, and had {in_days(repair.before.days)}: "
                "somebody else has changed it; run repair again",
            )
        now = self.now()
        allows = repair.finding.declaration.allow_immediate_expiration
        if repair.days is not None and not allows and is_too_soon(state.created, repair.days, now):
            refusal = messages.immediate_expiration(repair.user, repair.days, now - state.created)
            return Result(Outcome.REFUSED, refusal)
        return state

    def _given_up(
        self, repair: UserRepair, failure: CallFailedError, may_have_had_effect: bool
    ) -> Result:
        """An attempt can have had an effect without a response: the user shows it."""
        try:
            detail = _detail(repair, failure)
            if may_have_had_effect:
                match self.new_reader().read(repair.user):
                    case UserState(days=days) if days == repair.days:
                        return Result(Outcome.REPAIRED)
                    case UserState():
                        may_have_had_effect = False
        except CommandError as error:
            detail = f"{error}, then run repair again"
        return _failed(detail, may_have_had_effect)


def _failed(detail: str, may_have_had_effect: bool) -> Result:
    if may_have_had_effect:
        detail = f"not known whether it took effect: {detail}"
    return Result(Outcome.FAILED, detail)


def _interrupted(*, may_have_had_effect: bool) -> Result:
    return Result(Outcome.NOT_KNOWN if may_have_had_effect else Outcome.NOT_DONE)


_GONE = Result(Outcome.ALREADY_DONE, "the user does not exist any more")


def _detail(repair: UserRepair, failure: CallFailedError) -> str:
    """What the service reported. The handler's own messages end with what to do in a stack."""
    cause = failure.__cause__
    if isinstance(cause, CallError):
        raise_if_rejected(cause.failure, repair.user.region)
    if failure.kind is FailureKind.ACCESS_DENIED:
        return f"access denied: {WRITE_ACTION} on {repair.user}; {GRANT_THEN_REPAIR}"
    reported = cause.failure.detail if isinstance(cause, CallError) else str(failure)
    return f"{WRITE_ACTION} on {repair.user} failed: {reported}"
