"""The rule of ``on_expired`` in a real event bus."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, CfnOutput, Duration, Stack
from aws_cdk.aws_events import CfnRule
from aws_cdk.aws_events_targets import SqsQueue
from aws_cdk.aws_sqs import Queue

from chime_expiration import AppInstanceUserExpiration, AppInstanceUserExpirationPolicy
from fakes.deployment import Deployment
from localaws import LocalAws
from localaws.chime.events import expiration_event

pytestmark = pytest.mark.deploys


@pytest.fixture
def users(local_aws: LocalAws) -> list[str]:
    app_instance = local_aws.chime.create_app_instance("expired")
    return [local_aws.chime.create_user(app_instance, name) for name in ("guest", "other")]


@pytest.fixture
def outputs(deployment: Deployment, users: list[str]) -> dict[str, str]:
    """The outputs of a stack with a rule for the first user, and a queue as its target."""

    def build(stack: Stack) -> None:
        queue = Queue(stack, "Queue")
        guest = AppInstanceUserExpiration(
            stack, "Guest", app_instance_user_arn=users[0], expire_after=Duration.days(30)
        )
        rule = guest.on_expired("Gone", target=SqsQueue(queue))
        CfnOutput(stack, "QueueUrl", value=queue.queue_url)
        CfnOutput(stack, "RuleName", value=rule.rule_name)

    assert deployment.deploy(build) == "CREATE_COMPLETE"
    return deployment.outputs()


def expired(user: str, *, source: str = "aws.chime", **detail: str) -> dict[str, Any]:
    """The event of the local Chime SDK, with some members changed."""
    event = expiration_event(user, account="111122223333", time=datetime.now(UTC))
    return {**event, "source": source, "detail": {**event["detail"], **detail}}


def matches(local_aws: LocalAws, pattern: str, event: dict[str, Any]) -> bool:
    answer = local_aws.client("events").test_event_pattern(
        EventPattern=pattern, Event=json.dumps(event)
    )
    return bool(answer["Result"])


def test_the_deployed_pattern_matches_only_the_event_of_the_user(
    local_aws: LocalAws, outputs: dict[str, str], users: list[str]
) -> None:
    # GIVEN
    events = local_aws.client("events")
    pattern = events.describe_rule(Name=outputs["RuleName"])["EventPattern"]
    user, other = users

    # WHEN / THEN
    assert matches(local_aws, pattern, expired(user))
    assert not matches(local_aws, pattern, expired(other))
    assert not matches(local_aws, pattern, expired(user, eventName="DeleteAppInstanceUser"))
    assert not matches(local_aws, pattern, expired(user, source="another.source"))


def test_the_pattern_of_a_policy_matches_the_events_of_all_users_of_its_app_instance(
    local_aws: LocalAws, users: list[str], tmp_path: Path
) -> None:
    # GIVEN
    app_instance, _, _ = users[0].partition("/user/")
    stack = Stack(App(outdir=str(tmp_path)), "Guests")
    policy = AppInstanceUserExpirationPolicy(
        stack,
        "Guests",
        app_instance_arn=app_instance,
        expire_after=Duration.days(30),
        users=["guest"],
    )

    # WHEN
    rule = policy.on_expired("Gone").node.default_child
    assert isinstance(rule, CfnRule)
    pattern = json.dumps(stack.resolve(rule.event_pattern))

    # THEN
    assert all(matches(local_aws, pattern, expired(user)) for user in users)
    assert not matches(local_aws, pattern, expired(f"{app_instance}0/user/guest"))
    assert not matches(local_aws, pattern, expired(users[0], eventName="DeleteAppInstanceUser"))


def test_only_the_expiration_of_the_user_reaches_the_target(
    local_aws: LocalAws, outputs: dict[str, str], users: list[str]
) -> None:
    # GIVEN another user that expires on the same day
    user, other = users
    local_aws.client("chime-sdk-identity").put_app_instance_user_expiration_settings(
        AppInstanceUserArn=other,
        ExpirationSettings={"ExpirationDays": 30, "ExpirationCriterion": "CREATED_TIMESTAMP"},
    )

    # WHEN
    assert {user, other} <= set(local_aws.chime.let_time_pass(timedelta(days=30)))
    local_aws.trail.wait_until_delivered()

    # THEN
    received = local_aws.client("sqs").receive_message(
        QueueUrl=outputs["QueueUrl"], MaxNumberOfMessages=10
    )
    details = [json.loads(message["Body"])["detail"] for message in received["Messages"]]
    assert [detail["resources"][0]["ARN"] for detail in details] == [user]


def test_only_aws_can_send_events_that_match_the_rule(local_aws: LocalAws) -> None:
    # WHEN
    entry = {"Source": "aws.chime", "DetailType": "a", "Detail": "{}"}
    answer = local_aws.client("events").put_events(Entries=[entry])

    # THEN
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
