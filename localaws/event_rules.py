"""Delivers the events of AWS services to the targets of EventBridge rules.

PutEvents rejects events whose source begins with ``aws.``. So EventBridge is asked for each rule
whether its pattern matches the event, and the event is sent to the targets of the rule.
"""

import json
import logging
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localaws.chime import Event
from localaws.clients import ClientFor

_logger = logging.getLogger(__name__)

_TRANSFORMATIONS = ("Input", "InputPath", "InputTransformer")


class UnsupportedTargetError(Exception):
    """The local AWS cannot deliver to this kind of target."""


class EventRules:
    """The rules of the default event bus in each region.

    Queues, functions and topics get the whole event. For other targets, and for those that
    transform the event, a warning is logged, as for a target that does not exist. Not checked:
    whether the target allows EventBridge to send to it.
    """

    def __init__(self, client: ClientFor) -> None:
        self._client = client

    def deliver(self, events: Sequence[Event]) -> None:
        """Send each event to the targets of all enabled rules whose pattern matches it."""
        for region, group in groupby(events, key=lambda event: str(event["region"])):
            self._deliver_in(region, list(group))

    def _deliver_in(self, region: str, events: list[Event]) -> None:
        bus = self._client("events", region)
        for page in bus.get_paginator("list_rules").paginate():
            for rule in page["Rules"]:
                matching = [event for event in events if _matches(bus, rule, event)]
                if matching:
                    self._send(region, matching, _targets(bus, rule))

    def _send(self, region: str, events: list[Event], targets: Iterable[dict[str, Any]]) -> None:
        for target in targets:
            for event in events:
                try:
                    self._send_one(region, json.dumps(event), target)
                except (BotoCoreError, ClientError, UnsupportedTargetError) as error:
                    _logger.warning("event not delivered to %s: %s", target["Arn"], error)

    def _send_one(self, region: str, event: str, target: dict[str, Any]) -> None:
        arn = target["Arn"]
        transformations = [name for name in _TRANSFORMATIONS if name in target]
        if transformations:
            raise UnsupportedTargetError(f"{transformations[0]} is not supported")
        match arn.split(":")[2]:
            case "sqs":
                queues = self._client("sqs", region)
                url = queues.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
                group = target.get("SqsParameters", {})
                queues.send_message(QueueUrl=url, MessageBody=event, **group)
            case "lambda":
                functions = self._client("lambda", region)
                functions.invoke(FunctionName=arn, InvocationType="Event", Payload=event)
            case "sns":
                self._client("sns", region).publish(TopicArn=arn, Message=event)
            case service:
                raise UnsupportedTargetError(f"{service} is not one of sqs, lambda, sns")


def _matches(bus: Any, rule: dict[str, Any], event: Event) -> bool:
    if rule["State"] == "DISABLED" or not rule.get("EventPattern"):
        return False
    answer = bus.test_event_pattern(EventPattern=rule["EventPattern"], Event=json.dumps(event))
    return bool(answer["Result"])


def _targets(bus: Any, rule: dict[str, Any]) -> list[dict[str, Any]]:
    pages = bus.get_paginator("list_targets_by_rule").paginate(Rule=rule["Name"])
    return [target for page in pages for target in page["Targets"]]
