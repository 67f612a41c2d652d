"""The users of one AppInstance in memory, with the method names of boto3's client.

Much faster than the local Chime SDK Identity, for models that make millions of calls.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NoReturn

from botocore.exceptions import ClientError

from localaws.chime import RateLimits

REGION = "us-east-1"

_FIRST = 0


@dataclass(slots=True)
class StoredUser:
    """One user: when it was created, in seconds since 1970, and its days."""

    arn: str
    serial: int
    created: float
    days: int | None = None


@dataclass(slots=True)
class AppInstance:
    """The users and admins of the AppInstance ``arn``; for one thread at a time.

    ``calls`` counts the operations, ``throttled`` those that ``limits`` have refused. A token of
    the list of users that is in ``refused_tokens`` is refused once.
    """

    arn: str
    now: Callable[[], float]
    limits: RateLimits | None = None
    page_size: int = 50
    admins: set[str] = field(default_factory=set)
    users: dict[str, StoredUser] = field(default_factory=dict)
    refused_tokens: set[str] = field(default_factory=set)
    calls: Counter[str] = field(default_factory=Counter)
    throttled: Counter[str] = field(default_factory=Counter)
    _order: list[tuple[int, str]] = field(default_factory=list)
    _serial: int = _FIRST

    def create(self, user_id: str, *, created: float | None = None, days: int | None = None) -> str:
        """Create a user, in the past if wanted, and return its ARN."""
        arn = f"{self.arn}/user/{user_id}"
        if arn not in self.users:
            self._serial += 1
            moment = self.now() if created is None else created
            self.users[arn] = StoredUser(arn, self._serial, moment, days)
            self._order.append((self._serial, arn))
        return arn

    def delete(self, arn: str) -> None:
        """Delete a user."""
        user = self.users.pop(arn)
        self._order.remove((user.serial, arn))

    def put_app_instance_user_expiration_settings(
        self, *, AppInstanceUserArn: str, ExpirationSettings: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        user = self._found("PutAppInstanceUserExpirationSettings", AppInstanceUserArn)
        user.days = ExpirationSettings["ExpirationDays"] if ExpirationSettings else None
        return {"AppInstanceUserArn": user.arn, **_settings(user)}

    def describe_app_instance_user(self, *, AppInstanceUserArn: str) -> dict[str, Any]:
        user = self._found("DescribeAppInstanceUser", AppInstanceUserArn)
        created = datetime.fromtimestamp(user.created, UTC)
        description = {"AppInstanceUserArn": user.arn, "CreatedTimestamp": created}
        return {"AppInstanceUser": {**description, **_settings(user)}}

    def list_app_instance_users(
        self, *, AppInstanceArn: str, MaxResults: int, NextToken: str = str(_FIRST)
    ) -> dict[str, Any]:
        self._admit("ListAppInstanceUsers", AppInstanceArn)
        if NextToken in self.refused_tokens:
            self.refused_tokens.remove(NextToken)
            _refuse("ListAppInstanceUsers", 400, "BadRequestException", "Invalid NextToken")
        start = bisect_right(self._order, int(NextToken), key=lambda each: each[0])
        end = start + min(MaxResults, self.page_size)
        page = self._order[start:end]
        more = {"NextToken": str(page[-1][0])} if end < len(self._order) else {}
        return {
            "AppInstanceArn": self.arn,
            "AppInstanceUsers": [{"AppInstanceUserArn": arn} for _, arn in page],
            **more,
        }

    def list_app_instance_admins(self, *, AppInstanceArn: str, MaxResults: int) -> dict[str, Any]:
        self._admit("ListAppInstanceAdmins", AppInstanceArn)
        assert len(self.admins) <= MaxResults, "this stand-in has one page of admins"
        return {"AppInstanceAdmins": [{"Admin": {"Arn": arn}} for arn in sorted(self.admins)]}

    def _found(self, operation: str, arn: str) -> StoredUser:
        self._admit(operation, self.arn)
        if arn not in self.users:
            message = "An invalid app instance user ARN was supplied for the input parameter."
            _refuse(operation, 403, "ForbiddenException", message)
        return self.users[arn]

    def _admit(self, operation: str, app_instance: str) -> None:
        if self.limits and not self.limits.admit(operation, REGION):
            self.throttled[operation] += 1
            _refuse(operation, 429, "ThrottledClientException", "Rate exceeded")
        self.calls[operation] += 1
        if app_instance != self.arn:
            _refuse(operation, 404, "NotFoundException", "The app instance does not exist.")


def _settings(user: StoredUser) -> dict[str, Any]:
    if user.days is None:
        return {}
    settings = {"ExpirationDays": user.days, "ExpirationCriterion": "CREATED_TIMESTAMP"}
    return {"ExpirationSettings": settings}


def _refuse(operation: str, status: int, code: str, message: str) -> NoReturn:
    raise ClientError(
        {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status},
        },
        operation,
    )
