"""Tokens of the next page that are refused."""

from typing import Any

import pytest

from localaws.chime import ChimeIdentity


@pytest.fixture
def app_instance(chime: ChimeIdentity) -> str:
    """An app instance with two users, both of them admins."""
    arn = chime.create_app_instance()
    for user_id in ("a", "b"):
        chime.make_admin(chime.create_user(arn, user_id))
    return arn


def test_a_token_can_expire_between_two_pages(
    client: Any, chime: ChimeIdentity, app_instance: str
) -> None:
    # GIVEN the first of two pages
    first = client.list_app_instance_users(AppInstanceArn=app_instance, MaxResults=1)

    # WHEN the tokens expire / THEN the second page is refused
    chime.expire_page_tokens()
    with pytest.raises(client.exceptions.BadRequestException, match="NextToken"):
        client.list_app_instance_users(AppInstanceArn=app_instance, NextToken=first["NextToken"])

    # WHEN the list begins again / THEN its token is valid
    again = client.list_app_instance_users(AppInstanceArn=app_instance, MaxResults=1)
    second = client.list_app_instance_users(
        AppInstanceArn=app_instance, NextToken=again["NextToken"]
    )
    assert [user["Name"] for user in second["AppInstanceUsers"]] == ["b"]


def test_a_token_is_valid_for_its_own_list_only(
    client: Any, chime: ChimeIdentity, app_instance: str
) -> None:
    # GIVEN a token of the list of users
    first = client.list_app_instance_users(AppInstanceArn=app_instance, MaxResults=1)
    token = first["NextToken"]
    other = chime.create_app_instance()

    # WHEN it is used for another list / THEN it is refused
    with pytest.raises(client.exceptions.BadRequestException):
        client.list_app_instance_admins(AppInstanceArn=app_instance, NextToken=token)
    with pytest.raises(client.exceptions.BadRequestException):
        client.list_app_instance_users(AppInstanceArn=other, NextToken=token)


@pytest.mark.parametrize("token", ["no token", "%%%", "YWJj"])
def test_text_that_is_no_token_is_refused(client: Any, app_instance: str, token: str) -> None:
    with pytest.raises(client.exceptions.BadRequestException, match="NextToken"):
        client.list_app_instance_users(AppInstanceArn=app_instance, NextToken=token)
