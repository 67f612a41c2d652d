"""Alarms and widgets of a policy take one line."""

import json
import re
from typing import Any

from aws_cdk import Stack
from aws_cdk.aws_cloudwatch import Dashboard
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_sns import Topic

from chime_expiration import NewUsers
from policy.declare_policy import declare_policy, resources_of_type


def alarms(stack: Stack) -> dict[str, dict[str, Any]]:
    """The alarms by the name of their metric."""
    resources = resources_of_type(stack, "AWS::CloudWatch::Alarm").values()
    return {each["Properties"]["MetricName"]: each["Properties"] for each in resources}


def dashboard_metrics(stack: Stack) -> list[str]:
    [dashboard] = resources_of_type(stack, "AWS::CloudWatch::Dashboard").values()
    body = json.dumps(dashboard["Properties"]["DashboardBody"])
    return re.findall(r'(?:ChimeExpiration|AWS/States|AWS/SQS)\\",\\"(\w+)\\"', body)


def test_one_line_creates_alarms_on_users_sweeps_and_events_that_fail(stack: Stack) -> None:
    # GIVEN
    topic = Topic(stack, "OnCall")

    # WHEN
    created = declare_policy(stack).create_alarms(SnsAction(topic))

    # THEN
    found = alarms(stack)
    assert set(found) == {
        "UsersFailed",
        "ExecutionsFailed",
        "ApproximateNumberOfMessagesVisible",
    }
    assert len(created) == len(found)
    for properties in found.values():
        assert properties["AlarmActions"] == [stack.resolve(topic.topic_arn)]
        assert (properties["Threshold"], properties["EvaluationPeriods"]) == (1, 1)
        assert properties["TreatMissingData"] == "notBreaching"


def test_a_policy_without_events_has_no_alarm_and_no_widget_for_dead_letters(stack: Stack) -> None:
    # GIVEN
    policy = declare_policy(stack, new_users=NewUsers.BY_SWEEP)

    # WHEN
    policy.create_alarms()
    Dashboard(stack, "Dashboard").add_widgets(*policy.dashboard_widgets())

    # THEN
    assert set(alarms(stack)) == {"UsersFailed", "ExecutionsFailed"}
    assert dashboard_metrics(stack)[-2:] == ["UsersFailed", "ExecutionsFailed"]


def test_one_line_adds_the_users_and_the_failures_to_a_dashboard(stack: Stack) -> None:
    # WHEN
    Dashboard(stack, "Dashboard").add_widgets(*declare_policy(stack).dashboard_widgets())

    # THEN
    assert dashboard_metrics(stack) == [
        *("UsersSet", "UsersCleared", "UsersOverdue", "UsersLeftAlone"),
        *("UsersFailed", "ExecutionsFailed", "ApproximateNumberOfMessagesVisible"),
    ]
