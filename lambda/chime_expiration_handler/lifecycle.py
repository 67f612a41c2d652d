"""What each event of CloudFormation does to the expiration settings of an AppInstanceUser.

CloudFormation remembers one thing of a resource, the PhysicalResourceId of the last answer, and
sends a Delete for it when the resource goes, is replaced, or is rolled back. So the id says what
there is to clear: the ARN of a user once its setting may be ours, a marker until then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from chime_expiration_handler import messages
from chime_expiration_handler.arn import AppInstanceUserArn
from chime_expiration_handler.identity_service import CallFailed, IdentityService, UserGone
from chime_expiration_handler.properties import ExpirationProperties
from chime_expiration_handler.stack_inventory import StackUnknown, is_declared_elsewhere

NOTHING_SET = "nothing-was-set"
GONE = "gone"


class LifecycleError(Exception):
    """The event failed; the text is the reason that CloudFormation shows."""


class Answer(Protocol):
    """What CloudFormation will be told.

    It is kept current while the event is handled, so that an answer that is cut short by the
    function's time-out is right as well. crhelper's CfnResource is one.
    """

    PhysicalResourceId: str
    Data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Handles one event; each verb says in a few words what came of it, or raises LifecycleError.

    ``service_in`` gives the Chime SDK Identity of a region: the one in the user's ARN, wherever the
    stack lives. ``is_declared_elsewhere`` tells whether another declaration of the stack has taken
    the user over.
    """

    service_in: Callable[[str], IdentityService]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    is_declared_elsewhere: Callable[[Mapping[str, Any], AppInstanceUserArn], bool] = (
        is_declared_elsewhere
    )

    def create(self, event: Mapping[str, Any], answer: Answer) -> str:
        """Set what is declared."""
        answer.PhysicalResourceId = NOTHING_SET
        return self._set(event, answer)

    def update(self, event: Mapping[str, Any], answer: Answer) -> str:
        """Set what is declared now.

        Where that is another user, CloudFormation sees a new id and sends the Delete for the old
        one when the whole update has succeeded. A user of this resource that is gone, which is
        what its expiration was for, keeps no update and no rollback from succeeding.
        """
        answer.PhysicalResourceId = event["PhysicalResourceId"]
        return self._set(event, answer)

    def delete(self, event: Mapping[str, Any], answer: Answer) -> str:
        """Clear what the id stands for, whatever shape the properties have."""
        answer.PhysicalResourceId = event.get("PhysicalResourceId") or NOTHING_SET
        try:
            user = AppInstanceUserArn.parse(answer.PhysicalResourceId)
        except ValueError:
            return "nothing to clear: the id is not an AppInstanceUser's"
        try:
            if self._has_been_taken_over(event, user):
                return "nothing to clear: another declaration of the stack has the user now"
            self.service_in(user.region).clear_expiration(user)
        except UserGone:
            return "nothing to clear: the user is gone"
        except (CallFailed, StackUnknown) as failure:
            raise LifecycleError(str(failure)) from failure
        return "cleared"

    def _has_been_taken_over(self, event: Mapping[str, Any], user: AppInstanceUserArn) -> bool:
        # Where the user is in the template, its logical id is its own, and there is nothing to ask.
        may_change = event.get("ResourceProperties", {}).get("AppInstanceUserMayChange") == "true"
        return may_change and self.is_declared_elsewhere(event, user)

    def _set(self, event: Mapping[str, Any], answer: Answer) -> str:
        id_before = answer.PhysicalResourceId
        try:
            declared = ExpirationProperties.parse(event["ResourceProperties"])
        except ValueError as problem:
            raise LifecycleError(messages.invalid(str(problem))) from problem
        service = self.service_in(declared.user.region)
        try:
            created = service.created_at(declared.user)
            expires = created + timedelta(days=declared.days)
            self._refuse_to_delete_at_once(declared, created, expires)
            # From here on the setting may be ours, even where no answer comes back.
            answer.PhysicalResourceId = str(declared.user)
            service.set_expiration(declared.user, declared.days, declared.criterion)
        except UserGone as gone:
            answer.PhysicalResourceId = id_before
            if id_before != str(declared.user):
                raise LifecycleError(str(gone)) from gone
            answer.Data = _attributes(declared, created=GONE, expires=GONE)
            return "nothing to set: the user is gone"
        except CallFailed as failure:
            if not failure.may_have_had_effect:
                answer.PhysicalResourceId = id_before
            raise LifecycleError(str(failure)) from failure
        answer.Data = _attributes(declared, created=_iso(created), expires=_iso(expires))
        return "set"

    def _refuse_to_delete_at_once(
        self, declared: ExpirationProperties, created: datetime, expires: datetime
    ) -> None:
        now = self.now()
        if expires <= now and not declared.allow_immediate_expiration:
            raise LifecycleError(
                messages.immediate_expiration(declared.user, declared.days, (now - created).days)
            )


def _attributes(declared: ExpirationProperties, created: str, expires: str) -> dict[str, Any]:
    # Strings, as CloudFormation hands every attribute on.
    return {
        "AppInstanceUserArn": str(declared.user),
        "CreatedTimestamp": created,
        "ExpirationCriterion": declared.criterion,
        "ExpirationDays": str(declared.days),
        "ExpiresAt": expires,
    }


def _iso(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")
