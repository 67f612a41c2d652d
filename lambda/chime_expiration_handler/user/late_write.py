"""Corrects a write that came too late.

CloudFormation cancels what is in progress when another resource fails, and sends the next event
while the invocation for the earlier one still waits in its retries. Whichever writes last would
win. So after each write that had to wait, CloudFormation is asked whether the event is still the
current one. If it is not, the user is set to what the stack declares now, until CloudFormation
gives the same answer before and after the write: then any newer event starts after the write, and
its own invocation writes last.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.days import is_too_soon
from chime_expiration_handler.contract.limits import EXPIRATION_CRITERIA
from chime_expiration_handler.service.identity_service import IdentityService
from chime_expiration_handler.user.own_stack import OwnStack, StackLookupError, StackResource

# CloudFormation's clock and Lambda's are not the same one, and the moment in the ResponseURL is cut
# to the second. From cancelling an event to sending the next one, CloudFormation takes longer.
CLOCK_TOLERANCE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Belief:
    """The days that the stack gives to a user now.

    ``is_declared`` is false where no resource of the stack declares the user. ``seen`` changes with
    each event of the resources that it follows from.
    """

    days: int | None
    is_declared: bool
    allow_immediate_expiration: bool
    seen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LateWrite:
    """One write that had to wait: ``user`` was set to ``written`` days, or cleared where None.

    ``undeclared`` are the days of the user where the stack does not declare it. ``request_type`` is
    that of the event, which was sent at ``sent``. ``may_be_shared``: another declaration of the
    stack can stand for the same user.
    """

    stack: OwnStack
    service: IdentityService
    user: AppInstanceUserArn
    request_type: str
    sent: datetime
    written: int | None
    undeclared: int | None
    may_be_shared: bool
    now: Callable[[], datetime]

    def is_current(self) -> bool:
        """Whether the event is still the newest one of its resource; raises StackLookupError."""
        # One call answers for the resource. Where that is not clear, its newest event decides: it
        # can be many pages away in a large stack.
        return self._is_of_this_event(self.stack.resource()) or self._is_of_this_event(
            self.stack.last_event(and_is_there=False)
        )

    def _is_of_this_event(self, resource: StackResource | None) -> bool:
        if resource is None:
            return self.request_type == "Delete"
        if resource.updated > self.sent + CLOCK_TOLERANCE:
            return False
        # The clean-up of a replaced resource is not the status of its logical id.
        is_delete = self.request_type == "Delete"
        return is_delete or resource.status == f"{self.request_type.upper()}_IN_PROGRESS"

    def correct(self) -> int | None:
        """Give the user the days that the stack believes it has; return the days that it has now.

        Raises StackLookupError, UserNotFoundError and CallFailedError.
        """
        belief = self._belief()
        while True:
            days = self._apply(belief)
            try:
                confirmed = self._belief()
            except StackLookupError:
                # What CloudFormation reported last is the best that is known.
                return days
            if confirmed == belief:
                return days
            belief = confirmed

    def undo(self) -> None:
        """Take the write back, where CloudFormation does not say what it believes."""
        self._apply(Belief(self.undeclared, False, False, ()))

    def _belief(self) -> Belief:
        own = self.stack.resource()
        seen = [f"{own.status} {own.updated}" if own else ""]
        resources = []
        if own is None:
            own = self.stack.last_event(and_is_there=False)
        elif not own.is_undone:
            own = self.stack.last_event(and_is_there=True)
            resources = [own] if own else []
        for logical_id in self.stack.others_declaring(self.user) if self.may_be_shared else ():
            other = self.stack.last_event(logical_id, and_is_there=True)
            if other:
                seen.append(other.event_id)
                resources.append(other)
        for resource in resources:
            declared = resource.declared()
            if declared and declared.user == self.user:
                allowed = declared.allow_immediate_expiration
                return Belief(declared.days, True, allowed, tuple(seen))
        return Belief(self._undeclared(own), False, False, tuple(seen))

    def _undeclared(self, own: StackResource | None) -> int | None:
        """The days of a user that the stack does not declare, or does not declare any more."""
        if own is None or not own.is_deleted or own.physical_id is None:
            return self.undeclared
        if own.physical_id.user != self.user:
            return self.undeclared
        # A Delete has undone this resource, as `Lifecycle` does.
        return own.physical_id.earlier_days if self.stack.is_rolling_back() else None

    def _apply(self, belief: Belief) -> int | None:
        """Set or clear the user where that is due; return the days that it has afterwards."""
        state = self.service.describe(self.user)
        if state.days == belief.days:
            return state.days
        if not belief.is_declared and state.days not in (self.written, None):
            # Somebody else has set the user since.
            return state.days
        days = belief.days
        if days is not None and is_too_soon(state.created, days, self.now()):
            if belief.is_declared and not belief.allow_immediate_expiration:
                # The event that declares it is refused, and the next one undoes it.
                return state.days
            if not belief.is_declared:
                days = None
        if days is None:
            self.service.clear_expiration(self.user)
        else:
            self.service.set_expiration(self.user, days, EXPIRATION_CRITERIA[0])
        return days
