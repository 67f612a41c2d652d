"""The events that the service sends, as EventBridge delivers them."""

from datetime import timedelta
from typing import Any

import pytest

from localaws.chime import ChimeIdentity, Denial, Event, Fault, Request

CREATE = "CreateAppInstanceUser"


@pytest.fixture
def events(chime: ChimeIdentity) -> list[Event]:
    """The events so far."""
    events: list[Event] = []
    chime.trail = events.append
    return events


def create_user(client: Any, app_instance: str, user_id: str = "guest") -> str:
    response = client.create_app_instance_user(
        AppInstanceArn=app_instance,
        AppInstanceUserId=user_id,
        Name="Jane Doe",
        Metadata="vip",
        ClientRequestToken="token",
        Tags=[{"Key": "team", "Value": "blue"}],
        ExpirationSettings={"ExpirationDays": 30, "ExpirationCriterion": "CREATED_TIMESTAMP"},
    )
    return str(response["AppInstanceUserArn"])


def test_a_created_user_sends_the_record_of_the_call(
    client_for: Any, chime: ChimeIdentity, events: list[Event]
) -> None:
    # GIVEN
    app_instance = chime.create_app_instance(region="eu-central-1")

    # WHEN
    user = create_user(client_for("eu-central-1"), app_instance)

    # THEN
    [event] = events
    assert (event["source"], event["detail-type"]) == ("aws.chime", "AWS API Call via CloudTrail")
    assert (event["account"], event["region"]) == ("111122223333", "eu-central-1")
    detail = event["detail"]
    assert (detail["eventSource"], detail["eventName"]) == ("chime.amazonaws.com", CREATE)
    assert (detail["eventType"], detail["managementEvent"]) == ("AwsApiCall", True)
    assert detail["eventTime"] == event["time"]
    assert detail["userIdentity"]["accessKeyId"] == "AKIACALLER"
    assert detail["responseElements"] == {"appInstanceUserArn": user}
    assert "errorCode" not in detail


def test_sensitive_parameters_are_hidden_in_the_record(
    client: Any, app_instance: str, events: list[Event]
) -> None:
    # WHEN
    create_user(client, app_instance)

    # THEN
    hidden = "HIDDEN_DUE_TO_SECURITY_REASONS"
    assert events[0]["detail"]["requestParameters"] == {
        "appInstanceArn": app_instance,
        "appInstanceUserId": hidden,
        "name": hidden,
        "metadata": hidden,
        "clientRequestToken": "token",
        "tags": [{"key": hidden, "value": hidden}],
        "expirationSettings": {
            "expirationDays": 30,
            "expirationCriterion": "CREATED_TIMESTAMP",
        },
    }


def test_a_repeated_creation_sends_an_event_each_time(
    client: Any, app_instance: str, events: list[Event]
) -> None:
    # WHEN
    user = create_user(client, app_instance)
    create_user(client, app_instance)

    # THEN
    created = [event["detail"]["responseElements"]["appInstanceUserArn"] for event in events]
    assert created == [user, user]
    assert events[0]["id"] != events[1]["id"]


def test_a_call_that_failed_has_a_record_with_its_error(
    client: Any, chime: ChimeIdentity, app_instance: str, events: list[Event]
) -> None:
    # GIVEN
    chime.authorizer = lambda _: Denial("arn:aws:sts::111122223333:assumed-role/app/session")

    # WHEN
    with pytest.raises(client.exceptions.ClientError):
        create_user(client, app_instance)

    # THEN
    detail = events[0]["detail"]
    assert detail["errorCode"] == "AccessDeniedException"
    assert "not authorized" in detail["errorMessage"]
    assert detail["responseElements"] is None


def test_a_user_that_exists_although_its_creator_got_an_error_has_a_record_without_error(
    client: Any, chime: ChimeIdentity, app_instance: str, events: list[Event]
) -> None:
    # GIVEN
    chime.faults.add(Fault(CREATE, effect=True))

    # WHEN
    with pytest.raises(client.exceptions.ServiceFailureException):
        create_user(client, app_instance)

    # THEN
    detail = events[0]["detail"]
    assert detail["responseElements"] == {"appInstanceUserArn": f"{app_instance}/user/guest"}
    assert "errorCode" not in detail


def test_an_expired_user_sends_the_service_event_that_aws_documents(
    chime: ChimeIdentity, app_instance: str, events: list[Event]
) -> None:
    # GIVEN a user that expires today, and one that stays
    user = chime.create_user(app_instance, "old", age_days=29, expiration_days=30)
    chime.create_user(app_instance, "young", expiration_days=30)

    # WHEN
    chime.let_time_pass(timedelta(days=1))

    # THEN
    [event] = events
    assert event["source"] == "aws.chime"
    assert event["detail-type"] == "AWS Service Event via CloudTrail"
    assert (event["account"], event["region"]) == ("111122223333", "us-east-1")
    detail = event["detail"]
    assert (detail["eventName"], detail["eventType"]) == (
        "ExpireAppInstanceUser",
        "AwsServiceEvent",
    )
    assert (detail["eventSource"], detail["eventCategory"]) == ("chime.amazonaws.com", "Management")
    assert [resource["ARN"] for resource in detail["resources"]] == [user]
    assert detail["serviceEventDetails"] == {
        "reason": "AppInstanceUser deleted due to expiration settings."
    }


def test_other_calls_and_users_created_in_python_send_no_event(
    client: Any, chime: ChimeIdentity, app_instance: str, events: list[Event]
) -> None:
    # WHEN
    user = chime.create_user(app_instance, "guest")
    client.describe_app_instance_user(AppInstanceUserArn=user)
    client.put_app_instance_user_expiration_settings(AppInstanceUserArn=user)
    client.delete_app_instance_user(AppInstanceUserArn=user)

    # THEN
    assert events == []


def test_a_call_that_the_model_rejects_sends_no_event(
    client: Any, chime: ChimeIdentity, app_instance: str, events: list[Event]
) -> None:
    # WHEN the pattern of an AppInstanceUserId and required parameters are missed
    with pytest.raises(client.exceptions.BadRequestException):
        create_user(client, app_instance, "-")
    reply = chime.handle(Request(CREATE))

    # THEN
    assert (reply.error, events) == ("BadRequestException", [])
