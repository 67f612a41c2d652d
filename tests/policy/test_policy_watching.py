"""Alarms and widgets of a policy take one line."""

import json
import re
from typing import Any

import pytest
from aws_cdk import Duration, Stack
from aws_cdk.aws_cloudwatch import Dashboard
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_events import Schedule
from aws_cdk.aws_sns import Topic

from chime_expiration import NewUsers
from chime_expiration_handler.contract.policy_properties import POLICY_RESOURCE_TYPE
from policy.declare_policy import declare_policy, resources_of_type


def alarms(stack: Stack) -> dict[str, dict[str, Any]]:
    """The alarms by the name of their metric."""
    resources = resources_of_type(stack, "AWS::CloudWatch::Alarm").values()
    return {each["Properties"]["MetricName"]: each["Properties"] for each in resources}


def hours_until_overdue(stack: Stack) -> int | None:
    """How long CloudWatch waits for a sweep that finishes, or None without such an alarm."""
    alarm = alarms(stack).get("SweepsFinished")
    return alarm["Period"] * alarm["EvaluationPeriods"] // 3600 if alarm else None


def dashboard_metrics(stack: Stack) -> list[str]:
    [dashboard] = resources_of_type(stack, "AWS::CloudWatch::Dashboard").values()
    body = json.dumps(dashboard["Properties"]["DashboardBody"])
    return re.findall(r'(?:ChimeExpiration|AWS/States|AWS/SQS)\\",\\"(\w+)\\"', body)


def test_one_line_creates_alarms_on_what_fails_and_on_sweeps_that_do_not_finish(
    stack: Stack,
) -> None:
    # GIVEN
    topic = Topic(stack, "OnCall")

    # WHEN
    created = declare_policy(stack).create_alarms(SnsAction(topic))

    # THEN
    found = alarms(stack)
    assert set(found) == {
        "UsersFailed",
        "ExecutionsFailed",
        "ExecutionsAborted",
        "ExecutionsTimedOut",
        "ApproximateNumberOfMessagesVisible",
        "Errors",
        "SweepsFinished",
    }
    assert len(created) == len(found)
    for properties in found.values():
        assert properties["AlarmActions"] == [stack.resolve(topic.topic_arn)]
    del found["SweepsFinished"], found["Errors"]
    for properties in found.values():
        assert (properties["Threshold"], properties["EvaluationPeriods"]) == (1, 1)
        assert properties["TreatMissingData"] == "notBreaching"


def test_an_alarm_goes_off_if_the_function_fails_again_and_again(stack: Stack) -> None:
    # WHEN
    declare_policy(stack).create_alarms()

    # THEN one error that the state machine makes up for is not enough
    alarm = alarms(stack)["Errors"]
    assert alarm["Namespace"] == "AWS/Lambda"
    [function] = resources_of_type(stack, "AWS::Lambda::Function")
    assert function in str(alarm["Dimensions"])
    assert (alarm["Statistic"], alarm["Period"], alarm["Threshold"]) == ("Sum", 3600, 3)
    assert alarm["TreatMissingData"] == "notBreaching"


def test_an_alarm_goes_off_if_no_sweep_has_finished_for_two_days(stack: Stack) -> None:
    # WHEN
    declare_policy(stack).create_alarms()

    # THEN any value is enough, also the 0 of a deployment whose sweep takes hours
    alarm = alarms(stack)["SweepsFinished"]
    assert (alarm["Statistic"], alarm["Threshold"]) == ("SampleCount", 1)
    assert alarm["ComparisonOperator"] == "LessThanThreshold"
    assert alarm["TreatMissingData"] == "breaching"
    assert "DatapointsToAlarm" not in alarm
    assert hours_until_overdue(stack) == 48
    # Days as periods would be noticed late, and minutes cannot cover more than a day.
    assert alarm["Period"] == 3600


def test_the_alarm_on_overdue_sweeps_is_created_after_the_first_deployment_has_declared_one(
    stack: Stack,
) -> None:
    # WHEN
    declare_policy(stack).create_alarms()

    # THEN
    [policy] = resources_of_type(stack, POLICY_RESOURCE_TYPE)
    [alarm] = [
        each
        for each in resources_of_type(stack, "AWS::CloudWatch::Alarm").values()
        if each["Properties"]["MetricName"] == "SweepsFinished"
    ]
    assert alarm["DependsOn"] == [policy]


@pytest.mark.parametrize(
    ("schedule", "hours"),
    [
        # A sweep can take longer than until the next one starts.
        (Schedule.rate(Duration.minutes(5)), 48),
        (Schedule.rate(Duration.hours(1)), 48),
        (Schedule.rate(Duration.days(2)), 96),
        (Schedule.rate(Duration.minutes(24 * 60 + 1)), 50),
        (Schedule.rate(Duration.hours(84)), 168),
        (Schedule.cron(minute="0", hour="3"), 48),
        (Schedule.expression("cron(0/15 8-17 ? * * *)"), 48),
    ],
    ids=lambda value: getattr(value, "expression_string", None),
)
def test_a_sweep_is_overdue_after_two_days_or_twice_the_rate(
    stack: Stack, schedule: Schedule, hours: int
) -> None:
    # WHEN
    declare_policy(stack, schedule=schedule).create_alarms()

    # THEN
    assert hours_until_overdue(stack) == hours


@pytest.mark.parametrize(
    "schedule",
    [
        # CloudWatch looks back seven days at most.
        Schedule.rate(Duration.hours(85)),
        Schedule.cron(minute="0", hour="3", week_day="MON"),
        Schedule.cron(minute="0", hour="3", day="1"),
        Schedule.cron(minute="0", hour="3", month="1-6"),
        Schedule.cron(minute="0", hour="3", year="2030"),
    ],
    ids=lambda schedule: schedule.expression_string,
)
def test_another_schedule_has_no_alarm_on_overdue_sweeps(stack: Stack, schedule: Schedule) -> None:
    # WHEN
    declare_policy(stack, schedule=schedule).create_alarms()

    # THEN
    assert hours_until_overdue(stack) is None
    assert "ExecutionsFailed" in alarms(stack)


def test_a_policy_without_events_has_no_alarm_and_no_widget_for_dead_letters(stack: Stack) -> None:
    # GIVEN
    policy = declare_policy(stack, new_users=NewUsers.BY_SWEEP)

    # WHEN
    policy.create_alarms()
    Dashboard(stack, "Dashboard").add_widgets(*policy.dashboard_widgets())

    # THEN
    assert "ApproximateNumberOfMessagesVisible" not in alarms(stack)
    assert dashboard_metrics(stack)[-2:] == ["UsersFailed", "ExecutionsFailed"]


def test_one_line_adds_the_users_and_the_failures_to_a_dashboard(stack: Stack) -> None:
    # WHEN
    Dashboard(stack, "Dashboard").add_widgets(*declare_policy(stack).dashboard_widgets())

    # THEN
    assert dashboard_metrics(stack) == [
        *("UsersSet", "UsersCleared", "UsersOverdue", "UsersLeftAlone"),
        *("UsersFailed", "ExecutionsFailed", "ApproximateNumberOfMessagesVisible"),
    ]
