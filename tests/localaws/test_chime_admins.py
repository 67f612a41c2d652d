"""Admins of an app instance, through boto3's own client."""

from typing import Any

import pytest

from localaws.chime import ChimeIdentity


def admins_of(client: Any, app_instance: str, **page: Any) -> list[str]:
    response = client.list_app_instance_admins(AppInstanceArn=app_instance, **page)
    return [summary["Admin"]["Arn"] for summary in response["AppInstanceAdmins"]]


def test_a_user_is_promoted_and_demoted(client: Any, app_instance: str, user: str) -> None:
    # WHEN a user is promoted
    created = client.create_app_instance_admin(
        AppInstanceArn=app_instance, AppInstanceAdminArn=user
    )

    # THEN it is listed with its name
    assert created["AppInstanceAdmin"] == {"Arn": user, "Name": "guest-42"}
    listed = client.list_app_instance_admins(AppInstanceArn=app_instance)
    assert listed["AppInstanceAdmins"] == [{"Admin": created["AppInstanceAdmin"]}]
    assert listed["AppInstanceArn"] == created["AppInstanceArn"] == app_instance

    # WHEN it is demoted / THEN it is a user and no admin
    client.delete_app_instance_admin(AppInstanceArn=app_instance, AppInstanceAdminArn=user)
    assert admins_of(client, app_instance) == []
    assert client.describe_app_instance_user(AppInstanceUserArn=user)


def test_admins_are_listed_in_pages_of_at_most_fifty(
    client: Any, chime: ChimeIdentity, app_instance: str
) -> None:
    # GIVEN 60 admins, made in another order than the users were created
    users = [chime.create_user(app_instance, f"admin-{number}") for number in range(60)]
    for user in reversed(users):
        chime.make_admin(user)

    # WHEN
    first = client.list_app_instance_admins(AppInstanceArn=app_instance)
    second = admins_of(client, app_instance, NextToken=first["NextToken"], MaxResults=10)

    # THEN
    assert len(first["AppInstanceAdmins"]) == 50
    assert second == list(reversed(users))[50:]
    assert chime.admins(app_instance) == list(reversed(users))


def test_a_deleted_user_is_no_admin(client: Any, chime: ChimeIdentity, user: str) -> None:
    # GIVEN
    chime.make_admin(user)

    # WHEN
    client.delete_app_instance_user(AppInstanceUserArn=user)

    # THEN
    assert admins_of(client, user.partition("/user/")[0]) == []


def test_only_users_of_the_app_instance_can_be_promoted_and_only_once(
    client: Any, chime: ChimeIdentity, app_instance: str, user: str
) -> None:
    # GIVEN an admin, and a user of another app instance
    chime.make_admin(user)
    stranger = chime.create_user(chime.create_app_instance(), "stranger")

    # WHEN / THEN
    for arn in (stranger, f"{app_instance}/user/unknown"):
        with pytest.raises(client.exceptions.ForbiddenException, match="app instance user ARN"):
            client.create_app_instance_admin(AppInstanceArn=app_instance, AppInstanceAdminArn=arn)
    with pytest.raises(client.exceptions.ConflictException, match="already"):
        client.create_app_instance_admin(AppInstanceArn=app_instance, AppInstanceAdminArn=user)


def test_a_user_that_is_no_admin_cannot_be_demoted(
    client: Any, app_instance: str, user: str
) -> None:
    with pytest.raises(client.exceptions.ForbiddenException, match="app instance admin ARN"):
        client.delete_app_instance_admin(AppInstanceArn=app_instance, AppInstanceAdminArn=user)


def test_a_call_for_an_admin_is_logged_with_the_arn_of_the_admin(
    client: Any, chime: ChimeIdentity, app_instance: str, user: str
) -> None:
    # WHEN
    client.create_app_instance_admin(AppInstanceArn=app_instance, AppInstanceAdminArn=user)

    # THEN
    assert [call.arn for call in chime.calls] == [user]
