"""What is done for one user: look, decide, record the intent, call, record the result.

Each step fails cleanly: whatever goes wrong, the user is looked at again, and what an earlier
attempt may have done is found in the ledger.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.ledger import (
    CALL_STARTS_WITHIN_SECONDS,
    NO_DAYS,
    Entry,
    Kind,
)
from chime_expiration_handler.contract.limits import EXPIRATION_CRITERIA
from chime_expiration_handler.contract.policy_decision import (
    Clear,
    Forget,
    Keep,
    LeaveAlone,
    Overdue,
    Set,
    decide,
)
from chime_expiration_handler.contract.policy_properties import Rule
from chime_expiration_handler.service.failures import TRANSIENT, FailureKind
from chime_expiration_handler.service.identity_service import (
    CallFailedError,
    IdentityService,
    UserNotFoundError,
)
from chime_expiration_handler.service.rate_limiter import RateLimiter
from chime_expiration_handler.service.retry_budget import CONNECT_SECONDS, READ_SECONDS
from chime_expiration_handler.service.user_state import UserState
from chime_expiration_handler.sweep import entries
from chime_expiration_handler.sweep.outcome import Outcome
from chime_expiration_handler.sweep.paces import Paces
from chime_expiration_handler.sweep.permit import OutOfTimeError, Permit
from chime_expiration_handler.sweep.table import EntryChangedError, PolicyTable

_ATTEMPTS = 3
_WAIT_SECONDS = 2.0
# From the look to the intent, from the intent to the call, and the call.
_LOOK_TO_EFFECT = timedelta(seconds=2 * CALL_STARTS_WITHIN_SECONDS + CONNECT_SECONDS + READ_SECONDS)
# IAM changes take effect within seconds, at worst a minute.
_ACCESS_DENIED_FOR_SECONDS = 60.0


class _LookAgainError(Exception):
    """Too much time has passed since the user was looked at."""


def _wait(limiter: RateLimiter, permit: Permit) -> None:
    """Wait for the next call; raise OutOfTimeError where there is no time for it."""
    if not limiter.wait(permit.remaining_seconds()):
        raise OutOfTimeError


@dataclass(slots=True)
class _Turn:
    """The turn to make one call, waited for once: it lasts until the call is made."""

    limiter: RateLimiter
    _is_taken: bool = False

    def take(self, permit: Permit) -> None:
        if not self._is_taken:
            _wait(self.limiter, permit)
            self._is_taken = True

    def use(self) -> None:
        self._is_taken = False


@dataclass(slots=True)
class Treatment:
    """Treats users by one rule; safe to use from many threads. ``service`` does not retry."""

    table: PolicyTable
    service: IdentityService
    paces: Paces
    permit: Permit
    rule: Rule
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    uniform: Callable[[float, float], float] = random.uniform
    last_failure: str = field(default="", init=False)
    _first_denial: float | None = field(default=None, init=False)

    def treat(self, user: AppInstanceUserArn, entry: Entry | None, *, governed: bool) -> Outcome:
        """Give the user what it should have, and return what came of it.

        ``entry`` is the user's entry as it was read. Raises LeaseLostError and OutOfTimeError.
        """
        failures = 0
        turn = _Turn(self.paces.put)
        while True:
            try:
                return self._attempt(user, entry, turn, governed=governed)
            except (EntryChangedError, _LookAgainError):
                self.permit.check()
            except CallFailedError as failure:
                if failure.kind is not FailureKind.THROTTLED:
                    failures += 1
                if not self._wait_after(failure.kind, failures):
                    return self._note_failure(user, str(failure))
                self.permit.check()
            entry = self.table.entry(str(user))

    def _attempt(
        self, user: AppInstanceUserArn, entry: Entry | None, turn: _Turn, *, governed: bool
    ) -> Outcome:
        _wait(self.paces.describe, self.permit)
        looked = self.now()
        try:
            state = self.service.describe(user)
        except UserNotFoundError:
            return self._forget(entry, entries.looked_at(entry, str(user), None, looked))
        except CallFailedError as failure:
            self._slow_down(failure, self.paces.describe)
            raise
        self.paces.describe.succeeded()
        claim = entries.of_this_user(entry, state)
        known = entries.looked_at(claim, str(user), state, looked)
        effective = datetime.fromtimestamp(looked, UTC) + _LOOK_TO_EFFECT
        rule = str(self.rule)
        match decide(claim, state, self.rule, effective, governed=governed):
            case Keep():
                assert state.days is not None
                self._record(entry, entries.confirmed(known, state, state.days, rule, looked))
                return Outcome.KEPT
            case LeaveAlone():
                self._record(entry, entries.noted(known, state, Kind.LEFT_ALONE, rule, looked))
                return Outcome.LEFT_ALONE
            case Overdue():
                self._record(entry, entries.noted(known, state, Kind.OVERDUE, rule, looked))
                return Outcome.OVERDUE
            case Forget():
                return self._forget(entry, known)
            case Set(days):
                written = self._put(user, entry, known, state, days, looked, turn)
                known = replace(known, touched=written.touched)
                self.table.write(
                    written, entries.confirmed(known, state, days, rule, written.touched)
                )
                return Outcome.SET
            case Clear():
                written = self._put(user, entry, known, state, NO_DAYS, looked, turn)
                self._forget(written, known)
                return Outcome.UNSETTLED if known.intended else Outcome.CLEARED

    def _put(
        self,
        user: AppInstanceUserArn,
        seen: Entry | None,
        known: Entry,
        state: UserState,
        days: int,
        looked: float,
        turn: _Turn,
    ) -> Entry:
        """Record the intent, and make the call; return the entry with the intent."""
        turn.take(self.permit)
        self.permit.check()
        intended = self.now()
        if intended > looked + CALL_STARTS_WITHIN_SECONDS:
            raise _LookAgainError
        written = self.table.write(
            seen,
            entries.intended(known, state, days, intended),
            generation=self.permit.generation,
        )
        if self.now() > intended + CALL_STARTS_WITHIN_SECONDS:
            raise _LookAgainError
        turn.use()
        try:
            if days == NO_DAYS:
                self.service.clear_expiration(user)
            else:
                self.service.set_expiration(user, days, EXPIRATION_CRITERIA[0])
        except UserNotFoundError as error:
            # It was there a moment ago: the next look finds out.
            raise CallFailedError(
                str(error), FailureKind.CONFLICT, may_have_had_effect=False
            ) from error
        except CallFailedError as failure:
            self._slow_down(failure, self.paces.put)
            raise
        self.paces.put.succeeded()
        return written

    def _record(self, seen: Entry | None, entry: Entry) -> None:
        """Write the entry where it says something new."""
        if entry != seen:
            self.table.write(seen, entry)

    def _forget(self, seen: Entry | None, known: Entry) -> Outcome:
        """Forget a user that has nothing of ours, unless a call can still change that."""
        left = entries.cleared(known)
        if seen is None:
            return Outcome.NOT_GOVERNED
        if left is None:
            self.table.forget(seen)
            return Outcome.NOT_GOVERNED
        self._record(seen, left)
        return Outcome.UNSETTLED

    def _note_failure(self, user: AppInstanceUserArn, detail: str) -> Outcome:
        self.last_failure = detail
        while True:
            entry = self.table.entry(str(user))
            try:
                self._record(entry, entries.failed(entry, str(user), detail, self.now()))
            except EntryChangedError:
                self.permit.check()
                continue
            return Outcome.FAILED

    @staticmethod
    def _slow_down(failure: CallFailedError, limiter: RateLimiter) -> None:
        if failure.kind is FailureKind.THROTTLED:
            limiter.throttled()

    def _wait_after(self, kind: FailureKind, failures: int) -> bool:
        """Wait before the next attempt; False, at once, where there should be none."""
        if kind is FailureKind.THROTTLED:
            # The limiter makes the next attempt wait.
            return True
        if kind is FailureKind.ACCESS_DENIED:
            first = self._first_denial = self._first_denial or self.now()
            if self.now() - first > _ACCESS_DENIED_FOR_SECONDS:
                return False
        elif kind not in TRANSIENT or failures >= _ATTEMPTS:
            return False
        self.sleep(self.uniform(_WAIT_SECONDS / 2, _WAIT_SECONDS) * failures)
        return True
