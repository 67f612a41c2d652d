"""Each operation, through boto3's own client."""

import concurrent.futures
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws.chime import ChimeIdentity, ChimeServer, Request

THIRTY_DAYS = {"ExpirationDays": 30, "ExpirationCriterion": "CREATED_TIMESTAMP"}


def test_put_sets_the_expiration(client: Any, chime: ChimeIdentity, user: str) -> None:
    # WHEN the settings are put
    answer = client.put_app_instance_user_expiration_settings(
        AppInstanceUserArn=user, ExpirationSettings=THIRTY_DAYS
    )

    # THEN they are answered and kept
    assert (answer["AppInstanceUserArn"], answer["ExpirationSettings"]) == (user, THIRTY_DAYS)
    assert chime.expiration_days(user) == 30


@pytest.mark.parametrize("switch", ["absent", "null"])
def test_put_without_settings_clears_the_expiration(
    client: Any, chime: ChimeIdentity, app_instance: str, switch: Any
) -> None:
    # GIVEN a user with settings
    chime.cleared_settings_answer = switch
    user = chime.create_user(app_instance, "guest", expiration_days=5)

    # WHEN none are put
    answer = client.put_app_instance_user_expiration_settings(AppInstanceUserArn=user)

    # THEN there are none, in the answer either
    assert answer.get("ExpirationSettings") is None
    assert chime.expiration_days(user) is None


def test_describe_tells_of_the_user_and_its_settings(
    client: Any, chime: ChimeIdentity, app_instance: str
) -> None:
    # GIVEN a user whose id has colons, dots and an @, as real ones do
    user_id = "us-east-1:b7ea.2c@x"
    user = chime.create_user(app_instance, user_id, expiration_days=30)

    # WHEN it is described
    described = client.describe_app_instance_user(AppInstanceUserArn=user)["AppInstanceUser"]

    # THEN everything is there, the times as botocore reads epoch seconds
    kept = chime.user(user)
    assert kept is not None
    assert described["AppInstanceUserArn"] == f"{app_instance}/user/{user_id}"
    assert described["ExpirationSettings"] == THIRTY_DAYS
    assert abs((described["CreatedTimestamp"] - kept.created).total_seconds()) < 0.001


def test_users_and_app_instances_are_created_updated_and_deleted(client: Any) -> None:
    # GIVEN an app instance with a user that has settings from the start
    instance = client.create_app_instance(Name="chat")["AppInstanceArn"]
    user = client.create_app_instance_user(
        AppInstanceArn=instance,
        AppInstanceUserId="guest",
        Name="Guest",
        ExpirationSettings=THIRTY_DAYS,
    )["AppInstanceUserArn"]

    # WHEN it is updated / THEN it has its new name and its old settings
    client.update_app_instance_user(AppInstanceUserArn=user, Name="Renamed", Metadata="vip")
    described = client.describe_app_instance_user(AppInstanceUserArn=user)["AppInstanceUser"]
    assert (described["Name"], described["Metadata"]) == ("Renamed", "vip")
    assert described["ExpirationSettings"] == THIRTY_DAYS
    client.update_app_instance(AppInstanceArn=instance, Name="Renamed", Metadata="vip")
    described = client.describe_app_instance(AppInstanceArn=instance)["AppInstance"]
    assert (described["Name"], described["Metadata"]) == ("Renamed", "vip")

    # WHEN both are deleted / THEN none is listed
    client.delete_app_instance_user(AppInstanceUserArn=user)
    assert client.list_app_instance_users(AppInstanceArn=instance)["AppInstanceUsers"] == []
    client.delete_app_instance(AppInstanceArn=instance)
    assert client.list_app_instances()["AppInstances"] == []


def test_an_app_instance_belongs_to_the_region_the_call_was_signed_for(client_for: Any) -> None:
    # WHEN
    arn = client_for("eu-central-1").create_app_instance(Name="chat")["AppInstanceArn"]

    # THEN its ARN has the region, and Virginia does not list it
    assert arn.startswith("arn:aws:chime:eu-central-1:111122223333:app-instance/")
    assert client_for("us-east-1").list_app_instances()["AppInstances"] == []


def test_a_repeated_create_with_the_same_token_creates_once(client: Any, app_instance: str) -> None:
    # GIVEN a create
    create = {
        "AppInstanceArn": app_instance,
        "AppInstanceUserId": "guest",
        "Name": "Guest",
        "ClientRequestToken": "token",
    }
    first = client.create_app_instance_user(**create)["AppInstanceUserArn"]

    # WHEN it is sent again / THEN it is the same user
    assert client.create_app_instance_user(**create)["AppInstanceUserArn"] == first

    # WHEN it has another token / THEN the id is a conflict
    with pytest.raises(client.exceptions.ConflictException):
        client.create_app_instance_user(**{**create, "ClientRequestToken": "another"})


@pytest.mark.parametrize("answer", ["Conflict", "Success"])
def test_creating_a_user_that_exists_is_a_conflict_or_changes_nothing(
    client: Any, chime: ChimeIdentity, app_instance: str, answer: Any
) -> None:
    # GIVEN
    chime.existing_user_answers = answer
    user = chime.create_user(app_instance, "guest", name="First", expiration_days=30)

    # WHEN
    create = {"AppInstanceArn": app_instance, "AppInstanceUserId": "guest", "Name": "Second"}
    if answer == "Conflict":
        with pytest.raises(client.exceptions.ConflictException):
            client.create_app_instance_user(**create)
    else:
        assert client.create_app_instance_user(**create)["AppInstanceUserArn"] == user

    # THEN
    described = client.describe_app_instance_user(AppInstanceUserArn=user)["AppInstanceUser"]
    assert (described["Name"], described["ExpirationSettings"]) == ("First", THIRTY_DAYS)


@pytest.mark.parametrize("switch", [False, True])
def test_put_changes_the_time_of_the_last_update_if_wanted(
    client: Any, chime: ChimeIdentity, app_instance: str, switch: bool
) -> None:
    # GIVEN
    chime.put_changes_last_updated = switch
    user = chime.create_user(app_instance, "guest", age_days=10)

    # WHEN
    client.put_app_instance_user_expiration_settings(
        AppInstanceUserArn=user, ExpirationSettings=THIRTY_DAYS
    )

    # THEN
    described = client.describe_app_instance_user(AppInstanceUserArn=user)["AppInstanceUser"]
    updated_later = described["LastUpdatedTimestamp"] > described["CreatedTimestamp"]
    assert updated_later is switch


def test_an_app_instance_is_described_with_its_age(client: Any, chime: ChimeIdentity) -> None:
    # GIVEN
    arn = chime.create_app_instance("chat", age_days=400)

    # WHEN
    described = client.describe_app_instance(AppInstanceArn=arn)["AppInstance"]

    # THEN
    assert (described["AppInstanceArn"], described["Name"]) == (arn, "chat")
    assert (chime.clock.now() - described["CreatedTimestamp"]).days == 400
    with pytest.raises(client.exceptions.ForbiddenException):
        client.describe_app_instance(AppInstanceArn=f"{arn}0")


def test_users_are_listed_in_pages_without_their_settings(
    client: Any, chime: ChimeIdentity, app_instance: str
) -> None:
    # GIVEN more users than a page holds
    users = [chime.create_user(app_instance, f"guest-{n}", expiration_days=30) for n in range(60)]

    # WHEN they are listed, one of them deleted between the pages
    first = client.list_app_instance_users(AppInstanceArn=app_instance)
    chime.delete_user(users[10])
    second = client.list_app_instance_users(
        AppInstanceArn=app_instance, NextToken=first["NextToken"]
    )

    # THEN no user is missing, and no summary has settings
    summaries = first["AppInstanceUsers"] + second["AppInstanceUsers"]
    assert [summary["AppInstanceUserArn"] for summary in summaries] == users
    assert "NextToken" not in second
    assert not any("ExpirationSettings" in summary for summary in summaries)


def test_a_call_can_be_handled_without_http(chime: ChimeIdentity, user: str) -> None:
    # WHEN
    reply = chime.handle(Request("DescribeAppInstanceUser", {"AppInstanceUserArn": user}))

    # THEN
    assert (reply.status, reply.body["AppInstanceUser"]["AppInstanceUserArn"]) == (200, user)


def test_many_calls_at_once_all_succeed(
    client_for: Any, chime: ChimeIdentity, app_instance: str
) -> None:
    # GIVEN many users, and a client with as many connections as threads
    users = [chime.create_user(app_instance, f"guest-{n}") for n in range(200)]
    client = client_for(max_pool_connections=50)

    # WHEN all are set at once
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        list(
            pool.map(
                lambda arn: client.put_app_instance_user_expiration_settings(
                    AppInstanceUserArn=arn, ExpirationSettings=THIRTY_DAYS
                ),
                users,
            )
        )

    # THEN
    assert {chime.expiration_days(arn) for arn in users} == {30}
    assert len(chime.calls.puts()) == 200


def test_the_service_listens_on_the_loopback_interface_only(server: ChimeServer) -> None:
    assert server._listener.socket.getsockname()[0] == "127.0.0.1"


def test_a_client_that_does_not_trust_the_certificate_cannot_connect(server: ChimeServer) -> None:
    # GIVEN a client with the usual certificate authorities
    import ssl
    import urllib.error
    import urllib.request

    # WHEN / THEN
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(server.url, context=ssl.create_default_context())


def test_an_error_has_the_class_of_the_service_model(client: Any, app_instance: str) -> None:
    # WHEN a user that does not exist is described
    with pytest.raises(ClientError) as caught:
        client.describe_app_instance_user(AppInstanceUserArn=f"{app_instance}/user/unknown")

    # THEN
    assert isinstance(caught.value, client.exceptions.ForbiddenException)
    assert caught.value.response["ResponseMetadata"]["RequestId"]
