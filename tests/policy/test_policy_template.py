"""What a policy adds to the template."""

import json
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Duration, RemovalPolicy, Stack
from aws_cdk.assertions import Match, Template
from aws_cdk.aws_events import Schedule

from chime_expiration import NewUsers
from chime_expiration_handler.contract import sweep_event
from chime_expiration_handler.contract.policy_properties import (
    POLICY_RESOURCE_TYPE,
    PolicyProperties,
)
from declaration.declare import declare
from policy.declare_policy import (
    APP_INSTANCE,
    declare_policy,
    policies,
    policy_properties,
    resources,
    resources_of_type,
)

EVERYTHING = {
    "AWS::DynamoDB::Table": 1,
    "AWS::Events::Rule": 2,
    "AWS::IAM::Policy": 1,
    "AWS::IAM::Role": 3,
    "AWS::Lambda::EventInvokeConfig": 1,
    "AWS::Lambda::EventSourceMapping": 1,
    "AWS::Lambda::Function": 1,
    "AWS::Logs::LogGroup": 1,
    "AWS::SQS::Queue": 2,
    "AWS::SQS::QueuePolicy": 2,
    "AWS::StepFunctions::StateMachine": 1,
    POLICY_RESOURCE_TYPE: 1,
}
FOR_EVENTS = {
    "AWS::Events::Rule": 1,
    "AWS::Lambda::EventSourceMapping": 1,
    "AWS::SQS::Queue": 2,
    "AWS::SQS::QueuePolicy": 2,
}


def counted(stack: Stack) -> dict[str, int]:
    types = [resource["Type"] for resource in resources(stack).values()]
    return {each: types.count(each) for each in sorted(set(types))}


def only(stack: Stack, resource_type: str) -> dict[str, Any]:
    [resource] = resources_of_type(stack, resource_type).values()
    properties: dict[str, Any] = resource["Properties"]
    return properties


def rules(stack: Stack) -> dict[str, dict[str, Any]]:
    """The properties of the rules, by what they trigger."""
    found = [rule["Properties"] for rule in resources_of_type(stack, "AWS::Events::Rule").values()]
    return {rule["Targets"][0]["Id"]: rule for rule in found}


def test_a_policy_has_what_it_needs_and_nothing_else(stack: Stack) -> None:
    # WHEN
    declare_policy(stack)

    # THEN
    assert counted(stack) == EVERYTHING


def test_a_policy_without_events_needs_neither_rule_nor_queue(stack: Stack) -> None:
    # WHEN
    declare_policy(stack, new_users=NewUsers.BY_SWEEP)

    # THEN
    expected = {kind: number - FOR_EVENTS.get(kind, 0) for kind, number in EVERYTHING.items()}
    assert counted(stack) == {kind: number for kind, number in expected.items() if number}


def test_the_declarations_of_a_stack_stay_the_same_when_a_policy_is_added(app: App) -> None:
    # GIVEN
    user = "arn:aws:chime:us-east-1:111122223333:app-instance/other/user/guest"
    alone, beside = Stack(app, "Alone"), Stack(app, "Beside")
    declare(alone, user=user)

    # WHEN
    declare(beside, user=user)
    declare_policy(beside)

    # THEN
    assert resources(alone).items() <= dict(resources(beside)).items()


def test_the_custom_resource_has_what_differs_from_the_defaults(stack: Stack) -> None:
    # WHEN
    declare_policy(stack)

    # THEN
    assert policy_properties(stack) == {"AppInstanceArn": APP_INSTANCE, "ExpirationDays": 30}


def test_the_function_reads_what_the_construct_declares(stack: Stack) -> None:
    # WHEN
    declare_policy(
        stack,
        expire_after=Duration.days(60),
        users=["guest-*", "*@example.com"],
        except_users=["guest-kiosk-*"],
        notice=Duration.days(14),
        enabled=False,
        calls_per_second=0.5,
    )

    # THEN
    [properties] = policies(stack)
    read = PolicyProperties.parse(properties)
    assert str(read.app_instance) == APP_INSTANCE
    assert (read.rule.days, read.rule.notice_days) == (60, 14)
    assert read.selection.users.patterns == ("guest-*", "*@example.com")
    assert read.selection.except_users.patterns == ("guest-kiosk-*",)
    assert (read.enabled, read.calls_per_second) == (False, 0.5)


def test_immediate_expiration_is_declared_only_when_it_is_allowed(stack: Stack) -> None:
    # WHEN
    declare_policy(stack, expire_after=Duration.days(1), allow_immediate_expiration=True)

    # THEN
    assert policy_properties(stack)["AllowImmediateExpiration"] is True


def test_cloudformation_waits_as_long_as_it_can(stack: Stack) -> None:
    # WHEN
    declare_policy(stack)

    # THEN
    [properties] = policies(stack)
    assert properties["ServiceTimeout"] == 3600


def needed(found: dict[str, Any], logical_id: str) -> set[str]:
    """What CloudFormation creates before a resource, and deletes after it."""
    text = json.dumps(found[logical_id])
    direct = {each for each in found if each != logical_id and f'"{each}"' in text}
    return direct.union(*(needed(found, each) for each in direct))


def test_the_custom_resource_needs_every_other_resource_of_the_policy(stack: Stack) -> None:
    # WHEN
    declare_policy(stack)

    # THEN
    found = resources(stack)
    [logical_id] = resources_of_type(stack, POLICY_RESOURCE_TYPE)
    assert needed(found, logical_id) == set(found) - {logical_id}


@pytest.mark.parametrize(
    ("removal_policy", "rendered"),
    [
        (RemovalPolicy.DESTROY, None),
        (RemovalPolicy.RETAIN, "Retain"),
        (RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, "RetainExceptOnCreate"),
    ],
)
def test_the_removal_policy_is_that_of_the_custom_resource(
    stack: Stack, removal_policy: RemovalPolicy, rendered: str | None
) -> None:
    # WHEN
    declare_policy(stack, removal_policy=removal_policy)

    # THEN
    [resource] = resources_of_type(stack, POLICY_RESOURCE_TYPE).values()
    assert resource.get("DeletionPolicy") == rendered


def test_the_table_costs_what_it_is_used_forgets_by_itself_and_goes_with_the_stack(
    stack: Stack,
) -> None:
    # WHEN
    declare_policy(stack)

    # THEN
    [table] = resources_of_type(stack, "AWS::DynamoDB::Table").values()
    assert table["DeletionPolicy"] == "Delete"
    assert table["Properties"] == {
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
        "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    }


def test_the_function_of_a_policy_knows_its_table_and_may_run_as_long_as_lambda_allows(
    stack: Stack,
) -> None:
    # WHEN
    declare_policy(stack)

    # THEN
    function = only(stack, "AWS::Lambda::Function")
    [table] = resources_of_type(stack, "AWS::DynamoDB::Table")
    assert function["Handler"] == "chime_expiration_handler.sweep.handler.handler"
    assert function["Timeout"] == 900
    assert function["Environment"] == {"Variables": {"POLICY_TABLE": {"Ref": table}}}


def test_an_event_that_failed_comes_again_no_sooner_than_the_function_may_run(
    stack: Stack,
) -> None:
    # WHEN
    declare_policy(stack)

    # THEN
    [queue] = [
        queue["Properties"]
        for queue in resources_of_type(stack, "AWS::SQS::Queue").values()
        if "RedrivePolicy" in queue["Properties"]
    ]
    assert queue["VisibilityTimeout"] >= only(stack, "AWS::Lambda::Function")["Timeout"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5


def test_only_the_events_that_failed_come_again(stack: Stack) -> None:
    # WHEN
    declare_policy(stack)

    # THEN
    mapping = only(stack, "AWS::Lambda::EventSourceMapping")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}


def test_the_rule_accepts_created_users_of_the_app_instance_and_records_of_another_shape(
    stack: Stack,
) -> None:
    # WHEN
    declare_policy(stack)

    # THEN
    assert rules(stack)["Queue"]["EventPattern"] == {
        "source": ["aws.chime"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {
            "eventSource": ["chime.amazonaws.com"],
            "eventName": ["CreateAppInstanceUser"],
            "requestParameters": {"appInstanceArn": [APP_INSTANCE, {"exists": False}]},
        },
    }


@pytest.mark.parametrize(
    ("schedule", "expression"),
    [
        (None, "rate(1 day)"),
        (Schedule.rate(Duration.hours(6)), "rate(6 hours)"),
        (Schedule.cron(minute="0", hour="3"), "cron(0 3 * * ? *)"),
    ],
    ids=["default", "rate", "cron"],
)
def test_the_schedule_starts_a_sweep_from_the_beginning(
    stack: Stack, schedule: Schedule | None, expression: str
) -> None:
    # WHEN
    declare_policy(stack, schedule=schedule)

    # THEN
    rule = rules(stack)["Sweep"]
    assert rule["ScheduleExpression"] == expression
    assert json.loads(rule["Targets"][0]["Input"]) == {
        sweep_event.APP_INSTANCE: APP_INSTANCE,
        sweep_event.CURSOR: None,
    }


def test_the_schedule_passes_an_app_instance_that_is_a_token(stack: Stack) -> None:
    # WHEN
    declare_policy(stack, app_instance=CfnParameter(stack, "AppInstance").value_as_string)

    # THEN
    text = rules(stack)["Sweep"]["Targets"][0]["Input"]
    assert text == {
        "Fn::Join": ["", ['{"app_instance_arn": "', {"Ref": "AppInstance"}, '", "cursor": null}']]
    }


def test_no_resource_of_a_policy_has_a_fixed_name(stack: Stack) -> None:
    # WHEN
    declare_policy(stack)

    # THEN
    template = Template.from_stack(stack)
    for kind, name in {
        "AWS::DynamoDB::Table": "TableName",
        "AWS::Events::Rule": "Name",
        "AWS::IAM::Role": "RoleName",
        "AWS::Lambda::Function": "FunctionName",
        "AWS::Logs::LogGroup": "LogGroupName",
        "AWS::SQS::Queue": "QueueName",
        "AWS::StepFunctions::StateMachine": "StateMachineName",
    }.items():
        template.all_resources_properties(kind, {name: Match.absent()})
