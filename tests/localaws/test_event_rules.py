"""Events of Chime reach the targets of rules in the local EventBridge."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from localaws import LocalAws

pytestmark = pytest.mark.deploys

CREATED = {
    "source": ["aws.chime"],
    "detail-type": ["AWS API Call via CloudTrail"],
    "detail": {"eventName": ["CreateAppInstanceUser"]},
}


@dataclass
class EventBridge:
    """Makes rules and queues in one region, and receives what arrives."""

    local_aws: LocalAws
    region: str = "us-east-1"
    rules: list[str] = field(default_factory=list)

    def make_queue(self, name: str) -> str:
        """Make a queue and return its ARN."""
        self.local_aws.client("sqs", self.region).create_queue(QueueName=name)
        return f"arn:aws:sqs:{self.region}:{self.local_aws.account}:{name}"

    def allow_topics(self, queue: str) -> None:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue,
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        sqs = self.local_aws.client("sqs", self.region)
        sqs.set_queue_attributes(
            QueueUrl=self._url(queue), Attributes={"Policy": json.dumps(policy)}
        )

    def make_rule(
        self, name: str, *targets: dict[str, Any], pattern: dict[str, Any], state: str = "ENABLED"
    ) -> None:
        events = self.local_aws.client("events", self.region)
        events.put_rule(Name=name, EventPattern=json.dumps(pattern), State=state)
        events.put_targets(
            Rule=name,
            Targets=[{"Id": str(index), **target} for index, target in enumerate(targets)],
        )
        self.rules.append(name)

    def received(self, queue: str, wait_seconds: int = 0) -> list[dict[str, Any]]:
        """Wait until all events are delivered, and return the messages of a queue, at most ten."""
        self.local_aws.trail.wait_until_delivered()
        response = self.local_aws.client("sqs", self.region).receive_message(
            QueueUrl=self._url(queue), MaxNumberOfMessages=10, WaitTimeSeconds=wait_seconds
        )
        return [json.loads(message["Body"]) for message in response.get("Messages", [])]

    def _url(self, queue: str) -> str:
        sqs = self.local_aws.client("sqs", self.region)
        return str(sqs.get_queue_url(QueueName=queue.rpartition(":")[2])["QueueUrl"])

    def remove_rules(self) -> None:
        events = self.local_aws.client("events", self.region)
        for name in self.rules:
            targets = events.list_targets_by_rule(Rule=name)["Targets"]
            events.remove_targets(Rule=name, Ids=[target["Id"] for target in targets])
            events.delete_rule(Name=name)


@pytest.fixture
def bridge(local_aws: LocalAws) -> Iterator[EventBridge]:
    bridge = EventBridge(local_aws)
    yield bridge
    bridge.remove_rules()
    local_aws.trail.copies = 1


@pytest.fixture
def app_instance(local_aws: LocalAws) -> str:
    return local_aws.chime.create_app_instance()


def create_user(local_aws: LocalAws, app_instance: str, user_id: str = "guest") -> str:
    region = app_instance.split(":")[3]
    client = local_aws.client("chime-sdk-identity", region)
    response = client.create_app_instance_user(
        AppInstanceArn=app_instance, AppInstanceUserId=user_id, Name="Guest"
    )
    return str(response["AppInstanceUserArn"])


def users_in(messages: list[dict[str, Any]]) -> list[str]:
    return [body["detail"]["responseElements"]["appInstanceUserArn"] for body in messages]


def test_a_rule_for_created_users_sends_one_message_to_its_queue(
    local_aws: LocalAws, bridge: EventBridge, app_instance: str
) -> None:
    # GIVEN a rule for the app instance, and rules that do not match
    queue, other_queue = bridge.make_queue("created"), bridge.make_queue("not-created")
    here = {"eventName": ["CreateAppInstanceUser"], "requestParameters": {}}
    here["requestParameters"] = {"appInstanceArn": [app_instance]}
    bridge.make_rule("created", {"Arn": queue}, pattern=CREATED | {"detail": here})
    bridge.make_rule("disabled", {"Arn": other_queue}, pattern=CREATED, state="DISABLED")
    bridge.make_rule("other-source", {"Arn": other_queue}, pattern={"source": ["aws.s3"]})

    # WHEN users are created there and elsewhere
    user = create_user(local_aws, app_instance)
    create_user(local_aws, local_aws.chime.create_app_instance())

    # THEN
    [message] = bridge.received(queue)
    assert users_in([message]) == [user]
    assert message["detail-type"] == "AWS API Call via CloudTrail"
    assert bridge.received(other_queue) == []


@pytest.mark.parametrize(("copies", "messages"), [(0, 0), (3, 3)])
def test_an_event_can_be_lost_and_repeated(
    local_aws: LocalAws, bridge: EventBridge, app_instance: str, copies: int, messages: int
) -> None:
    # GIVEN
    queue = bridge.make_queue(f"copies-{copies}")
    bridge.make_rule("copies", {"Arn": queue}, pattern=CREATED)

    # WHEN
    local_aws.trail.copies = copies
    user = create_user(local_aws, app_instance)

    # THEN
    assert users_in(bridge.received(queue)) == [user] * messages


def test_an_expired_user_reaches_the_rule_for_its_event(
    local_aws: LocalAws, bridge: EventBridge, app_instance: str
) -> None:
    # GIVEN
    queue = bridge.make_queue("expired")
    pattern = {"detail": {"eventName": ["ExpireAppInstanceUser"]}}
    bridge.make_rule("expired", {"Arn": queue}, pattern=pattern)
    user = local_aws.chime.create_user(app_instance, "guest", expiration_days=1)

    # WHEN
    local_aws.chime.let_time_pass(timedelta(days=1))

    # THEN
    expired = [body["detail"]["resources"][0]["ARN"] for body in bridge.received(queue)]
    assert expired == [user]


def test_only_rules_in_the_region_of_the_user_get_its_events(
    local_aws: LocalAws, bridge: EventBridge
) -> None:
    # GIVEN the same rule in two regions
    frankfurt = EventBridge(local_aws, "eu-central-1")
    queues = [each.make_queue("region") for each in (bridge, frankfurt)]
    for each, queue in zip((bridge, frankfurt), queues, strict=True):
        each.make_rule("region", {"Arn": queue}, pattern=CREATED)

    # WHEN
    user = create_user(local_aws, local_aws.chime.create_app_instance(region="eu-central-1"))

    # THEN
    assert users_in(frankfurt.received(queues[1])) == [user]
    assert bridge.received(queues[0]) == []
    frankfurt.remove_rules()


def test_a_topic_gets_the_event(
    local_aws: LocalAws, bridge: EventBridge, app_instance: str
) -> None:
    # GIVEN a topic with a queue that it may send to
    queue = bridge.make_queue("behind-topic")
    bridge.allow_topics(queue)
    sns = local_aws.client("sns")
    topic = sns.create_topic(Name="created")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    bridge.make_rule("topic", {"Arn": topic}, pattern=CREATED)

    # WHEN
    user = create_user(local_aws, app_instance)

    # THEN the topic, which works in the background, has sent it
    notifications = bridge.received(queue, wait_seconds=20)
    assert users_in([json.loads(each["Message"]) for each in notifications]) == [user]


def test_a_target_that_cannot_get_the_event_does_not_stop_the_others(
    local_aws: LocalAws,
    bridge: EventBridge,
    app_instance: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    # GIVEN
    queue = bridge.make_queue("last")
    bridge.make_rule(
        "failing",
        {"Arn": queue.replace("last", "missing")},
        {"Arn": "arn:aws:states:us-east-1:111122223333:stateMachine:machine"},
        {"Arn": queue, "InputPath": "$.detail"},
        {"Arn": queue},
        pattern=CREATED,
    )

    # WHEN
    with caplog.at_level(logging.WARNING):
        user = create_user(local_aws, app_instance)
        messages = bridge.received(queue)

    # THEN each failure is logged
    assert users_in(messages) == [user]
    assert "NonExistentQueue" in caplog.text
    assert "states is not one of sqs, lambda, sns" in caplog.text
    assert "InputPath is not supported" in caplog.text
