"""What CloudFormation does for ``AWS::Chime::AppInstance`` and ``AWS::Chime::AppInstanceUser``.

The properties have the names that the parameters of the API have. Tags are passed on when a
resource is created. The local Chime does not keep them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

Properties = Mapping[str, Any]
Created = tuple[str, dict[str, Any]]
"""The physical id, which ``Ref`` returns, and the attributes for ``Fn::GetAtt``."""

# A setting of the local Chime decides with which of these it answers.
_NOT_FOUND = ("ForbiddenException", "NotFoundException")


class AppInstanceType:
    """One AppInstance in the region of the stack. ``client`` returns a client for this region."""

    name = "AWS::Chime::AppInstance"
    create_only: tuple[str, ...] = ()

    def __init__(self, client: Callable[[], Any]) -> None:
        self._client = client

    def create(self, _logical_id: str, properties: Properties, _stack_name: str) -> Created:
        created = self._client().create_app_instance(
            **_given(properties, "Name", "Metadata", "Tags")
        )
        return self._described(created["AppInstanceArn"])

    def update(
        self, arn: str, _old: Properties, properties: Properties, _stack_name: str
    ) -> Created:
        self._client().update_app_instance(AppInstanceArn=arn, **_name_and_metadata(properties))
        return self._described(arn)

    def delete(self, arn: str, _properties: Properties) -> None:
        _ignoring_not_found(self._client().delete_app_instance, AppInstanceArn=arn)

    def _described(self, arn: str) -> Created:
        found = self._client().describe_app_instance(AppInstanceArn=arn)["AppInstance"]
        return arn, {
            "AppInstanceArn": arn,
            "CreatedTimestamp": found["CreatedTimestamp"].isoformat(),
            "LastUpdatedTimestamp": found["LastUpdatedTimestamp"].isoformat(),
        }


class AppInstanceUserType:
    """One AppInstanceUser. ``client`` returns a client for the region of the stack."""

    name = "AWS::Chime::AppInstanceUser"
    create_only = ("AppInstanceArn", "AppInstanceUserId")

    def __init__(self, client: Callable[[], Any]) -> None:
        self._client = client

    def create(self, _logical_id: str, properties: Properties, _stack_name: str) -> Created:
        created = self._client().create_app_instance_user(
            **_given(properties, "AppInstanceArn", "AppInstanceUserId", "Name", "Metadata", "Tags"),
            **_settings(properties),
        )
        return _user(created["AppInstanceUserArn"])

    def update(
        self, arn: str, old: Properties, properties: Properties, _stack_name: str
    ) -> Created:
        self._client().update_app_instance_user(
            AppInstanceUserArn=arn, **_name_and_metadata(properties)
        )
        if _settings(old) != _settings(properties):
            # Without settings, the call clears them.
            self._client().put_app_instance_user_expiration_settings(
                AppInstanceUserArn=arn, **_settings(properties)
            )
        return _user(arn)

    def delete(self, arn: str, _properties: Properties) -> None:
        _ignoring_not_found(self._client().delete_app_instance_user, AppInstanceUserArn=arn)


def _user(arn: str) -> Created:
    return arn, {"AppInstanceUserArn": arn}


def _given(properties: Properties, *names: str) -> dict[str, Any]:
    return {name: properties[name] for name in names if name in properties}


def _name_and_metadata(properties: Properties) -> dict[str, Any]:
    # The calls require both.
    return {"Name": properties["Name"], "Metadata": properties.get("Metadata", "")}


def _settings(properties: Properties) -> dict[str, Any]:
    settings = properties.get("ExpirationSettings")
    if not settings:
        return {}
    # A parameter of a template is a text.
    return {"ExpirationSettings": {**settings, "ExpirationDays": int(settings["ExpirationDays"])}}


def _ignoring_not_found(delete: Callable[..., Any], **parameters: str) -> None:
    try:
        delete(**parameters)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NOT_FOUND:
            raise
