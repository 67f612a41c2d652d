"""What one declaration, and many, add to the template."""

import json
from collections.abc import Callable

import pytest
from aws_cdk import App, CfnOutput, CfnParameter, Duration, RemovalPolicy, Stack
from aws_cdk.assertions import Match, Template
from botocore import xform_name

from chime_expiration import ExpirationCriterion, MissingUser
from chime_expiration_handler.contract.environment import STACK_HAS_TOKEN_USERS
from chime_expiration_handler.contract.properties import ExpirationProperties
from declaration.declare import (
    APP_INSTANCE,
    GUEST,
    declare,
    expirations,
    resource_of,
    resources_of_type,
)
from fakes.own_stack_client import OwnStackClient


def function_id(stack: Stack) -> str:
    [logical_id] = resources_of_type(stack, "AWS::Lambda::Function")
    return logical_id


def test_a_declaration_is_one_custom_resource_with_the_days_as_a_number(stack: Stack) -> None:
    # WHEN
    declare(stack, user=f"{APP_INSTANCE}/user/guest-42", expire_after=Duration.days(30))

    # THEN
    [resource] = expirations(stack).values()
    properties = resource["Properties"]
    assert properties.pop("ServiceToken") == {"Fn::GetAtt": [function_id(stack), "Arn"]}
    assert properties == {
        "AppInstanceUserArn": f"{APP_INSTANCE}/user/guest-42",
        "ExpirationDays": 30,
        "ServiceTimeout": 600,
    }


def test_whole_days_may_be_given_in_any_unit(stack: Stack) -> None:
    # WHEN
    declare(stack, expire_after=Duration.hours(48))

    # THEN
    [resource] = expirations(stack).values()
    assert resource["Properties"]["ExpirationDays"] == 2


def test_declarations_may_share_a_duration_and_differ_from_others(stack: Stack) -> None:
    # GIVEN
    thirty_days = Duration.days(30)

    # WHEN
    for name, expire_after in (("a", thirty_days), ("b", Duration.days(7)), ("c", thirty_days)):
        declare(stack, name, user=f"{APP_INSTANCE}/user/{name}", expire_after=expire_after)

    # THEN
    found = [resource["Properties"]["ExpirationDays"] for resource in expirations(stack).values()]
    assert found == [30, 7, 30]


def test_immediate_expiration_is_in_the_template_only_when_it_is_allowed(stack: Stack) -> None:
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
def test_the_removal_policy_of_a_declaration_is_its_deletion_policy(
    stack: Stack, policy: RemovalPolicy, rendered: str | None
) -> None:
    # WHEN
    declare(stack, removal_policy=policy)

    # THEN
    [resource] = expirations(stack).values()
    assert resource.get("DeletionPolicy") == rendered


def test_the_attributes_can_be_used_elsewhere_in_the_stack(stack: Stack) -> None:
    # WHEN
    guest = declare(stack)
    CfnOutput(stack, "Expires", value=guest.expires_at)

    # THEN
    logical_id = stack.resolve(resource_of(guest).logical_id)
    template = Template.from_stack(stack)
    template.has_output("Expires", {"Value": {"Fn::GetAtt": [logical_id, "ExpiresAt"]}})
    assert guest.app_instance_user_arn == f"{APP_INSTANCE}/user/guest-42"


def test_many_declarations_share_one_function_one_role_one_log_group_and_a_policy_per_app_instance(
    stack: Stack,
) -> None:
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


def test_the_policy_allows_two_actions_on_the_users_of_one_app_instance(stack: Stack) -> None:
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


def test_a_declaration_depends_on_its_policy(stack: Stack) -> None:
    # WHEN
    declare(stack)

    # THEN
    [policy] = resources_of_type(stack, "AWS::IAM::Policy")
    [resource] = expirations(stack).values()
    assert resource["DependsOn"] == [policy]


def test_the_role_itself_may_only_write_the_log_of_the_function_and_read_its_stack(
    stack: Stack,
) -> None:
    # WHEN
    declare(stack)

    # THEN
    [role] = resources_of_type(stack, "AWS::IAM::Role").values()
    [log_group] = resources_of_type(stack, "AWS::Logs::LogGroup")
    statements = {
        policy["PolicyName"]: policy["PolicyDocument"]["Statement"]
        for policy in role["Properties"]["Policies"]
    }
    assert statements == {
        "WriteLog": [
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": {"Fn::GetAtt": [log_group, "Arn"]},
            }
        ],
        "ReadStack": [
            {
                "Effect": "Allow",
                "Action": [
                    "cloudformation:DescribeStackEvents",
                    "cloudformation:DescribeStackResource",
                    "cloudformation:DescribeStacks",
                    "cloudformation:ListStackResources",
                ],
                "Resource": {"Ref": "AWS::StackId"},
            }
        ],
    }
    assert "ManagedPolicyArns" not in role["Properties"]


def test_the_role_may_read_what_the_function_asks_of_its_stack(stack: Stack) -> None:
    # GIVEN the calls of the function, which are the methods of the fake as well
    declare(stack)
    [role] = resources_of_type(stack, "AWS::IAM::Role").values()
    [_, read_stack] = role["Properties"]["Policies"]
    allowed = read_stack["PolicyDocument"]["Statement"][0]["Action"]

    # WHEN
    operations = {xform_name(action.removeprefix("cloudformation:")) for action in allowed}

    # THEN
    called = {name for name in vars(OwnStackClient) if name.startswith(("describe_", "list_"))}
    assert operations == called


@pytest.mark.parametrize(
    ("user", "value"),
    [(lambda _: GUEST, None), (lambda s: CfnParameter(s, "User").value_as_string, "true")],
    ids=["literal", "token"],
)
def test_the_function_is_told_whether_a_user_of_the_stack_is_a_token(
    stack: Stack, user: Callable[[Stack], str], value: str | None
) -> None:
    # WHEN
    declare(stack, "First", user(stack))
    declare(stack, "Other", f"{APP_INSTANCE}/user/other")

    # THEN
    [function] = resources_of_type(stack, "AWS::Lambda::Function").values()
    variables = function["Properties"].get("Environment", {}).get("Variables", {})
    assert variables.get(STACK_HAS_TOKEN_USERS) == value


@pytest.mark.parametrize(
    ("missing_user", "rendered"), [(MissingUser.FAIL, None), (MissingUser.IGNORE, "IGNORE")]
)
def test_what_happens_without_the_user_is_in_the_template_where_it_is_not_the_default(
    stack: Stack, missing_user: MissingUser, rendered: str | None
) -> None:
    # WHEN
    declare(stack, missing_user=missing_user)

    # THEN
    [resource] = expirations(stack).values()
    assert resource["Properties"].get("MissingUser") == rendered
    assert ExpirationProperties.parse(resource["Properties"]).missing_user is missing_user


def test_the_log_group_outlives_the_stack_and_keeps_ninety_days(stack: Stack) -> None:
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


def test_no_resource_has_a_fixed_name(stack: Stack) -> None:
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


def test_cloudformation_waits_longer_than_the_function_may_run(stack: Stack) -> None:
    # WHEN
    declare(stack)

    # THEN
    template = Template.from_stack(stack)
    [function] = template.find_resources("AWS::Lambda::Function").values()
    [resource] = expirations(stack).values()
    assert function["Properties"]["Timeout"] == 300
    assert resource["Properties"]["ServiceTimeout"] > function["Properties"]["Timeout"]


def test_lambda_does_not_retry_an_invocation(stack: Stack) -> None:
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


def test_two_stacks_have_a_function_each(app: App) -> None:
    # GIVEN
    stacks = [Stack(app, name) for name in ("One", "Two")]

    # WHEN
    for number, stack in enumerate(stacks):
        declare(stack, user=f"{APP_INSTANCE}/user/{number}")

    # THEN
    for stack in stacks:
        Template.from_stack(stack).resource_count_is("AWS::Lambda::Function", 1)


def declare_users_of_100_app_instances(stack: Stack) -> None:
    for number in range(100):
        instance = f"6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c{number:02}"
        user = f"arn:aws:chime:us-east-1:111122223333:app-instance/{instance}/user/guest"
        declare(stack, str(number), user)


def test_more_app_instances_than_fit_into_a_role_are_rejected(stack: Stack) -> None:
    # WHEN / THEN
    with pytest.raises(ValueError, match=r"'Policies' declares users of 38 AppInstances, but the"):
        declare_users_of_100_app_instances(stack)


def test_the_app_instances_that_are_accepted_fit_into_a_role(stack: Stack) -> None:
    # GIVEN
    with pytest.raises(ValueError, match="10240"):
        declare_users_of_100_app_instances(stack)

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
def test_the_handler_reads_the_criterion_that_is_declared(
    stack: Stack, criterion: ExpirationCriterion
) -> None:
    # WHEN
    declare(stack, criterion=criterion)

    # THEN
    [resource] = expirations(stack).values()
    assert ExpirationProperties.parse(resource["Properties"]).criterion == criterion
