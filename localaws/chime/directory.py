"""The app instances and users, and what each operation does to them."""

import base64
import binascii
import threading
import uuid
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar

from localaws.chime.arns import app_instance_arn, app_instance_of, region_of, user_arn
from localaws.chime.clock import Clock
from localaws.chime.errors import ChimeError
from localaws.chime.users import AppInstance, AppInstanceUser, ExpirationSettings

REGIONS = ("us-east-1", "eu-central-1")
"""Where the service exists."""

PAGE_SIZE = 50

Answer = dict[str, Any]
Parameters = Mapping[str, Any]
Kept = TypeVar("Kept", AppInstance, AppInstanceUser)


class Directory:
    """The state of the service in all its regions, safe to use from many threads.

    `unknown_user_answers` chooses what a call about a user that does not exist is told: nothing
    is documented, and both have been reported. `cleared_settings_answer` chooses whether settings
    that are not set are left out of an answer or are null. With `strict_regions`, a call signed
    for one region does not see the users of another one, as with the real regional endpoints.
    """

    def __init__(self, *, account: str = "111122223333", clock: Clock | None = None) -> None:
        self.account = account
        self.clock = clock or Clock()
        self.unknown_user_answers: Literal["Forbidden", "NotFound"] = "Forbidden"
        self.cleared_settings_answer: Literal["absent", "null"] = "absent"
        self.strict_regions = True
        self._lock = threading.RLock()
        self._app_instances: dict[str, AppInstance] = {}
        self._created_by_token: dict[tuple[str, str], str] = {}
        self._serial = 0
        self._operations: dict[str, Callable[[Parameters, str], Answer]] = {
            "CreateAppInstance": self._create_app_instance,
            "CreateAppInstanceUser": self._create_app_instance_user,
            "DeleteAppInstance": self._delete_app_instance,
            "DeleteAppInstanceUser": self._delete_app_instance_user,
            "DescribeAppInstanceUser": self._describe_app_instance_user,
            "ListAppInstanceUsers": self._list_app_instance_users,
            "ListAppInstances": self._list_app_instances,
            "PutAppInstanceUserExpirationSettings": self._put_expiration_settings,
            "UpdateAppInstanceUser": self._update_app_instance_user,
        }

    def perform(self, operation: str, parameters: Parameters, region: str = REGIONS[0]) -> Answer:
        """Carry out an operation with parameters that the model allows. Raises ChimeError."""
        with self._lock:
            return self._operations[operation](parameters, region)

    # For tests and demonstrations, which may look at and arrange the state directly.

    def create_app_instance(
        self, name: str = "chat", region: str = REGIONS[0], *, app_instance_id: str | None = None
    ) -> str:
        """Create an app instance, with a random id unless one is given, and return its ARN."""
        with self._lock:
            arn = app_instance_arn(region, self.account, app_instance_id or str(uuid.uuid4()))
            self._app_instances[arn] = AppInstance(arn, self._next_serial(), name)
            return arn

    def create_user(
        self,
        app_instance: str,
        user_id: str,
        *,
        created: datetime | None = None,
        expiration_days: int | None = None,
    ) -> str:
        """Create a user, in the past if wanted, and return its ARN. Raises ChimeError."""
        settings = None if expiration_days is None else ExpirationSettings(expiration_days)
        with self._lock:
            user = self._add_user(app_instance, user_id, user_id, settings)
            user.created = user.updated = created or user.created
            return user.arn

    def user(self, arn: str) -> AppInstanceUser | None:
        """Return a user, or None when there is none."""
        with self._lock:
            instance = self._app_instances.get(app_instance_of(arn))
            return instance.users.get(arn) if instance else None

    def users(self) -> list[AppInstanceUser]:
        """Return all users of all app instances."""
        with self._lock:
            return [user for each in self._app_instances.values() for user in each.users.values()]

    def expiration_days(self, arn: str) -> int | None:
        """Return a user's setting, None when it has none. Raises KeyError without such a user."""
        user = self.user(arn)
        if user is None:
            raise KeyError(arn)
        return user.expiration.expiration_days if user.expiration else None

    def delete_user(self, arn: str) -> None:
        """Delete a user, as its owner would. Raises KeyError without such a user."""
        with self._lock:
            del self._app_instances[app_instance_of(arn)].users[arn]

    def sweep(self) -> list[str]:
        """Delete the users that have expired and return their ARNs.

        The real service does this in the background, within six hours of the expiration. Until
        then an expired user appears as active and its settings can be changed.
        """
        with self._lock:
            now = self.clock.now()
            expired = [user.arn for user in self.users() if _is_past(user.expires_at, now)]
            for arn in expired:
                self.delete_user(arn)
            return expired

    # The operations.

    def _create_app_instance(self, parameters: Parameters, region: str) -> Answer:
        def create() -> str:
            arn = self.create_app_instance(parameters["Name"], region)
            self._app_instances[arn].metadata = parameters.get("Metadata")
            return arn

        return {"AppInstanceArn": self._once(parameters, "app-instance", create)}

    def _delete_app_instance(self, parameters: Parameters, region: str) -> Answer:
        arn = parameters["AppInstanceArn"]
        self._found_app_instance(arn, region)
        del self._app_instances[arn]
        return {}

    def _list_app_instances(self, parameters: Parameters, region: str) -> Answer:
        here = [each for each in self._app_instances.values() if region_of(each.arn) == region]
        page, more = _page(here, parameters)
        summaries = [
            _without_none({"AppInstanceArn": it.arn, "Name": it.name, "Metadata": it.metadata})
            for it in page
        ]
        return {"AppInstances": summaries, **more}

    def _create_app_instance_user(self, parameters: Parameters, region: str) -> Answer:
        self._found_app_instance(parameters["AppInstanceArn"], region)

        def create() -> str:
            user = self._add_user(
                parameters["AppInstanceArn"],
                parameters["AppInstanceUserId"],
                parameters["Name"],
                ExpirationSettings.from_wire(parameters.get("ExpirationSettings")),
            )
            user.metadata = parameters.get("Metadata")
            return user.arn

        return {"AppInstanceUserArn": self._once(parameters, parameters["AppInstanceArn"], create)}

    def _describe_app_instance_user(self, parameters: Parameters, region: str) -> Answer:
        user = self._found_user(parameters["AppInstanceUserArn"], region)
        description = _without_none(
            {
                "AppInstanceUserArn": user.arn,
                "Name": user.name,
                "Metadata": user.metadata,
                "CreatedTimestamp": user.created.timestamp(),
                "LastUpdatedTimestamp": user.updated.timestamp(),
            }
        )
        return {"AppInstanceUser": {**description, **self._settings_in_answer(user)}}

    def _update_app_instance_user(self, parameters: Parameters, region: str) -> Answer:
        user = self._found_user(parameters["AppInstanceUserArn"], region)
        user.name = parameters["Name"]
        user.metadata = parameters["Metadata"]
        user.updated = self.clock.now()
        return {"AppInstanceUserArn": user.arn}

    def _delete_app_instance_user(self, parameters: Parameters, region: str) -> Answer:
        self.delete_user(self._found_user(parameters["AppInstanceUserArn"], region).arn)
        return {}

    def _list_app_instance_users(self, parameters: Parameters, region: str) -> Answer:
        instance = self._found_app_instance(parameters["AppInstanceArn"], region)
        page, more = _page(list(instance.users.values()), parameters)
        # No ExpirationSettings in a summary: who wants them has to describe each user.
        summaries = [
            _without_none({"AppInstanceUserArn": it.arn, "Name": it.name, "Metadata": it.metadata})
            for it in page
        ]
        return {"AppInstanceArn": instance.arn, "AppInstanceUsers": summaries, **more}

    def _put_expiration_settings(self, parameters: Parameters, region: str) -> Answer:
        user = self._found_user(parameters["AppInstanceUserArn"], region)
        user.expiration = ExpirationSettings.from_wire(parameters.get("ExpirationSettings"))
        return {"AppInstanceUserArn": user.arn, **self._settings_in_answer(user)}

    # What the operations share.

    def _found_user(self, arn: str, region: str) -> AppInstanceUser:
        user = self.user(arn)
        if user is None or not self._is_visible(arn, region):
            raise self._unknown("user")
        return user

    def _found_app_instance(self, arn: str, region: str) -> AppInstance:
        instance = self._app_instances.get(arn)
        if instance is None or not self._is_visible(arn, region):
            raise self._unknown("")
        return instance

    def _is_visible(self, arn: str, region: str) -> bool:
        return not self.strict_regions or region_of(arn) == region

    def _unknown(self, what: str) -> ChimeError:
        thing = f"app instance {what}".strip()
        if self.unknown_user_answers == "NotFound":
            return ChimeError("NotFoundException", f"The {thing} does not exist.")
        return ChimeError(
            "ForbiddenException", f"An invalid {thing} ARN was supplied for the input parameter."
        )

    def _settings_in_answer(self, user: AppInstanceUser) -> Answer:
        if user.expiration is not None:
            return {"ExpirationSettings": user.expiration.to_wire()}
        return {"ExpirationSettings": None} if self.cleared_settings_answer == "null" else {}

    def _add_user(
        self, app_instance: str, user_id: str, name: str, settings: ExpirationSettings | None
    ) -> AppInstanceUser:
        instance = self._found_app_instance(app_instance, region_of(app_instance))
        arn = user_arn(app_instance, user_id)
        if arn in instance.users:
            raise ChimeError("ConflictException", f"The app instance user {arn} already exists.")
        now = self.clock.now()
        user = AppInstanceUser(arn, self._next_serial(), name, now, now, expiration=settings)
        instance.users[arn] = user
        return user

    def _once(self, parameters: Parameters, scope: str, create: Callable[[], str]) -> str:
        """Create, or return what the same ClientRequestToken created before."""
        key = (scope, parameters["ClientRequestToken"])
        if key not in self._created_by_token:
            self._created_by_token[key] = create()
        return self._created_by_token[key]

    def _next_serial(self) -> int:
        self._serial += 1
        return self._serial


def _is_past(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def _without_none(members: Answer) -> Answer:
    return {name: value for name, value in members.items() if value is not None}


def _page(kept: Sequence[Kept], parameters: Parameters) -> tuple[Sequence[Kept], Answer]:
    after = _serial_in(parameters.get("NextToken"))
    start = bisect_right(kept, after, key=lambda each: each.serial)
    end = start + parameters.get("MaxResults", PAGE_SIZE)
    page = kept[start:end]
    return page, {"NextToken": _token(page[-1].serial)} if end < len(kept) else {}


def _token(serial: int) -> str:
    return base64.urlsafe_b64encode(b"after:%d" % serial).decode()


def _serial_in(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).removeprefix(b"after:"))
    except (ValueError, binascii.Error) as error:
        raise ChimeError("BadRequestException", "NextToken is not one of ours") from error
