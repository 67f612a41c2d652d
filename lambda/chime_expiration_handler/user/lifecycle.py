"""What each event of CloudFormation does to the expiration settings of an AppInstanceUser.

CloudFormation remembers the PhysicalResourceId of the last response, and sends a Delete for it when
the resource is removed, is replaced, or is rolled back: see ``contract.physical_id``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.attributes import attributes
from chime_expiration_handler.contract.days import is_too_soon
from chime_expiration_handler.contract.limits import EXPIRATION_CRITERIA
from chime_expiration_handler.contract.physical_id import NOTHING_SET, PhysicalId
from chime_expiration_handler.contract.properties import (
    ExpirationProperties,
    MissingUser,
    declared_user,
    user_is_token,
)
from chime_expiration_handler.service import messages
from chime_expiration_handler.service.failures import FailureKind
from chime_expiration_handler.service.identity_service import (
    CallFailedError,
    IdentityService,
    UserNotFoundError,
)
from chime_expiration_handler.service.sent_at import sent_at
from chime_expiration_handler.service.user_state import UserState
from chime_expiration_handler.user.late_write import CLOCK_TOLERANCE, LateWrite
from chime_expiration_handler.user.own_stack import OwnStack, StackLookupError

# A write that is confirmed this soon after CloudFormation sent the event cannot have overtaken the
# next one: CloudFormation takes longer to cancel an event and to send another. Later writes waited
# in retries, in a slow call, or in Lambda's queue while the account's concurrency was used up.
_AT_ONCE = timedelta(seconds=2)


class LifecycleError(Exception):
    """The event failed; the text is the reason that CloudFormation shows."""


class RefusedError(LifecycleError):
    """The declaration has to be changed: what it asks for cannot be set, or must not be."""


class CustomResourceResponse(Protocol):
    """The response that CloudFormation will receive; crhelper's CfnResource is one.

    It is kept up to date while the event is handled, because crhelper sends it as it is when the
    function is about to time out.
    """

    PhysicalResourceId: str
    Data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Handles one event.

    ``service_in`` returns the Chime SDK Identity of a region: the one in the user's ARN, wherever
    the stack is. ``stack_of`` returns the stack of an event. ``stack_has_token_users``: another
    declaration of the stack can stand for the same user.
    """

    service_in: Callable[[str], IdentityService]
    stack_of: Callable[[Mapping[str, Any]], OwnStack]
    stack_has_token_users: bool = False
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def handle(self, event: Mapping[str, Any], response: CustomResourceResponse) -> str:
        """Handle ``event``, fill in ``response`` and return the outcome in a few words.

        Raises LifecycleError.
        """
        match event["RequestType"]:
            case "Create":
                response.PhysicalResourceId = NOTHING_SET
                handle = self._set
            case "Update":
                # Where it is for another user, the id changes, and CloudFormation sends the Delete
                # for the old one after the whole update has succeeded.
                response.PhysicalResourceId = event["PhysicalResourceId"]
                handle = self._set
            case "Delete":
                response.PhysicalResourceId = event.get("PhysicalResourceId") or NOTHING_SET
                handle = self._undo
            case other:
                raise LifecycleError(f"RequestType is {other!r}: expected Create, Update or Delete")
        try:
            return handle(event, response)
        except CallFailedError as failure:
            # A Delete clears whatever is declared: its failure is not one of the declaration.
            if failure.kind is FailureKind.REJECTED and event["RequestType"] != "Delete":
                raise RefusedError(str(failure)) from failure
            raise LifecycleError(str(failure)) from failure

    def _set(self, event: Mapping[str, Any], response: CustomResourceResponse) -> str:
        """Set what is declared."""
        began = self.now()
        id_before = response.PhysicalResourceId
        try:
            declared = ExpirationProperties.parse(event["ResourceProperties"])
        except ValueError as problem:
            raise RefusedError(messages.invalid(str(problem))) from problem
        service = self.service_in(declared.user.region)
        try:
            state = service.describe(declared.user)
            known = PhysicalId.parse(id_before)
            if known is None or known.user != declared.user:
                known = PhysicalId(declared.user, state.days)
            if state.days == declared.days:
                outcome = "already set"
            else:
                self._refuse_immediate_expiration(declared, state)
                outcome = self._put(event, began, response, known, service, declared, state)
            response.PhysicalResourceId = str(known)
            response.Data = attributes(declared, state.created)
        except UserNotFoundError as missing:
            response.PhysicalResourceId = id_before
            outcome = self._ignore_missing_user(event, response, declared, missing)
        self._undo_cancelled_update(event, declared, id_before)
        return outcome

    def _put(
        self,
        event: Mapping[str, Any],
        began: datetime,
        response: CustomResourceResponse,
        known: PhysicalId,
        service: IdentityService,
        declared: ExpirationProperties,
        state: UserState,
    ) -> str:
        write = LateWrite(
            stack=self.stack_of(event),
            service=service,
            user=declared.user,
            request_type=event["RequestType"],
            sent=sent_at(event) or began,
            written=declared.days,
            undeclared=state.days,
            may_be_shared=self._may_be_shared(event),
            now=self.now,
        )
        id_before = response.PhysicalResourceId
        # From here on the setting may be ours, even if no response to the call arrives.
        response.PhysicalResourceId = str(known)
        try:
            service.set_expiration(declared.user, declared.days, declared.criterion)
        except CallFailedError as failure:
            if failure.may_have_had_effect:
                self._confirm(write)
            else:
                response.PhysicalResourceId = id_before
            raise
        return self._confirm(write) or "set"

    def _ignore_missing_user(
        self,
        event: Mapping[str, Any],
        response: CustomResourceResponse,
        declared: ExpirationProperties,
        missing: UserNotFoundError,
    ) -> str:
        """Succeed without a user where that is meant; raise RefusedError elsewhere.

        A user that this resource had set has expired, as declared, or was deleted: that fails
        neither an update nor a rollback.
        """
        known = PhysicalId.parse(response.PhysicalResourceId)
        if known is None or known.user != declared.user:
            if declared.missing_user is MissingUser.IGNORE:
                response.PhysicalResourceId = NOTHING_SET
            elif self._returns_to_an_earlier_user(event, declared):
                response.PhysicalResourceId = str(declared.user)
            else:
                raise RefusedError(str(missing)) from missing
        response.Data = attributes(declared, created=None)
        return "nothing to set: user not found"

    def _returns_to_an_earlier_user(
        self, event: Mapping[str, Any], declared: ExpirationProperties
    ) -> bool:
        return event["RequestType"] == "Update" and self._is_rolling_back(event, declared.user)

    def _is_rolling_back(self, event: Mapping[str, Any], user: AppInstanceUserArn) -> bool:
        try:
            return self.stack_of(event).is_rolling_back()
        except StackLookupError as error:
            raise _lookup_failed(user, error) from error

    def _undo(self, event: Mapping[str, Any], response: CustomResourceResponse) -> str:
        """Clear what the id stands for, or restore what was there before a failed creation.

        This works whatever the properties are.
        """
        known = PhysicalId.parse(response.PhysicalResourceId)
        if known is None and response.PhysicalResourceId != NOTHING_SET:
            # CloudFormation generated the id: it cancelled the creation while it was in progress.
            known = self._set_without_response(event, event.get("ResourceProperties", {}))
        if known is None:
            return "nothing to clear: the id is not an AppInstanceUser's"
        return self._take_back(event, known)

    def _undo_cancelled_update(
        self, event: Mapping[str, Any], declared: ExpirationProperties, id_before: str
    ) -> None:
        """Clear the user of an Update that was cancelled while it was in progress.

        CloudFormation has no id of that user, so it sends no Delete, but the Update back to the
        earlier user names it.
        """
        properties = event.get("OldResourceProperties", {})
        before = PhysicalId.parse(id_before)
        earlier_users = {"", str(declared.user), str(before.user) if before else ""}
        if declared_user(properties) not in earlier_users and self._is_rolling_back(
            event, declared.user
        ):
            known = self._set_without_response(event, properties)
            if known:
                self._take_back(event, known)

    def _set_without_response(
        self, event: Mapping[str, Any], properties: Mapping[str, Any]
    ) -> PhysicalId | None:
        """What a cancelled event has set, whose response CloudFormation did not take.

        The user has to have the declared days, and to have been changed since that event was sent:
        days that somebody else had set before are left alone. (Whether a Put changes
        LastUpdatedTimestamp is not documented. If it does not, nothing is undone here.)
        """
        try:
            declared = ExpirationProperties.parse(properties)
            state = self.service_in(declared.user.region).describe(declared.user)
            if state.days != declared.days or state.updated is None:
                return None
            sent = self.stack_of(event).sent_for(declared.user)
        except (ValueError, UserNotFoundError):
            return None
        except StackLookupError as error:
            raise _lookup_failed(declared.user, error) from error
        changed_since = sent is not None and state.updated >= sent - CLOCK_TOLERANCE
        return PhysicalId(declared.user) if changed_since else None

    def _take_back(self, event: Mapping[str, Any], known: PhysicalId) -> str:
        began = self.now()
        service = self.service_in(known.user.region)
        stack = self.stack_of(event)
        write = LateWrite(
            stack=stack,
            service=service,
            user=known.user,
            request_type=event["RequestType"],
            sent=sent_at(event) or began,
            written=None,
            undeclared=None,
            may_be_shared=self._may_be_shared(event),
            now=self.now,
        )
        try:
            if self._is_declared_elsewhere(event, known.user, stack):
                # That declaration may not have changed, so it may get no event.
                write.correct()
                return "nothing to clear: another declaration of the stack has the user now"
            earlier = None
            if known.earlier_days is not None and stack.is_rolling_back():
                # The creation failed: restore what was there, unless it deletes the user.
                state = service.describe(known.user)
                if state.days == known.earlier_days:
                    return f"the user has its earlier {state.days} days"
                if not is_too_soon(state.created, known.earlier_days, self.now()):
                    earlier = known.earlier_days
            write = replace(write, written=earlier, undeclared=earlier)
            if earlier is None:
                service.clear_expiration(known.user)
            else:
                service.set_expiration(known.user, earlier, EXPIRATION_CRITERIA[0])
        except UserNotFoundError:
            return "nothing to clear: user not found"
        except StackLookupError as error:
            raise _lookup_failed(known.user, error) from error
        outcome = "cleared" if earlier is None else f"restored {earlier} days"
        return self._confirm(write) or outcome

    def _is_declared_elsewhere(
        self, event: Mapping[str, Any], user: AppInstanceUserArn, stack: OwnStack
    ) -> bool:
        return self._may_be_shared(event) and bool(stack.others_declaring(user))

    def _may_be_shared(self, event: Mapping[str, Any]) -> bool:
        # Two declarations whose users are both in the template cannot have the same one: the user
        # gives a resource its logical id. But two tokens can swap their users in one update, and
        # then each Delete of the clean-up is for the user that the other one has now.
        is_token = user_is_token(event.get("ResourceProperties", {}))
        return is_token or self.stack_has_token_users

    def _confirm(self, write: LateWrite) -> str:
        """Make sure that a write that had to wait is still wanted; return what came of it.

        The empty string means that the write stands. An event that succeeds at once asks nobody.
        """
        if self.now() - write.sent <= _AT_ONCE:
            return ""
        write = replace(write, service=write.service.for_correction())
        try:
            return self._superseded_by(write)
        except CallFailedError as failure:
            # `_set` must not take this for a write without effect: the id has to stay the user's.
            raise LifecycleError(str(failure)) from failure

    def _superseded_by(self, write: LateWrite) -> str:
        try:
            if write.is_current():
                return ""
            days = write.correct()
        except UserNotFoundError:
            return ""
        except StackLookupError as error:
            if write.request_type != "Delete":
                write.undo()
            raise _lookup_failed(write.user, error) from error
        return f"superseded by a later event: the user has {'no' if days is None else days} days"

    def _refuse_immediate_expiration(
        self, declared: ExpirationProperties, state: UserState
    ) -> None:
        now = self.now()
        if declared.allow_immediate_expiration:
            return
        if is_too_soon(state.created, declared.days, now):
            raise RefusedError(
                messages.immediate_expiration(declared.user, declared.days, now - state.created)
            )


def _lookup_failed(user: AppInstanceUserArn, error: StackLookupError) -> LifecycleError:
    if error.is_access_denied:
        return LifecycleError(messages.stack_lookup_denied(user, error.action))
    return LifecycleError(messages.stack_lookup_failed(user, error.action, error.detail))
