"""Authorization is checked before the state is read."""

from typing import Any

import pytest

from localaws.chime import Access, ChimeIdentity, Denial, Request

ROLE = "arn:aws:sts::111122223333:assumed-role/provider/function"


class RecordingAuthorizer:
    """Denies the given actions, and records all accesses."""

    def __init__(self, *denied: str) -> None:
        self.denied = denied
        self.accesses: list[Access] = []

    def __call__(self, access: Access) -> Denial | None:
        self.accesses.append(access)
        return Denial(ROLE) if access.action in self.denied else None


def test_a_denied_caller_gets_the_message_of_aws(
    client: Any, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    chime.authorizer = RecordingAuthorizer("chime:PutAppInstanceUserExpirationSettings")

    # WHEN
    with pytest.raises(Exception, match="AccessDeniedException") as caught:
        client.put_app_instance_user_expiration_settings(AppInstanceUserArn=user)

    # THEN the message has the caller, the action and the resource
    assert caught.value.response["Error"]["Message"] == (  # type: ignore[attr-defined]
        f"User: {ROLE} is not authorized to perform: "
        f"chime:PutAppInstanceUserExpirationSettings on resource: {user}"
    )
    assert [call.error for call in chime.calls] == ["AccessDeniedException"]


def test_a_denied_caller_does_not_learn_which_users_exist(
    client: Any, chime: ChimeIdentity, app_instance: str
) -> None:
    # GIVEN
    chime.authorizer = RecordingAuthorizer("chime:DescribeAppInstanceUser")

    # WHEN an unknown user is described / THEN the error is not "not found"
    with pytest.raises(Exception, match="AccessDeniedException"):
        client.describe_app_instance_user(AppInstanceUserArn=f"{app_instance}/user/unknown")


def test_creating_a_user_with_settings_needs_two_permissions(
    client: Any, chime: ChimeIdentity, app_instance: str
) -> None:
    # GIVEN
    authorizer = RecordingAuthorizer()
    chime.authorizer = authorizer

    # WHEN a user is created with settings
    client.create_app_instance_user(
        AppInstanceArn=app_instance,
        AppInstanceUserId="guest",
        Name="Guest",
        ExpirationSettings={"ExpirationDays": 1, "ExpirationCriterion": "CREATED_TIMESTAMP"},
    )

    # THEN both actions were authorized, each on its resource
    assert [(access.action, access.resource) for access in authorizer.accesses] == [
        ("chime:CreateAppInstanceUser", app_instance),
        ("chime:PutAppInstanceUserExpirationSettings", f"{app_instance}/user/guest"),
    ]


def test_a_list_of_all_app_instances_is_authorized_on_any_resource(
    client: Any, chime: ChimeIdentity
) -> None:
    # GIVEN
    authorizer = RecordingAuthorizer()
    chime.authorizer = authorizer

    # WHEN / THEN
    client.list_app_instances()
    assert [access.resource for access in authorizer.accesses] == ["*"]


@pytest.mark.parametrize("operation", ["ListAppInstanceAdmins", "ListAppInstanceUsers"])
def test_a_list_needs_the_permission_on_the_app_instance_and_on_its_users(
    chime: ChimeIdentity, app_instance: str, operation: str
) -> None:
    # GIVEN
    authorizer = RecordingAuthorizer()
    chime.authorizer = authorizer

    # WHEN
    chime.handle(Request(operation, {"AppInstanceArn": app_instance}))

    # THEN
    assert [(access.action, access.resource) for access in authorizer.accesses] == [
        (f"chime:{operation}", app_instance),
        (f"chime:{operation}", f"{app_instance}/user/*"),
    ]


def test_promoting_needs_the_permission_on_the_app_instance_and_on_the_user(
    client: Any, chime: ChimeIdentity, app_instance: str, user: str
) -> None:
    # GIVEN
    authorizer = RecordingAuthorizer()
    chime.authorizer = authorizer

    # WHEN
    client.create_app_instance_admin(AppInstanceArn=app_instance, AppInstanceAdminArn=user)

    # THEN
    assert [access.resource for access in authorizer.accesses] == [app_instance, user]
    assert {access.action for access in authorizer.accesses} == {"chime:CreateAppInstanceAdmin"}
