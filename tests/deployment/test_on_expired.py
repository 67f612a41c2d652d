"""The rule of `on_expired`, with an EventBridge behind it."""

import json
from typing import Any

import pytest
from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk.aws_events_targets import SqsQueue
from aws_cdk.aws_sqs import Queue

from chime_expiration import AppInstanceUserExpiration
from localaws import Stage

pytestmark = pytest.mark.deploys


@pytest.fixture
def users(stage: Stage) -> list[str]:
    app_instance = stage.chime.create_app_instance("expired")
    return [stage.chime.create_user(app_instance, name) for name in ("guest", "other")]


@pytest.fixture
def outputs(stage: Stage, deployment, users: list[str]) -> dict[str, str]:
    """Of a stack with a rule for the first of the users, and a queue as its target."""

    def build(stack: Stack) -> None:
        queue = Queue(stack, "Queue")
        guest = AppInstanceUserExpiration(
            stack, "Guest", app_instance_user_arn=users[0], expire_after=Duration.days(30)
        )
        rule = guest.on_expired("Gone", target=SqsQueue(queue))
        CfnOutput(stack, "QueueUrl", value=queue.queue_url)
        CfnOutput(stack, "RuleName", value=rule.rule_name)

    assert deployment.deploy(build) == "CREATE_COMPLETE"
    [stack] = stage.client("cloudformation").describe_stacks(StackName=deployment.name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def expired(user: str, *, source: str = "aws.chime", **detail: str) -> dict[str, Any]:
    """The event that Chime SDK writes, as far as it is documented."""
    return {
        "id": "1",
        "account": "111122223333",
        "region": "us-east-1",
        "time": "2026-11-23T12:00:00Z",
        "source": source,
        "detail-type": "AWS Service Event via CloudTrail",
        "resources": [],
        "detail": {
            "eventSource": "chime.amazonaws.com",
            "eventName": "ExpireAppInstanceUser",
            "eventType": "AwsServiceEvent",
            "resources": [{"ARN": user, "type": "AWS::Chime::AppInstanceUser"}],
            **detail,
        },
    }


def test_the_deployed_pattern_matches_the_event_of_the_user_and_no_other(
    stage: Stage, outputs: dict[str, str], users: list[str]
) -> None:
    # GIVEN
    events = stage.client("events")
    pattern = events.describe_rule(Name=outputs["RuleName"])["EventPattern"]
    user, other = users

    def matches(event: dict[str, Any]) -> bool:
        answer = events.test_event_pattern(EventPattern=pattern, Event=json.dumps(event))
        return bool(answer["Result"])

    # WHEN / THEN
    assert matches(expired(user))
    assert not matches(expired(other))
    assert not matches(expired(user, eventName="DeleteAppInstanceUser"))
    assert not matches(expired(user, source="somebody.else"))


def test_the_expiration_of_the_user_reaches_the_target_and_anothers_does_not(
    stage: Stage, outputs: dict[str, str], users: list[str]
) -> None:
    # GIVEN a source that we may send from, as nobody but AWS may from its own
    events = stage.client("events")
    pattern = json.loads(events.describe_rule(Name=outputs["RuleName"])["EventPattern"])
    events.put_rule(
        Name=outputs["RuleName"], EventPattern=json.dumps(pattern | {"source": ["local.chime"]})
    )

    # WHEN
    for user in reversed(users):
        event = expired(user, source="local.chime")
        entry = {
            "Source": event["source"],
            "DetailType": event["detail-type"],
            "Detail": json.dumps(event["detail"]),
        }
        assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0

    # THEN
    received = stage.client("sqs").receive_message(
        QueueUrl=outputs["QueueUrl"], WaitTimeSeconds=2, MaxNumberOfMessages=10
    )
    details = [json.loads(message["Body"])["detail"] for message in received["Messages"]]
    assert [detail["resources"][0]["ARN"] for detail in details] == [users[0]]


def test_nobody_but_aws_can_send_what_the_rule_hears(stage: Stage) -> None:
    # WHEN
    entry = {"Source": "aws.chime", "DetailType": "a", "Detail": "{}"}
    answer = stage.client("events").put_events(Entries=[entry])

    # THEN
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
