"""Chime SDK Identity as the lifecycle sees it: three verbs, tried again where that can help."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from chime_expiration_handler import messages
from chime_expiration_handler.arn import AppInstanceUserArn
from chime_expiration_handler.event_log import log_call
from chime_expiration_handler.failures import Failure, Kind, failure_of
from chime_expiration_handler.patience import Patience

PUT = "PutAppInstanceUserExpirationSettings"
DESCRIBE = "DescribeAppInstanceUser"


class IdentityClient(Protocol):
    """The part of boto3's ``chime-sdk-identity`` client that is used here."""

    def put_app_instance_user_expiration_settings(self, **parameters: Any) -> Mapping[str, Any]: ...

    def describe_app_instance_user(self, **parameters: Any) -> Mapping[str, Any]: ...


class UserGone(Exception):
    """The AppInstanceUser does not exist (any more)."""


class CallFailed(Exception):
    """A call did not succeed; the text is for the operator."""

    def __init__(self, message: str, *, may_have_had_effect: bool) -> None:
        super().__init__(message)
        self.may_have_had_effect = may_have_had_effect


@dataclass(frozen=True, slots=True)
class IdentityService:
    """The calls for one event."""

    client: IdentityClient
    patience: Patience

    def created_at(self, user: AppInstanceUserArn) -> datetime:
        """When ``user`` was created; raises UserGone, CallFailed."""
        answer = self._call(DESCRIBE, user, self.client.describe_app_instance_user, {})
        created: datetime = answer["AppInstanceUser"]["CreatedTimestamp"]
        return created.astimezone(UTC)

    def set_expiration(self, user: AppInstanceUserArn, days: int, criterion: str) -> None:
        """Set the expiration of ``user``; raises UserGone, CallFailed."""
        settings = {"ExpirationDays": days, "ExpirationCriterion": criterion}
        self._put(user, {"ExpirationSettings": settings})

    def clear_expiration(self, user: AppInstanceUserArn) -> None:
        """Remove the expiration of ``user``; raises UserGone, CallFailed."""
        # The settings are left out altogether: the SDK refuses None.
        self._put(user, {})

    def _put(self, user: AppInstanceUserArn, settings: Mapping[str, Any]) -> None:
        self._call(PUT, user, self.client.put_app_instance_user_expiration_settings, settings)

    def _call(
        self,
        action: str,
        user: AppInstanceUserArn,
        operation: Callable[..., Mapping[str, Any]],
        parameters: Mapping[str, Any],
    ) -> Mapping[str, Any]:
        attempts = 0
        may_have_had_effect = False
        started = time.monotonic()
        while True:
            attempts += 1
            try:
                answer = operation(AppInstanceUserArn=str(user), **parameters)
            except Exception as error:
                failure = failure_of(error)
                if failure is None:
                    raise
            else:
                log_call(action, user, "ok", attempts, time.monotonic() - started)
                return answer
            may_have_had_effect |= action == PUT and failure.may_have_had_effect
            if failure.kind is Kind.FORBIDDEN:
                failure = self._meaning_of_forbidden(action, user, failure, may_have_had_effect)
            if failure.kind is Kind.GONE:
                log_call(action, user, "gone", attempts, time.monotonic() - started)
                raise UserGone(messages.unknown_user(user))
            if not self.patience.wait(failure.kind):
                log_call(action, user, failure.said, attempts, time.monotonic() - started)
                raise CallFailed(
                    _message(action, user, failure, attempts),
                    may_have_had_effect=may_have_had_effect,
                )

    def _meaning_of_forbidden(
        self, action: str, user: AppInstanceUserArn, failure: Failure, may_have_had_effect: bool
    ) -> Failure:
        """The service says Forbidden of a user that is gone too: only a look at the user tells."""
        if action == DESCRIBE:
            return Failure(Kind.GONE, failure.said)
        try:
            self.created_at(user)
        except UserGone:
            return Failure(Kind.GONE, failure.said)
        except CallFailed as unclear:
            raise CallFailed(str(unclear), may_have_had_effect=may_have_had_effect) from unclear
        return Failure(Kind.REFUSED, failure.said)


def _message(action: str, user: AppInstanceUserArn, failure: Failure, attempts: int) -> str:
    match failure.kind:
        case Kind.NOT_ALLOWED:
            return messages.not_allowed(action, user)
        case Kind.THROTTLED:
            return messages.throttled(action, user, attempts)
        case Kind.CONFLICT:
            return messages.conflict(action, user, attempts)
        case Kind.REFUSED:
            return messages.refused(action, user, failure.said)
        case _:
            return messages.no_success(action, user, attempts, failure.said)
