"""What each operation does to the app instances and users, and what it returns."""

from collections.abc import Callable, Mapping
from typing import Any

from localaws.chime.arns import region_of, user_arn
from localaws.chime.directory import Directory
from localaws.chime.errors import ChimeError
from localaws.chime.pages import ordered
from localaws.chime.users import AppInstance, AppInstanceAdmin, AppInstanceUser, ExpirationSettings

Answer = dict[str, Any]
Parameters = Mapping[str, Any]


class Operations:
    """The operations on a directory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._created_by_token: dict[tuple[str, str], str] = {}
        self._operations: dict[str, Callable[[Parameters, str], Answer]] = {
            "CreateAppInstance": self._create_app_instance,
            "CreateAppInstanceAdmin": self._create_app_instance_admin,
            "CreateAppInstanceUser": self._create_app_instance_user,
            "DeleteAppInstance": self._delete_app_instance,
            "DeleteAppInstanceAdmin": self._delete_app_instance_admin,
            "DeleteAppInstanceUser": self._delete_app_instance_user,
            "DescribeAppInstance": self._describe_app_instance,
            "DescribeAppInstanceUser": self._describe_app_instance_user,
            "ListAppInstanceAdmins": self._list_app_instance_admins,
            "ListAppInstanceUsers": self._list_app_instance_users,
            "ListAppInstances": self._list_app_instances,
            "PutAppInstanceUserExpirationSettings": self._put_expiration_settings,
            "UpdateAppInstance": self._update_app_instance,
            "UpdateAppInstanceUser": self._update_app_instance_user,
        }

    def perform(self, operation: str, parameters: Parameters, region: str) -> Answer:
        """Perform an operation with parameters that the model allows. Raises ChimeError."""
        with self._directory.lock:
            return self._operations[operation](parameters, region)

    def _create_app_instance(self, parameters: Parameters, region: str) -> Answer:
        def create() -> str:
            arn = self._directory.create_app_instance(parameters["Name"], region)
            self._directory.app_instances[arn].metadata = parameters.get("Metadata")
            return arn

        return {"AppInstanceArn": self._once(parameters, "app-instance", create)}

    def _describe_app_instance(self, parameters: Parameters, region: str) -> Answer:
        instance = self._app_instance(parameters, region)
        return {"AppInstance": {**_summary(instance), **_timestamps(instance)}}

    def _update_app_instance(self, parameters: Parameters, region: str) -> Answer:
        instance = self._app_instance(parameters, region)
        instance.name = parameters["Name"]
        instance.metadata = parameters["Metadata"]
        instance.updated = self._directory.clock.now()
        return {"AppInstanceArn": instance.arn}

    def _delete_app_instance(self, parameters: Parameters, region: str) -> Answer:
        del self._directory.app_instances[self._app_instance(parameters, region).arn]
        return {}

    def _list_app_instances(self, parameters: Parameters, region: str) -> Answer:
        everywhere = self._directory.app_instances.values()
        here = [each for each in everywhere if region_of(each.arn) == region]
        page, more = self._directory.pages.cut(here, f"app-instances:{region}", parameters)
        return {"AppInstances": [_summary(each) for each in page], **more}

    def _create_app_instance_user(self, parameters: Parameters, region: str) -> Answer:
        instance = self._app_instance(parameters, region)

        def create() -> str:
            arn = user_arn(instance.arn, parameters["AppInstanceUserId"])
            if arn in instance.users and self._directory.existing_user_answers == "Success":
                return arn
            self._directory.create_user(
                instance.arn, parameters["AppInstanceUserId"], name=parameters["Name"]
            )
            user = instance.users[arn]
            user.metadata = parameters.get("Metadata")
            user.expiration = ExpirationSettings.from_wire(parameters.get("ExpirationSettings"))
            return arn

        return {"AppInstanceUserArn": self._once(parameters, instance.arn, create)}

    def _describe_app_instance_user(self, parameters: Parameters, region: str) -> Answer:
        user = self._user(parameters, region)
        return {
            "AppInstanceUser": {**_user_summary(user), **_timestamps(user), **self._settings(user)}
        }

    def _update_app_instance_user(self, parameters: Parameters, region: str) -> Answer:
        user = self._user(parameters, region)
        user.name = parameters["Name"]
        user.metadata = parameters["Metadata"]
        user.updated = self._directory.clock.now()
        return {"AppInstanceUserArn": user.arn}

    def _delete_app_instance_user(self, parameters: Parameters, region: str) -> Answer:
        self._directory.delete_user(self._user(parameters, region).arn)
        return {}

    def _list_app_instance_users(self, parameters: Parameters, region: str) -> Answer:
        instance = self._app_instance(parameters, region)
        order = self._directory.list_order
        users, place = ordered(list(instance.users.values()), order)
        page, more = self._directory.pages.cut(
            users, f"users:{order}:{instance.arn}", parameters, place
        )
        # A summary has no ExpirationSettings: clients have to describe each user.
        summaries = [_user_summary(user) for user in page]
        return {"AppInstanceArn": instance.arn, "AppInstanceUsers": summaries, **more}

    def _put_expiration_settings(self, parameters: Parameters, region: str) -> Answer:
        user = self._user(parameters, region)
        user.expiration = ExpirationSettings.from_wire(parameters.get("ExpirationSettings"))
        if self._directory.put_changes_last_updated:
            user.updated = self._directory.clock.now()
        return {"AppInstanceUserArn": user.arn, **self._settings(user)}

    def _create_app_instance_admin(self, parameters: Parameters, region: str) -> Answer:
        instance = self._app_instance(parameters, region)
        user = instance.users.get(parameters["AppInstanceAdminArn"])
        if user is None:
            raise self._directory.unknown("app instance user")
        if user.arn in instance.admins:
            raise ChimeError("ConflictException", f"{user.arn} is already an app instance admin.")
        self._directory.make_admin(user.arn)
        return {"AppInstanceArn": instance.arn, "AppInstanceAdmin": _identity(user)}

    def _delete_app_instance_admin(self, parameters: Parameters, region: str) -> Answer:
        instance = self._app_instance(parameters, region)
        if instance.admins.pop(parameters["AppInstanceAdminArn"], None) is None:
            raise self._directory.unknown("app instance admin")
        return {}

    def _list_app_instance_admins(self, parameters: Parameters, region: str) -> Answer:
        instance = self._app_instance(parameters, region)
        page, more = self._directory.pages.cut(
            list(instance.admins.values()), f"admins:{instance.arn}", parameters
        )
        summaries = [_admin_summary(admin) for admin in page]
        return {"AppInstanceArn": instance.arn, "AppInstanceAdmins": summaries, **more}

    # What the operations share.

    def _app_instance(self, parameters: Parameters, region: str) -> AppInstance:
        return self._directory.found_app_instance(parameters["AppInstanceArn"], region)

    def _user(self, parameters: Parameters, region: str) -> AppInstanceUser:
        return self._directory.found_user(parameters["AppInstanceUserArn"], region)

    def _settings(self, user: AppInstanceUser) -> Answer:
        if user.expiration is not None:
            return {"ExpirationSettings": user.expiration.to_wire()}
        null = self._directory.cleared_settings_answer == "null"
        return {"ExpirationSettings": None} if null else {}

    def _once(self, parameters: Parameters, scope: str, create: Callable[[], str]) -> str:
        """Create, or return what the same ClientRequestToken created before."""
        key = (scope, parameters["ClientRequestToken"])
        if key not in self._created_by_token:
            self._created_by_token[key] = create()
        return self._created_by_token[key]


def _summary(instance: AppInstance) -> Answer:
    return _without_none(
        {"AppInstanceArn": instance.arn, "Name": instance.name, "Metadata": instance.metadata}
    )


def _user_summary(user: AppInstanceUser) -> Answer:
    return _without_none(
        {"AppInstanceUserArn": user.arn, "Name": user.name, "Metadata": user.metadata}
    )


def _admin_summary(admin: AppInstanceAdmin) -> Answer:
    return {"Admin": _identity(admin.user)}


def _identity(user: AppInstanceUser) -> Answer:
    return {"Arn": user.arn, "Name": user.name}


def _timestamps(thing: AppInstance | AppInstanceUser) -> Answer:
    return {
        "CreatedTimestamp": thing.created.timestamp(),
        "LastUpdatedTimestamp": thing.updated.timestamp(),
    }


def _without_none(members: Answer) -> Answer:
    return {name: value for name, value in members.items() if value is not None}
