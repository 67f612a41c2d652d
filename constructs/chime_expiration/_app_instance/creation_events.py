"""The events of users that are created, on their way to the function."""

from typing import Any

from aws_cdk.aws_events import CfnRule
from aws_cdk.aws_lambda import CfnEventSourceMapping, CfnFunction
from aws_cdk.aws_sqs import CfnQueue, CfnQueuePolicy
from constructs import Construct

from chime_expiration_handler.contract.limits import EVENT_WORKERS

# An event that failed comes again after this time. Lambda requires at least the time that the
# function may run.
_RETRY_SECONDS = 900
_ATTEMPTS = 5
_DEAD_LETTER_SECONDS = 14 * 24 * 60 * 60

_BATCH_SIZE = 10


class CreationEvents(Construct):
    """A rule for created users, its queue, and the queue for events that failed again and again."""

    def __init__(self, scope: Construct, id: str, *, app_instance_arn: str) -> None:
        super().__init__(scope, id)
        self.dead_letters = CfnQueue(
            self,
            "DeadLetters",
            message_retention_period=_DEAD_LETTER_SECONDS,
            sqs_managed_sse_enabled=True,
        )
        self.queue = CfnQueue(
            self,
            "Queue",
            visibility_timeout=_RETRY_SECONDS,
            sqs_managed_sse_enabled=True,
            redrive_policy={
                "deadLetterTargetArn": self.dead_letters.attr_arn,
                "maxReceiveCount": _ATTEMPTS,
            },
        )
        rule = CfnRule(
            self,
            "Rule",
            description="AppInstanceUsers that are created",
            event_pattern=_pattern(app_instance_arn),
            targets=[CfnRule.TargetProperty(id="Queue", arn=self.queue.attr_arn)],
        )
        self.queue_policies = [
            _queue_policy(self, "DeadLettersPolicy", self.dead_letters),
            _queue_policy(self, "QueuePolicy", self.queue, _may_send(rule, self.queue)),
        ]

    def invoke(self, function: CfnFunction) -> CfnEventSourceMapping:
        """Have Lambda pass the events to ``function``, which reports the ones that failed."""
        return CfnEventSourceMapping(
            self,
            "Mapping",
            event_source_arn=self.queue.attr_arn,
            function_name=function.ref,
            batch_size=_BATCH_SIZE,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=CfnEventSourceMapping.ScalingConfigProperty(
                # The service's quota is the limit, so that more workers are not faster.
                maximum_concurrency=EVENT_WORKERS
            ),
        )


def _pattern(app_instance_arn: str) -> dict[str, Any]:
    return {
        "source": ["aws.chime"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {
            "eventSource": ["chime.amazonaws.com"],
            "eventName": ["CreateAppInstanceUser"],
            # AWS does not document the parameters in the record. Where this one has another name,
            # the rule lets the events of all AppInstances pass, and the function decides.
            "requestParameters": {"appInstanceArn": [app_instance_arn, {"exists": False}]},
        },
    }


def _may_send(rule: CfnRule, queue: CfnQueue) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue.attr_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule.attr_arn}},
    }


def _queue_policy(
    scope: Construct, id: str, queue: CfnQueue, *allowed: dict[str, Any]
) -> CfnQueuePolicy:
    only_encrypted = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": queue.attr_arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return CfnQueuePolicy(
        scope,
        id,
        queues=[queue.ref],
        policy_document={"Version": "2012-10-17", "Statement": [only_encrypted, *allowed]},
    )
