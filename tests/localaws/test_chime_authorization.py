"""The authorizer is asked before the state is looked at."""

from typing import Any

import pytest

from localaws.chime import Access, ChimeIdentity, Denial

ROLE = "arn:aws:sts::111122223333:assumed-role/provider/function"


class Guard:
    """Lets everything pass but the actions it was told of, and remembers what it was asked."""

    def __init__(self, *denied: str) -> None:
        self.denied = denied
        self.asked: list[Access] = []

    def __call__(self, access: Access) -> Denial | None:
        self.asked.append(access)
        return Denial(ROLE) if access.action in self.denied else None


def test_a_denied_caller_reads_what_aws_writes(
    client: Any, chime: ChimeIdentity, user: str
) -> None:
    # Given a guard that lets nobody put
    chime.authorizer = Guard("chime:PutAppInstanceUserExpirationSettings")

    # When somebody does
    with pytest.raises(Exception, match="AccessDeniedException") as caught:
        client.put_app_instance_user_expiration_settings(AppInstanceUserArn=user)

    # Then the message has the caller, the action and the resource
    assert caught.value.response["Error"]["Message"] == (  # type: ignore[attr-defined]
        f"User: {ROLE} is not authorized to perform: "
        f"chime:PutAppInstanceUserExpirationSettings on resource: {user}"
    )
    assert [call.error for call in chime.calls] == ["AccessDeniedException"]


def test_a_denied_caller_does_not_learn_who_exists(
    client: Any, chime: ChimeIdentity, app_instance: str
) -> None:
    # Given a guard that lets nobody describe
    chime.authorizer = Guard("chime:DescribeAppInstanceUser")

    # When nobody is described, then it is denied, not unknown
    with pytest.raises(Exception, match="AccessDeniedException"):
        client.describe_app_instance_user(AppInstanceUserArn=f"{app_instance}/user/nobody")


def test_creating_a_user_with_settings_needs_two_permissions(
    client: Any, chime: ChimeIdentity, app_instance: str
) -> None:
    # Given a guard that only watches
    guard = Guard()
    chime.authorizer = guard

    # When a user is created with settings
    client.create_app_instance_user(
        AppInstanceArn=app_instance,
        AppInstanceUserId="guest",
        Name="Guest",
        ExpirationSettings={"ExpirationDays": 1, "ExpirationCriterion": "CREATED_TIMESTAMP"},
    )

    # Then both actions were asked for, each with its resource
    assert [(access.action, access.resource) for access in guard.asked] == [
        ("chime:CreateAppInstanceUser", app_instance),
        ("chime:PutAppInstanceUserExpirationSettings", f"{app_instance}/user/guest"),
    ]


def test_a_list_of_all_is_authorized_on_everything(client: Any, chime: ChimeIdentity) -> None:
    # Given a guard that only watches
    guard = Guard()
    chime.authorizer = guard

    # When app instances are listed, then the resource is everything
    client.list_app_instances()
    assert [access.resource for access in guard.asked] == ["*"]
