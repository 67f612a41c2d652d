"""The log of calls."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws.chime import ChimeIdentity


def test_a_call_is_logged_with_everything_known_of_it(
    client: Any, chime: ChimeIdentity, user: str
) -> None:
    # Given a clock that is somewhere else
    chime.clock.advance(days=10)

    # When a call is made
    client.put_app_instance_user_expiration_settings(AppInstanceUserArn=user)

    # Then the log has who, what, where, when and how it went
    (call,) = chime.calls
    assert (call.operation, call.arn) == ("PutAppInstanceUserExpirationSettings", user)
    assert call.parameters == {"AppInstanceUserArn": user}
    assert (call.access_key, call.region) == ("AKIACALLER", "us-east-1")
    assert (call.status, call.error, call.succeeded, call.applied) == (200, None, True, True)
    kept = chime.user(user)
    assert kept is not None
    assert (call.time - kept.created).days == 10


def test_calls_can_be_picked_and_forgotten(client: Any, chime: ChimeIdentity, user: str) -> None:
    # Given a success and a failure
    client.describe_app_instance_user(AppInstanceUserArn=user)
    with pytest.raises(ClientError):
        client.put_app_instance_user_expiration_settings(AppInstanceUserArn=user + "x")

    # Then each can be found
    assert len(chime.calls) == 2
    assert [call.arn for call in chime.calls.of("DescribeAppInstanceUser")] == [user]
    assert [call.arn for call in chime.calls.of(error="ForbiddenException")] == [user + "x"]
    assert [call.arn for call in chime.calls.of(succeeded=True)] == [user]
    assert [call.status for call in chime.calls.puts(user + "x")] == [403]
    assert chime.calls.puts(user) == []

    # When the log is cleared, then it is empty
    chime.calls.clear()
    assert chime.calls.all() == []


def test_a_created_user_is_logged_under_the_app_instance(
    client: Any, chime: ChimeIdentity, app_instance: str
) -> None:
    # When things are created
    created = client.create_app_instance(Name="chat")["AppInstanceArn"]
    client.create_app_instance_user(
        AppInstanceArn=app_instance, AppInstanceUserId="guest", Name="Guest"
    )

    # Then a call is about the ARN in its request, or else in its answer
    assert [call.arn for call in chime.calls] == [created, app_instance]
