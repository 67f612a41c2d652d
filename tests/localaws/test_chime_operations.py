"""Each operation, through boto3's own client."""

import concurrent.futures
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws.chime import ChimeIdentity, ChimeServer, Request

THIRTY_DAYS = {"ExpirationDays": 30, "ExpirationCriterion": "CREATED_TIMESTAMP"}


def test_put_sets_the_expiration(client: Any, chime: ChimeIdentity, user: str) -> None:
    # When the settings are put
    answer = client.put_app_instance_user_expiration_settings(
        AppInstanceUserArn=user, ExpirationSettings=THIRTY_DAYS
    )

    # Then they are answered and kept
    assert (answer["AppInstanceUserArn"], answer["ExpirationSettings"]) == (user, THIRTY_DAYS)
    assert chime.expiration_days(user) == 30


@pytest.mark.parametrize("switch", ["absent", "null"])
def test_put_without_settings_clears_the_expiration(
    client: Any, chime: ChimeIdentity, app_instance: str, switch: Any
) -> None:
    # Given a user with settings
    chime.cleared_settings_answer = switch
    user = chime.create_user(app_instance, "guest", expiration_days=5)

    # When none are put
    answer = client.put_app_instance_user_expiration_settings(AppInstanceUserArn=user)

    # Then there are none, in the answer either
    assert answer.get("ExpirationSettings") is None
    assert chime.expiration_days(user) is None


def test_describe_tells_of_the_user_and_its_settings(
    client: Any, chime: ChimeIdentity, app_instance: str
) -> None:
    # Given a user whose id has colons, dots and an @, as real ones do
    user_id = "us-east-1:b7ea.2c@x"
    user = chime.create_user(app_instance, user_id, expiration_days=30)

    # When it is described
    described = client.describe_app_instance_user(AppInstanceUserArn=user)["AppInstanceUser"]

    # Then everything is there, the times as botocore reads epoch seconds
    kept = chime.user(user)
    assert kept is not None
    assert described["AppInstanceUserArn"] == f"{app_instance}/user/{user_id}"
    assert described["ExpirationSettings"] == THIRTY_DAYS
    assert abs((described["CreatedTimestamp"] - kept.created).total_seconds()) < 0.001


def test_users_and_app_instances_are_created_updated_and_deleted(client: Any) -> None:
    # Given an app instance with a user that has settings from the start
    instance = client.create_app_instance(Name="chat")["AppInstanceArn"]
    user = client.create_app_instance_user(
        AppInstanceArn=instance,
        AppInstanceUserId="guest",
        Name="Guest",
        ExpirationSettings=THIRTY_DAYS,
    )["AppInstanceUserArn"]

    # When it is updated, then it has its new name and its old settings
    client.update_app_instance_user(AppInstanceUserArn=user, Name="Renamed", Metadata="vip")
    described = client.describe_app_instance_user(AppInstanceUserArn=user)["AppInstanceUser"]
    assert (described["Name"], described["Metadata"]) == ("Renamed", "vip")
    assert described["ExpirationSettings"] == THIRTY_DAYS

    # When both are deleted, then both are gone
    client.delete_app_instance_user(AppInstanceUserArn=user)
    assert client.list_app_instance_users(AppInstanceArn=instance)["AppInstanceUsers"] == []
    client.delete_app_instance(AppInstanceArn=instance)
    assert client.list_app_instances()["AppInstances"] == []


def test_an_app_instance_belongs_to_the_region_the_call_was_signed_for(client_for: Any) -> None:
    # When one is created in Frankfurt
    arn = client_for("eu-central-1").create_app_instance(Name="chat")["AppInstanceArn"]

    # Then its ARN says so, and Virginia does not list it
    assert arn.startswith("arn:aws:chime:eu-central-1:111122223333:app-instance/")
    assert client_for("us-east-1").list_app_instances()["AppInstances"] == []


def test_a_repeated_create_with_the_same_token_creates_once(client: Any, app_instance: str) -> None:
    # Given a create
    create = {
        "AppInstanceArn": app_instance,
        "AppInstanceUserId": "guest",
        "Name": "Guest",
        "ClientRequestToken": "token",
    }
    first = client.create_app_instance_user(**create)["AppInstanceUserArn"]

    # When it is sent again, then it is the same user
    assert client.create_app_instance_user(**create)["AppInstanceUserArn"] == first

    # When it is sent with another token, then the id is taken
    with pytest.raises(client.exceptions.ConflictException):
        client.create_app_instance_user(**{**create, "ClientRequestToken": "another"})


def test_users_are_listed_in_pages_without_their_settings(
    client: Any, chime: ChimeIdentity, app_instance: str
) -> None:
    # Given more users than a page holds
    users = [chime.create_user(app_instance, f"guest-{n}", expiration_days=30) for n in range(60)]

    # When they are listed, one of them deleted between the pages
    first = client.list_app_instance_users(AppInstanceArn=app_instance)
    chime.delete_user(users[10])
    second = client.list_app_instance_users(
        AppInstanceArn=app_instance, NextToken=first["NextToken"]
    )

    # Then nobody is missed, and no summary has settings
    summaries = first["AppInstanceUsers"] + second["AppInstanceUsers"]
    assert [summary["AppInstanceUserArn"] for summary in summaries] == users
    assert "NextToken" not in second
    assert not any("ExpirationSettings" in summary for summary in summaries)


def test_the_state_answers_in_process_too(chime: ChimeIdentity, user: str) -> None:
    # When a call is handled without HTTP
    reply = chime.handle(Request("DescribeAppInstanceUser", {"AppInstanceUserArn": user}))

    # Then it is the same answer
    assert (reply.status, reply.body["AppInstanceUser"]["AppInstanceUserArn"]) == (200, user)


def test_many_clients_at_once_all_get_their_answer(
    client_for: Any, chime: ChimeIdentity, app_instance: str
) -> None:
    # Given many users, and a client with as many connections as threads
    users = [chime.create_user(app_instance, f"guest-{n}") for n in range(200)]
    client = client_for(max_pool_connections=50)

    # When all are set at once
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        list(
            pool.map(
                lambda arn: client.put_app_instance_user_expiration_settings(
                    AppInstanceUserArn=arn, ExpirationSettings=THIRTY_DAYS
                ),
                users,
            )
        )

    # Then all are
    assert {chime.expiration_days(arn) for arn in users} == {30}
    assert len(chime.calls.puts()) == 200


def test_the_service_listens_on_the_loopback_interface_only(server: ChimeServer) -> None:
    assert server._listener.socket.getsockname()[0] == "127.0.0.1"


def test_a_client_that_does_not_trust_the_certificate_is_refused(server: ChimeServer) -> None:
    # Given a client with everybody's authorities
    import ssl
    import urllib.error
    import urllib.request

    # When it connects, then it does not get through
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(server.url, context=ssl.create_default_context())


def test_an_error_is_a_client_error_of_its_modelled_class(client: Any, app_instance: str) -> None:
    # When a user that does not exist is described
    with pytest.raises(ClientError) as caught:
        client.describe_app_instance_user(AppInstanceUserArn=f"{app_instance}/user/nobody")

    # Then boto3 raises the class of its own model
    assert isinstance(caught.value, client.exceptions.ForbiddenException)
    assert caught.value.response["ResponseMetadata"]["RequestId"]
