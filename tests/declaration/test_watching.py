"""Metrics, alarms and widgets for the declarations of a stack, and what they are made of."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Duration, NestedStack, Stack
from aws_cdk.assertions import Template
from aws_cdk.aws_cloudwatch import Dashboard, Metric
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_iam import Role, ServicePrincipal
from aws_cdk.aws_sns import Topic

import chime_expiration
from chime_expiration import AppInstanceUserExpiration
from declaration.declare import APP_INSTANCE, declare, resources_of_type

Declaration = AppInstanceUserExpiration


def alarm_properties(stack: Stack) -> dict[str, Any]:
    [alarm] = resources_of_type(stack, "AWS::CloudWatch::Alarm").values()
    return dict(alarm["Properties"])


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        (Declaration.metric_failures, "Failures"),
        (Declaration.metric_refused, "Refused"),
        (Declaration.metric_clean_up_failures, "CleanUpFailures"),
    ],
)
def test_a_metric_is_the_one_that_the_function_writes_for_the_stack(
    stack: Stack, metric: Callable[[Declaration], Metric], name: str
) -> None:
    # WHEN
    metric(declare(stack)).create_alarm(stack, "Alarm", threshold=1, evaluation_periods=1)

    # THEN
    properties = alarm_properties(stack)
    assert (properties["Namespace"], properties["MetricName"]) == ("ChimeExpiration", name)
    assert properties["Dimensions"] == [{"Name": "StackName", "Value": {"Ref": "AWS::StackName"}}]
    assert (properties["Statistic"], properties["Period"]) == ("Sum", 300)


def test_a_metric_takes_the_options_of_cdk(stack: Stack) -> None:
    # WHEN
    metric = declare(stack).metric_failures(period=Duration.days(1), statistic="Maximum")
    metric.create_alarm(stack, "Alarm", threshold=1, evaluation_periods=1)

    # THEN
    properties = alarm_properties(stack)
    assert (properties["Statistic"], properties["Period"]) == ("Maximum", 86_400)


def test_an_alarm_in_another_stack_watches_the_stack_of_the_declarations(app: App) -> None:
    # GIVEN
    chat, monitoring = Stack(app, "Chat"), Stack(app, "Monitoring")

    # WHEN
    metric = declare(chat).metric_failures()
    metric.create_alarm(monitoring, "Alarm", threshold=1, evaluation_periods=1)
    app.synth()

    # THEN
    [export] = Template.from_stack(chat).to_json()["Outputs"].values()
    assert export["Value"] == {"Ref": "AWS::StackName"}
    [dimension] = alarm_properties(monitoring)["Dimensions"]
    assert dimension["Value"] == {"Fn::ImportValue": export["Export"]["Name"]}


def test_the_metrics_of_a_nested_stack_are_its_own(app: App) -> None:
    # GIVEN
    nested = NestedStack(Stack(app, "Chat"), "Nested")

    # WHEN
    declare(nested).create_alarms()

    # THEN
    [dimension] = alarm_properties(nested)["Dimensions"]
    assert dimension["Value"] == {"Ref": "AWS::StackName"}


def test_one_line_creates_an_alarm_on_clean_ups_that_fail(stack: Stack) -> None:
    # GIVEN
    topic = Topic(stack, "OnCall")

    # WHEN
    [alarm] = declare(stack).create_alarms(SnsAction(topic))

    # THEN
    properties = alarm_properties(stack)
    assert properties["MetricName"] == "CleanUpFailures"
    assert properties["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert (properties["Threshold"], properties["EvaluationPeriods"]) == (1, 1)
    assert properties["TreatMissingData"] == "notBreaching"
    assert properties["AlarmActions"] == [stack.resolve(topic.topic_arn)]
    assert alarm.alarm_arn


def test_the_alarm_stays_the_same_if_another_declaration_creates_it(app: App) -> None:
    # GIVEN
    before, after = Stack(app, "Before"), Stack(app, "After")

    # WHEN
    declare(before).create_alarms()
    declare(after, "Other", f"{APP_INSTANCE}/user/other").create_alarms()

    # THEN
    alarms = [set(resources_of_type(each, "AWS::CloudWatch::Alarm")) for each in (before, after)]
    assert alarms[0] == alarms[1]


def test_a_second_alarm_for_the_same_stack_is_rejected(stack: Stack) -> None:
    # GIVEN
    declare(stack).create_alarms()
    other = declare(stack, "Other", f"{APP_INSTANCE}/user/other")

    # WHEN / THEN
    message = (
        "^stack 'Policies' has the alarm for all its declarations already: "
        "call create_alarms on one of them$"
    )
    with pytest.raises(ValueError, match=message):
        other.create_alarms()
    assert len(resources_of_type(stack, "AWS::CloudWatch::Alarm")) == 1


def test_one_line_adds_the_failures_to_a_dashboard(stack: Stack) -> None:
    # WHEN
    Dashboard(stack, "Dashboard").add_widgets(*declare(stack).dashboard_widgets())

    # THEN
    [dashboard] = resources_of_type(stack, "AWS::CloudWatch::Dashboard").values()
    body = json.dumps(dashboard["Properties"]["DashboardBody"])
    assert re.findall(r'ChimeExpiration\\",\\"(\w+)\\"', body) == [
        "Failures",
        "Refused",
        "CleanUpFailures",
    ]
    assert "Failed events of Policies" in body


@pytest.mark.parametrize(
    ("grant", "action", "resource_type"),
    [
        (
            lambda guest, role: guest.function.grant_invoke(role),
            "lambda:InvokeFunction",
            "AWS::Lambda::Function",
        ),
        (
            lambda guest, role: guest.log_group.grant_read(role),
            "logs:FilterLogEvents",
            "AWS::Logs::LogGroup",
        ),
    ],
    ids=["function", "log group"],
)
def test_the_function_and_its_log_can_be_granted(
    stack: Stack, grant: Callable[[Declaration, Role], object], action: str, resource_type: str
) -> None:
    # GIVEN
    role = Role(stack, "Operator", assumed_by=ServicePrincipal("ec2.amazonaws.com"))

    # WHEN
    grant(declare(stack), role)

    # THEN
    [granted] = [
        str(policy)
        for name, policy in resources_of_type(stack, "AWS::IAM::Policy").items()
        if name.startswith("Operator")
    ]
    [resource] = resources_of_type(stack, resource_type)
    assert action in granted
    assert repr(resource) in granted


def test_what_is_not_used_is_not_in_the_template(app: App) -> None:
    # GIVEN
    used, unused = Stack(app, "Used"), Stack(app, "Unused")
    declare(unused)

    # WHEN
    guest, other = declare(used), declare(used, "Other", f"{APP_INSTANCE}/user/other")
    assert guest.function is other.function
    assert guest.log_group is other.log_group
    assert guest.metric_failures()
    assert guest.dashboard_widgets()

    # THEN
    added = set(Template.from_stack(used).to_json()["Resources"]) - set(
        Template.from_stack(unused).to_json()["Resources"]
    )
    assert all(name.startswith("Expireother") for name in added)


def test_the_module_of_metrics_is_imported_only_when_it_is_needed() -> None:
    # GIVEN
    roots = [str(Path(chime_expiration.__file__).parents[1]), *sys.path]

    # WHEN
    module = "chime_expiration._provider.watching"
    program = f"import sys, chime_expiration; print({module!r} in sys.modules)"
    printed = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {roots!r}; {program}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    # THEN
    assert printed == "False\n"
