"""Chime SDK Identity as the lifecycle uses it: three operations, retried where that can help."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.service import messages
from chime_expiration_handler.service.calls import Call, CallError
from chime_expiration_handler.service.event_log import log_call
from chime_expiration_handler.service.failures import Failure, FailureKind, classify
from chime_expiration_handler.service.identity_client import DESCRIBE, PUT, IdentityClient
from chime_expiration_handler.service.retry_budget import RetryBudget
from chime_expiration_handler.service.user_state import (
    UnexpectedResponseError,
    UserState,
    days_in,
)

Result = TypeVar("Result")

# botocore's parser raises them for JSON of another shape, and for odd numbers and dates.
# RecursionError is a RuntimeError, OverflowError an ArithmeticError.
_ODD_RESPONSES = (ArithmeticError, AttributeError, RuntimeError, TypeError, ValueError)


class UserNotFoundError(Exception):
    """The AppInstanceUser does not exist, or not any more."""


class CallFailedError(Exception):
    """A call did not succeed; the text is for the operator."""

    def __init__(self, message: str, kind: FailureKind, *, may_have_had_effect: bool) -> None:
        super().__init__(message)
        self.kind = kind
        self.may_have_had_effect = may_have_had_effect


@dataclass(frozen=True, slots=True)
class IdentityService:
    """The calls for one event. Each raises UserNotFoundError and CallFailedError."""

    client: IdentityClient
    retry_budget: RetryBudget

    def for_correction(self) -> "IdentityService":
        """The same calls with new retries, for the time that is reserved for a correction."""
        return IdentityService(self.client, self.retry_budget.for_correction())

    def describe(self, user: AppInstanceUserArn) -> UserState:
        """The creation time and the days of ``user``."""
        return self._call(DESCRIBE, user, lambda: self._describe_once(user))

    def set_expiration(self, user: AppInstanceUserArn, days: int, criterion: str) -> None:
        """Set the expiration of ``user``."""
        settings = {"ExpirationDays": days, "ExpirationCriterion": criterion}
        self._put(user, days, {"ExpirationSettings": settings})

    def clear_expiration(self, user: AppInstanceUserArn) -> None:
        """Remove the expiration of ``user``."""
        # The settings are left out altogether: the SDK refuses None.
        self._put(user, None, {})

    def _put(self, user: AppInstanceUserArn, days: int | None, settings: Mapping[str, Any]) -> None:
        def put() -> None:
            response = _parsed(
                self.client.put_app_instance_user_expiration_settings,
                AppInstanceUserArn=str(user),
                **settings,
            )
            # What the response contains after clearing is not documented, so a response that does
            # not confirm the request is checked against the user itself. A page of HTML with
            # status 200 has no settings either: it has to name the user.
            confirms = response.get("AppInstanceUserArn") == str(user) and days_in(response) == days
            if not confirms and self._days_after_put(user) != days:
                raise UnexpectedResponseError("the response does not confirm the request")

        def explain(failure: Failure) -> Failure:
            # The user may not exist: the service also answers Forbidden then, and not every text
            # that it uses is known.
            try:
                self.describe(user)
            except UserNotFoundError:
                return Failure(FailureKind.NOT_FOUND, failure.detail)
            except CallFailedError:
                pass
            return failure

        self._call(PUT, user, put, explain)

    def _days_after_put(self, user: AppInstanceUserArn) -> int | None:
        """The days of the user. Where they cannot be read, the Put may have had an effect."""
        try:
            return self._describe_once(user).days
        except Exception as error:
            failure = classify(error)
            if failure is None or failure.kind is FailureKind.NOT_FOUND:
                raise
            raise UnexpectedResponseError(f"not confirmed: {failure.detail}") from error

    def _describe_once(self, user: AppInstanceUserArn) -> UserState:
        describe = self.client.describe_app_instance_user
        return UserState.parse(_parsed(describe, AppInstanceUserArn=str(user)))

    def _call(
        self,
        action: str,
        user: AppInstanceUserArn,
        operation: Callable[[], Result],
        explain_forbidden: Callable[[Failure], Failure] = lambda failure: failure,
    ) -> Result:
        call = Call(self.retry_budget)
        outcome = "ok"
        try:
            return call.run(operation, explain_forbidden)
        except CallError as error:
            outcome = error.failure.detail
            if error.failure.kind is FailureKind.NOT_FOUND:
                outcome = "user not found"
                raise UserNotFoundError(messages.user_not_found(user)) from error
            raise CallFailedError(
                _message(action, user, error.failure, call.attempts),
                error.failure.kind,
                may_have_had_effect=action == PUT and call.may_have_had_effect,
            ) from error
        finally:
            log_call(action, user, outcome, call.attempts, call.seconds)


def _parsed(operation: Callable[..., Mapping[str, Any]], **parameters: object) -> Mapping[str, Any]:
    try:
        return operation(**parameters)
    except _ODD_RESPONSES as error:
        raise UnexpectedResponseError(f"{type(error).__name__}: {error}") from error


def _message(action: str, user: AppInstanceUserArn, failure: Failure, attempts: int) -> str:
    match failure.kind:
        case FailureKind.ACCESS_DENIED:
            return messages.access_denied(action, user)
        case FailureKind.THROTTLED:
            return messages.throttled(action, user, attempts)
        case FailureKind.CONFLICT:
            return messages.conflict(action, user, attempts)
        case FailureKind.FORBIDDEN:
            return messages.forbidden(action, user, failure.detail)
        case FailureKind.REJECTED:
            return messages.rejected(action, user, failure.detail)
        case FailureKind.UNEXPECTED_RESPONSE:
            return messages.unexpected_response(action, user, failure.detail)
        case _:
            return messages.failed(action, user, attempts, failure.detail)
