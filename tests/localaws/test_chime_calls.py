"""The log of calls."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws.chime import ChimeIdentity


def test_a_call_is_logged_with_all_its_details(
    client: Any, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN a clock that is ten days ahead
    chime.clock.advance(days=10)

    # WHEN a call is made
    client.put_app_instance_user_expiration_settings(AppInstanceUserArn=user)

    # THEN
    (call,) = chime.calls
    assert (call.operation, call.arn) == ("PutAppInstanceUserExpirationSettings", user)
    assert call.parameters == {"AppInstanceUserArn": user}
    assert (call.access_key, call.region) == ("AKIACALLER", "us-east-1")
    assert (call.status, call.error, call.succeeded, call.applied) == (200, None, True, True)
    kept = chime.user(user)
    assert kept is not None
    assert (call.time - kept.created).days == 10


def test_calls_can_be_filtered_and_cleared(client: Any, chime: ChimeIdentity, user: str) -> None:
    # GIVEN a success and a failure
    client.describe_app_instance_user(AppInstanceUserArn=user)
    with pytest.raises(ClientError):
        client.put_app_instance_user_expiration_settings(AppInstanceUserArn=user + "x")

    # THEN each can be found
    assert len(chime.calls) == 2
    assert [call.arn for call in chime.calls.of("DescribeAppInstanceUser")] == [user]
    assert [call.arn for call in chime.calls.of(error="ForbiddenException")] == [user + "x"]
    assert [call.arn for call in chime.calls.of(succeeded=True)] == [user]
    assert [call.status for call in chime.calls.puts(user + "x")] == [403]
    assert chime.calls.puts(user) == []

    # WHEN / THEN
    chime.calls.clear()
    assert chime.calls.all() == []


def test_a_creation_is_logged_with_the_arn_of_its_request_or_of_its_response(
    client: Any, chime: ChimeIdentity, app_instance: str
) -> None:
    # WHEN things are created
    created = client.create_app_instance(Name="chat")["AppInstanceArn"]
    client.create_app_instance_user(
        AppInstanceArn=app_instance, AppInstanceUserId="guest", Name="Guest"
    )

    # THEN
    assert [call.arn for call in chime.calls] == [created, app_instance]
