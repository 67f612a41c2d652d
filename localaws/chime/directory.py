"""The app instances and users, for tests and demonstrations that read and change them directly."""

import threading
import uuid
from datetime import datetime, timedelta
from typing import Literal

from localaws.chime.answers import Answers
from localaws.chime.arns import app_instance_arn, app_instance_of, region_of, user_arn
from localaws.chime.clock import Clock
from localaws.chime.errors import ChimeError
from localaws.chime.pages import Pages
from localaws.chime.users import AppInstance, AppInstanceAdmin, AppInstanceUser, ExpirationSettings

REGIONS = ("us-east-1", "eu-central-1")
"""The regions of the service that are simulated."""


class Directory:
    """The state of the service in all its regions, safe to use from many threads.

    Some attributes decide what is not documented of the real service:

    - ``unknown_user_answers``: the error for a user that does not exist. Both have been reported.
    - ``existing_user_answers``: whether creating a user that exists is an error, or a success that
      changes nothing. Both have been reported.
    - ``cleared_settings_answer``: whether settings that are not set are absent in a response or
      null.
    - ``put_changes_last_updated``: whether setting or clearing an expiration changes
      LastUpdatedTimestamp.
    - ``list_order``: the order of ListAppInstanceUsers, by creation, by ARN or another.

    Their defaults are in ``answers``.

    With ``strict_regions``, a call that is signed for one region does not see the users of another
    region, as with the real regional endpoints.
    """

    def __init__(
        self,
        *,
        account: str = "111122223333",
        clock: Clock | None = None,
        answers: Answers | None = None,
    ) -> None:
        self.account = account
        self.clock = clock or Clock()
        self.answers = answers or Answers.load()
        self.unknown_user_answers: Literal["Forbidden", "NotFound"] = (
            "NotFound" if self.answers.missing_user.error == "NotFoundException" else "Forbidden"
        )
        self.existing_user_answers: Literal["Conflict", "Success"] = self.answers.create_twice
        self.cleared_settings_answer: Literal["absent", "null"] = self.answers.cleared_settings
        self.put_changes_last_updated = self.answers.put_changes_last_updated
        self.list_order: Literal["creation", "arn", "other"] = self.answers.list_order
        self.strict_regions = True
        self.lock = threading.RLock()
        self.app_instances: dict[str, AppInstance] = {}
        self.pages = Pages()
        self._serial = 0

    def create_app_instance(
        self,
        name: str = "chat",
        region: str = REGIONS[0],
        *,
        app_instance_id: str | None = None,
        age_days: float = 0,
    ) -> str:
        """Create an app instance, with a random id unless one is given, and return its ARN."""
        with self.lock:
            arn = app_instance_arn(region, self.account, app_instance_id or str(uuid.uuid4()))
            created = self._days_ago(age_days)
            self.app_instances[arn] = AppInstance(
                arn, self._next_serial(), name, created=created, updated=created
            )
            return arn

    def create_user(
        self,
        app_instance: str,
        user_id: str,
        *,
        name: str | None = None,
        created: datetime | None = None,
        age_days: float = 0,
        expiration_days: int | None = None,
    ) -> str:
        """Create a user and return its ARN. Raises ChimeError.

        It was created at ``created``, or ``age_days`` ago.
        """
        with self.lock:
            instance = self.found_app_instance(app_instance, region_of(app_instance))
            arn = user_arn(app_instance, user_id)
            if arn in instance.users:
                raise ChimeError(
                    "ConflictException", f"The app instance user {arn} already exists."
                )
            moment = created or self._days_ago(age_days)
            instance.users[arn] = AppInstanceUser(
                arn,
                self._next_serial(),
                name or user_id,
                created=moment,
                updated=moment,
                expiration=None if expiration_days is None else ExpirationSettings(expiration_days),
            )
            return arn

    def make_admin(self, arn: str) -> None:
        """Make a user an admin of its app instance. Raises KeyError if it does not exist."""
        with self.lock:
            instance = self.app_instances[app_instance_of(arn)]
            instance.admins[arn] = AppInstanceAdmin(instance.users[arn], self._next_serial())

    def user(self, arn: str) -> AppInstanceUser | None:
        """Return a user, or None if it does not exist."""
        with self.lock:
            instance = self.app_instances.get(app_instance_of(arn))
            return instance.users.get(arn) if instance else None

    def users(self) -> list[AppInstanceUser]:
        """Return all users of all app instances."""
        with self.lock:
            return [user for each in self.app_instances.values() for user in each.users.values()]

    def admins(self, app_instance: str) -> list[str]:
        """Return the ARNs of the admins. Raises KeyError if the app instance does not exist."""
        with self.lock:
            return list(self.app_instances[app_instance].admins)

    def set_expiration(self, arn: str, days: int) -> None:
        """Set the expiration of a user, as somebody else would. Raises KeyError."""
        with self.lock:
            user = self.app_instances[app_instance_of(arn)].users[arn]
            user.expiration = ExpirationSettings(days)

    def expiration_days(self, arn: str) -> int | None:
        """Return a user's setting, or None. Raises KeyError if the user does not exist."""
        user = self.user(arn)
        if user is None:
            raise KeyError(arn)
        return user.expiration.expiration_days if user.expiration else None

    def delete_user(self, arn: str) -> None:
        """Delete a user. Raises KeyError if it does not exist."""
        with self.lock:
            instance = self.app_instances[app_instance_of(arn)]
            del instance.users[arn]
            instance.admins.pop(arn, None)

    def expire_page_tokens(self) -> None:
        """Make the NextToken of every list so far invalid: how long one lives is not documented."""
        with self.lock:
            self.pages.expire_tokens()

    def delete_expired_users(self) -> list[str]:
        """Delete the users that have expired and return their ARNs.

        The real service does this in the background, within about six hours. Until
        then an expired user appears as active and its settings can be changed.
        """
        with self.lock:
            now = self.clock.now()
            expired = [user.arn for user in self.users() if _is_past(user.expires_at, now)]
            for arn in expired:
                self.delete_user(arn)
            return expired

    def let_time_pass(self, time: timedelta) -> list[str]:
        """Make everything older, delete the users that have expired, and return their ARNs.

        The clock does not change: functions and tools have the time of this machine, and calculate
        with the age of a user. ``clock.advance`` is for tests in which nothing else has a clock.
        """
        with self.lock:
            things: list[AppInstance | AppInstanceUser]
            things = [*self.app_instances.values(), *self.users()]
            for each in things:
                each.created -= time
                each.updated -= time
            return self.delete_expired_users()

    def found_user(self, arn: str, region: str) -> AppInstanceUser:
        """Return a user as a call for a region sees it. Raises ChimeError."""
        user = self.user(arn)
        if user is None or not self._is_visible(arn, region):
            raise self.unknown("app instance user")
        return user

    def found_app_instance(self, arn: str, region: str) -> AppInstance:
        """Return an app instance as a call for a region sees it. Raises ChimeError."""
        instance = self.app_instances.get(arn)
        if instance is None or not self._is_visible(arn, region):
            raise self.unknown("app instance")
        return instance

    def unknown(self, thing: str) -> ChimeError:
        """Return the error for something that does not exist."""
        error = f"{self.unknown_user_answers}Exception"
        if thing == "app instance user" and error == self.answers.missing_user.error:
            return ChimeError(error, self.answers.missing_user.message)
        if error == "NotFoundException":
            return ChimeError(error, f"The {thing} does not exist.")
        return ChimeError(error, f"An invalid {thing} ARN was supplied for the input parameter.")

    def _is_visible(self, arn: str, region: str) -> bool:
        return not self.strict_regions or region_of(arn) == region

    def _days_ago(self, days: float) -> datetime:
        return self.clock.now() - timedelta(days=days)

    def _next_serial(self) -> int:
        self._serial += 1
        return self._serial


def _is_past(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now
