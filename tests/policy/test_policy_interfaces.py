"""Grants, alarms and attributes of a policy take one line."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, CfnOutput, Duration, Stack
from aws_cdk.assertions import Template
from aws_cdk.aws_cloudwatch import Metric
from aws_cdk.aws_iam import Role, ServicePrincipal

import chime_expiration
from chime_expiration import AppInstanceUserExpirationPolicy, NewUsers
from policy.declare_policy import APP_INSTANCE, declare_policy, resources_of_type

Policy = AppInstanceUserExpirationPolicy


def logical_id(stack: Stack, resource_type: str, part: str = "") -> str:
    [found] = [each for each in resources_of_type(stack, resource_type) if part in each]
    return found


def alarm(stack: Stack, metric: Metric) -> dict[str, Any]:
    metric.create_alarm(stack, "Alarm", threshold=1, evaluation_periods=1)
    [resource] = resources_of_type(stack, "AWS::CloudWatch::Alarm").values()
    properties: dict[str, Any] = resource["Properties"]
    return properties


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        (Policy.metric_users_set, "UsersSet"),
        (Policy.metric_users_cleared, "UsersCleared"),
        (Policy.metric_users_failed, "UsersFailed"),
        (Policy.metric_users_overdue, "UsersOverdue"),
        (Policy.metric_users_left_alone, "UsersLeftAlone"),
        (Policy.metric_sweeps_finished, "SweepsFinished"),
    ],
)
def test_a_metric_is_the_one_that_the_function_writes(
    stack: Stack, metric: Callable[[Policy], Metric], name: str
) -> None:
    # WHEN
    properties = alarm(stack, metric(declare_policy(stack)))

    # THEN
    table = logical_id(stack, "AWS::DynamoDB::Table")
    assert properties["Namespace"] == "ChimeExpiration"
    assert properties["MetricName"] == name
    assert properties["Dimensions"] == [{"Name": "PolicyTable", "Value": {"Ref": table}}]
    assert (properties["Statistic"], properties["Period"]) == ("Sum", 300)


def test_a_metric_takes_the_options_of_cdk(stack: Stack) -> None:
    # WHEN
    metric = declare_policy(stack).metric_users_set(period=Duration.days(1), statistic="Maximum")

    # THEN
    properties = alarm(stack, metric)
    assert (properties["Statistic"], properties["Period"]) == ("Maximum", 86_400)


def test_failed_sweeps_are_a_metric_of_the_state_machine(stack: Stack) -> None:
    # WHEN
    properties = alarm(stack, declare_policy(stack).metric_sweeps_failed())

    # THEN
    machine = logical_id(stack, "AWS::StepFunctions::StateMachine")
    assert (properties["Namespace"], properties["MetricName"]) == (
        "AWS/States",
        "ExecutionsFailed",
    )
    [dimension] = properties["Dimensions"]
    assert dimension == {"Name": "StateMachineArn", "Value": {"Fn::GetAtt": [machine, "Arn"]}}


def test_dead_letters_are_a_metric_of_the_queue(stack: Stack) -> None:
    # WHEN
    properties = alarm(stack, declare_policy(stack).metric_dead_letters())

    # THEN
    assert properties["MetricName"] == "ApproximateNumberOfMessagesVisible"
    queue = logical_id(stack, "AWS::SQS::Queue", "DeadLetters")
    assert f"'Fn::GetAtt': ['{queue}', 'Arn']" in str(properties["Dimensions"])


def test_a_policy_without_events_has_no_dead_letters(stack: Stack) -> None:
    # GIVEN
    policy = declare_policy(stack, new_users=NewUsers.BY_SWEEP)

    # WHEN / THEN
    message = "^'Chat/Guests' has no dead-letter queue: new_users is NewUsers.BY_SWEEP$"
    with pytest.raises(ValueError, match=message):
        policy.metric_dead_letters()


@pytest.mark.parametrize(
    ("grant", "action"),
    [
        (lambda policy, role: policy.table.grant_read_data(role), "dynamodb:GetItem"),
        (
            lambda policy, role: policy.state_machine.grant_start_execution(role),
            "states:StartExecution",
        ),
        (
            lambda policy, role: policy.dead_letter_queue.grant_consume_messages(role),
            "sqs:ReceiveMessage",
        ),
        (lambda policy, role: policy.function.grant_invoke(role), "lambda:InvokeFunction"),
        (lambda policy, role: policy.log_group.grant_read(role), "logs:FilterLogEvents"),
    ],
    ids=["table", "state machine", "dead-letter queue", "function", "log group"],
)
def test_what_the_policy_made_can_be_granted(
    stack: Stack, grant: Callable[[Policy, Role], object], action: str
) -> None:
    # GIVEN
    role = Role(stack, "Operator", assumed_by=ServicePrincipal("ec2.amazonaws.com"))
    policy = declare_policy(stack)

    # WHEN
    grant(policy, role)

    # THEN
    granted = logical_id(stack, "AWS::IAM::Policy", "Operator")
    assert action in str(resources_of_type(stack, "AWS::IAM::Policy")[granted])


def test_the_interfaces_add_nothing_to_the_template(app: App) -> None:
    # GIVEN
    used, unused = Stack(app, "Used"), Stack(app, "Unused")
    declare_policy(unused)

    # WHEN
    policy = declare_policy(used)
    interfaces = [
        policy.table,
        policy.state_machine,
        policy.function,
        policy.log_group,
        policy.dead_letter_queue,
    ]

    # THEN
    assert policy.table is interfaces[0]
    assert Template.from_stack(used).to_json() == Template.from_stack(unused).to_json()


def test_the_attributes_of_a_policy_can_be_used_elsewhere_in_the_stack(stack: Stack) -> None:
    # WHEN
    policy = declare_policy(stack)
    attributes = {
        "UsersSet": policy.users_set,
        "UsersCleared": policy.users_cleared,
        "UsersFailed": policy.users_failed,
        "UsersOverdue": policy.users_overdue,
        "UsersLeftAlone": policy.users_left_alone,
        "SweepFinished": policy.sweep_finished,
    }
    for name, value in attributes.items():
        CfnOutput(stack, name, value=value)

    # THEN
    resource = logical_id(stack, "Custom::ChimeAppInstanceUserExpirationPolicy")
    outputs = Template.from_stack(stack).to_json()["Outputs"]
    assert {name: output["Value"] for name, output in outputs.items()} == {
        name: {"Fn::GetAtt": [resource, name]} for name in attributes
    }
    assert policy.app_instance_arn == APP_INSTANCE


def test_the_modules_of_a_policy_are_imported_only_when_they_are_needed() -> None:
    # GIVEN
    roots = [str(Path(chime_expiration.__file__).parents[1]), *sys.path]
    modules = {"aws_cdk.aws_dynamodb", "aws_cdk.aws_stepfunctions", "aws_cdk.aws_events"}

    # WHEN
    program = f"import sys, chime_expiration; print({modules!r} & set(sys.modules))"
    printed = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {roots!r}; {program}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    # THEN
    assert printed == "set()\n"
