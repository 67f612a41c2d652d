"""What one declaration, and many, put into the template."""

import json
from collections.abc import Callable

import pytest
from aws_cdk import App, CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk.assertions import Match, Template

from chime_expiration import AppInstanceUserExpiration, ExpirationCriterion
from chime_expiration_handler.properties import ExpirationProperties

Declare = Callable[..., AppInstanceUserExpiration]

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d"


def the_function_of(stack: Stack) -> str:
    [logical_id] = Template.from_stack(stack).find_resources("AWS::Lambda::Function")
    return logical_id


def test_a_declaration_is_one_custom_resource_with_the_days_as_a_number(
    stack, declare, expirations
):
    # WHEN
    declare(stack, user=f"{APP_INSTANCE}/user/guest-42", expire_after=Duration.days(30))

    # THEN
    [resource] = expirations(stack).values()
    properties = resource["Properties"]
    assert properties.pop("ServiceToken") == {"Fn::GetAtt": [the_function_of(stack), "Arn"]}
    assert properties == {
        "AppInstanceUserArn": f"{APP_INSTANCE}/user/guest-42",
        "ExpirationDays": 30,
        "ServiceTimeout": 600,
    }


def test_whole_days_may_be_given_in_any_unit(stack, declare, expirations):
    # WHEN
    declare(stack, expire_after=Duration.hours(48))

    # THEN
    [resource] = expirations(stack).values()
    assert resource["Properties"]["ExpirationDays"] == 2


def test_declarations_may_share_a_duration_and_differ_from_others(stack, declare, expirations):
    # GIVEN
    thirty_days = Duration.days(30)

    # WHEN
    for name, expire_after in (("a", thirty_days), ("b", Duration.days(7)), ("c", thirty_days)):
        declare(stack, name, user=f"{APP_INSTANCE}/user/{name}", expire_after=expire_after)

    # THEN
    found = [resource["Properties"]["ExpirationDays"] for resource in expirations(stack).values()]
    assert found == [30, 7, 30]


def test_immediate_expiration_is_in_the_template_only_when_it_is_allowed(
    stack, declare, expirations
):
    # WHEN
    declare(stack, allow_immediate_expiration=True)

    # THEN
    [resource] = expirations(stack).values()
    assert resource["Properties"]["AllowImmediateExpiration"] is True


@pytest.mark.parametrize(
    ("policy", "rendered"),
    [
        (RemovalPolicy.DESTROY, None),
        (RemovalPolicy.RETAIN, "Retain"),
        (RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, "RetainExceptOnCreate"),
    ],
)
def test_the_removal_policy_decides_what_is_left(stack, declare, expirations, policy, rendered):
    # WHEN
    declare(stack, removal_policy=policy)

    # THEN
    [resource] = expirations(stack).values()
    assert resource.get("DeletionPolicy") == rendered


def test_the_attributes_can_be_used_elsewhere_in_the_stack(stack, declare):
    # WHEN
    guest = declare(stack)
    CfnOutput(stack, "Expires", value=guest.expires_at)

    # THEN
    logical_id = stack.resolve(guest.node.default_child.logical_id)
    template = Template.from_stack(stack)
    template.has_output("Expires", {"Value": {"Fn::GetAtt": [logical_id, "ExpiresAt"]}})
    assert guest.app_instance_user_arn == f"{APP_INSTANCE}/user/guest-42"


def test_many_declarations_share_one_function_one_role_one_log_group_and_a_policy_per_app_instance(
    stack, declare
):
    # WHEN
    for instance in ("a", "b"):
        for number in range(20):
            user = f"arn:aws:chime:us-east-1:111122223333:app-instance/{instance}/user/{number}"
            declare(stack, f"{instance}{number}", user)

    # THEN
    template = Template.from_stack(stack)
    template.resource_count_is("Custom::ChimeAppInstanceUserExpiration", 40)
    template.resource_count_is("AWS::Lambda::Function", 1)
    template.resource_count_is("AWS::IAM::Role", 1)
    template.resource_count_is("AWS::Logs::LogGroup", 1)
    template.resource_count_is("AWS::IAM::Policy", 2)


def test_the_policy_allows_two_actions_on_the_users_of_one_app_instance(stack, declare):
    # WHEN
    declare(stack)

    # THEN
    Template.from_stack(stack).has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": {
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": [
                            "chime:DescribeAppInstanceUser",
                            "chime:PutAppInstanceUserExpirationSettings",
                        ],
                        "Resource": f"{APP_INSTANCE}/user/*",
                    }
                ]
            }
        },
    )


def test_a_declaration_waits_for_its_policy_and_is_cleaned_up_before_it(
    stack, declare, expirations
):
    # WHEN
    declare(stack)

    # THEN
    [policy] = Template.from_stack(stack).find_resources("AWS::IAM::Policy")
    [resource] = expirations(stack).values()
    assert resource["DependsOn"] == [policy]


def test_the_role_may_otherwise_only_write_the_functions_log(stack, declare):
    # WHEN
    declare(stack)

    # THEN
    [role] = Template.from_stack(stack).find_resources("AWS::IAM::Role").values()
    [inline] = role["Properties"]["Policies"]
    [statement] = inline["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert "ManagedPolicyArns" not in role["Properties"]


def test_the_log_group_outlives_the_stack_for_ninety_days(stack, declare):
    # WHEN
    declare(stack)

    # THEN
    Template.from_stack(stack).has_resource(
        "AWS::Logs::LogGroup",
        {
            "DeletionPolicy": "Retain",
            "Properties": {"RetentionInDays": 90},
        },
    )


def test_nothing_has_a_name_that_a_second_deployment_would_collide_with(stack, declare):
    # WHEN
    declare(stack)

    # THEN
    template = Template.from_stack(stack)
    for kind, name in {
        "AWS::Lambda::Function": "FunctionName",
        "AWS::IAM::Role": "RoleName",
        "AWS::Logs::LogGroup": "LogGroupName",
    }.items():
        template.has_resource_properties(kind, {name: Match.absent()})


def test_the_function_outlasts_490_declarations_and_the_stack_outlasts_the_function(
    stack, declare, expirations
):
    # WHEN
    declare(stack)

    # THEN
    template = Template.from_stack(stack)
    [function] = template.find_resources("AWS::Lambda::Function").values()
    [resource] = expirations(stack).values()
    assert function["Properties"]["Timeout"] == 300
    assert resource["Properties"]["ServiceTimeout"] > function["Properties"]["Timeout"]


def test_an_invocation_that_cloudformation_has_given_up_on_is_not_run_again(
    stack, declare, expirations
):
    # WHEN
    declare(stack)

    # THEN
    template = Template.from_stack(stack)
    [function] = template.find_resources("AWS::Lambda::Function")
    [config] = template.find_resources("AWS::Lambda::EventInvokeConfig").values()
    assert config["Properties"] == {
        "FunctionName": {"Ref": function},
        "Qualifier": "$LATEST",
        "MaximumRetryAttempts": 0,
        "MaximumEventAgeInSeconds": 300,
    }
    [resource] = expirations(stack).values()
    assert resource["Properties"]["ServiceTimeout"] >= 300 + 300


def test_two_stacks_have_a_function_each(app: App, declare):
    # GIVEN
    stacks = [Stack(app, name) for name in ("One", "Two")]

    # WHEN
    for number, stack in enumerate(stacks):
        declare(stack, user=f"{APP_INSTANCE}/user/{number}")

    # THEN
    for stack in stacks:
        Template.from_stack(stack).resource_count_is("AWS::Lambda::Function", 1)


def fill_with_app_instances(stack: Stack, declare: Declare) -> None:
    for number in range(100):
        instance = f"6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c{number:02}"
        user = f"arn:aws:chime:us-east-1:111122223333:app-instance/{instance}/user/guest"
        declare(stack, str(number), user)


def test_more_app_instances_than_a_role_can_hold_are_refused(stack, declare):
    # WHEN / THEN
    with pytest.raises(ValueError, match=r"'Policies' declares users of 39 AppInstances, and the"):
        fill_with_app_instances(stack, declare)


def test_as_many_app_instances_as_are_let_through_do_fit_into_a_role(stack, declare):
    # GIVEN
    with pytest.raises(ValueError, match="10240"):
        fill_with_app_instances(stack, declare)

    # WHEN
    template = Template.from_stack(stack)

    # THEN
    policies = template.find_resources("AWS::IAM::Policy").values()
    [role] = template.find_resources("AWS::IAM::Role").values()
    documents = [policy["Properties"]["PolicyDocument"] for policy in policies]
    documents += [policy["PolicyDocument"] for policy in role["Properties"]["Policies"]]
    characters = sum(len(json.dumps(document, separators=(",", ":"))) for document in documents)
    assert 9_000 < characters < 10_240


@pytest.mark.parametrize("criterion", ExpirationCriterion)
def test_the_criterion_that_is_said_is_the_one_that_the_handler_reads(
    stack, declare, expirations, criterion
):
    # WHEN
    declare(stack, criterion=criterion)

    # THEN
    [resource] = expirations(stack).values()
    assert ExpirationProperties.parse(resource["Properties"]).criterion == criterion
