"""The users and the admins of an AppInstance."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chime_expiration_handler.contract.arn import AppInstanceArn
from chime_expiration_handler.service.calls import Call, CallError
from chime_expiration_handler.service.failures import FailureKind, classify
from chime_expiration_handler.service.identity_client import (
    LIST_ADMINS,
    LIST_USERS,
    AppInstanceClient,
)
from chime_expiration_handler.service.rate_limiter import RateLimiter
from chime_expiration_handler.service.retry_budget import RetryBudget

PAGE_SIZE = 50


class ListError(Exception):
    """A list could not be read; the text is for the operator."""

    def __init__(self, message: str, kind: FailureKind) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class UserPage:
    """One page of the users' ARNs; ``next_token`` is None on the last one."""

    users: tuple[str, ...]
    next_token: str | None


@dataclass(frozen=True, slots=True)
class AppInstanceService:
    """The lists of one AppInstance. Both methods raise ListError."""

    client: AppInstanceClient
    app_instance: AppInstanceArn
    retry_budget: Callable[[], RetryBudget]
    limiter: RateLimiter

    def users(self, token: str | None) -> UserPage:
        """One page of its users, without ExpirationSettings; the first where ``token`` is None.

        Each of them once, and no user of another AppInstance, whatever the service returns.
        """
        response = self._call(LIST_USERS, self.client.list_app_instance_users, token)
        listed = (each["AppInstanceUserArn"] for each in response["AppInstanceUsers"])
        users = (arn for arn in listed if arn.startswith(f"{self.app_instance}/user/"))
        return UserPage(tuple(dict.fromkeys(users)), self._next_token(LIST_USERS, response, token))

    def admins(self) -> frozenset[str]:
        """The ARNs of all its admins."""
        admins: set[str] = set()
        token = None
        while True:
            response = self._call(LIST_ADMINS, self.client.list_app_instance_admins, token)
            admins |= {each["Admin"]["Arn"] for each in response["AppInstanceAdmins"]}
            token = self._next_token(LIST_ADMINS, response, token)
            if token is None:
                return frozenset(admins)

    def _next_token(
        self, action: str, response: Mapping[str, Any], token: str | None
    ) -> str | None:
        following: str | None = response.get("NextToken") or None
        if following is not None and following == token:
            # The list would never end.
            raise ListError(
                f"{action} for {self.app_instance} returned a page again and again; deploy again",
                FailureKind.REJECTED,
            )
        return following

    def _call(
        self, action: str, operation: Callable[..., Mapping[str, Any]], token: str | None
    ) -> Mapping[str, Any]:
        parameters: dict[str, Any] = {
            "AppInstanceArn": str(self.app_instance),
            "MaxResults": PAGE_SIZE,
        }
        if token is not None:
            parameters["NextToken"] = token

        def call() -> Mapping[str, Any]:
            self.limiter.wait()
            try:
                return operation(**parameters)
            except Exception as error:
                failure = classify(error)
                if failure and failure.kind is FailureKind.THROTTLED:
                    self.limiter.throttled()
                raise

        try:
            response = Call(self.retry_budget()).run(call)
        except CallError as error:
            raise ListError(
                _message(action, self.app_instance, error), error.failure.kind
            ) from error
        self.limiter.succeeded()
        return response


def _message(action: str, app_instance: AppInstanceArn, error: CallError) -> str:
    detail = error.failure.detail.rstrip(".")[:90]
    match error.failure.kind:
        case FailureKind.NOT_FOUND:
            return f"AppInstance {app_instance} not found; correct app_instance_arn"
        case FailureKind.ACCESS_DENIED:
            fix = "check policy, boundary, SCP of the function's role"
            return f"access denied: chime:{action} on {app_instance}; {fix}"
        case FailureKind.FORBIDDEN:
            # So the service answers where there is no such AppInstance, too.
            fix = "correct app_instance_arn, or the permissions"
        case FailureKind.REJECTED:
            fix = "correct the declaration"
        case _:
            fix = "deploy again"
    return f"{action} for {app_instance} failed: {detail}; {fix}"
