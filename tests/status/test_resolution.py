"""Values of a template, from what CloudFormation tells of the stack."""

from typing import Any

import pytest

from chime_expiration.status.cloudformation import CloudFormation
from chime_expiration.status.resolution import Resolution, Unresolved
from chime_expiration.status.stacks import DeployedStack, StackWalk
from fakes.cloudformation_account import CloudFormationAccount, FakeStack

NESTED = FakeStack("Nested", outputs={"Days": "90"})
TOPIC = "arn:aws:sns:us-east-1:111122223333:topic"


def given_stack() -> FakeStack:
    stack = FakeStack(
        "Guests",
        template={
            "Parameters": {
                "Days": {"Type": "Number"},
                "Users": {"Type": "CommaDelimitedList"},
                "FromSsm": {"Type": "AWS::SSM::Parameter::Value<String>"},
                "ListFromSsm": {"Type": "AWS::SSM::Parameter::Value<List<String>>"},
                "Untold": {"Type": "AWS::SSM::Parameter::Value<String>"},
                "Secret": {"Type": "String", "NoEcho": True},
            },
            "Mappings": {"Policy": {"us-east-1": {"Days": 60}}},
            "Conditions": {
                "IsHere": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]},
                "IsNotHere": {"Fn::Not": [{"Condition": "IsHere"}]},
                "Both": {"Fn::And": [{"Condition": "IsHere"}, {"Condition": "IsNotHere"}]},
                "Either": {"Fn::Or": [{"Condition": "IsNotHere"}, {"Condition": "IsHere"}]},
                "Strange": {"Fn::Contains": [["a"], "a"]},
            },
        },
        parameters=[
            {"ParameterKey": "Days", "ParameterValue": "30"},
            {"ParameterKey": "Users", "ParameterValue": "guest, other"},
            {"ParameterKey": "FromSsm", "ParameterValue": "/days", "ResolvedValue": "45"},
            {"ParameterKey": "ListFromSsm", "ParameterValue": "/users", "ResolvedValue": "a,b"},
            {"ParameterKey": "Untold", "ParameterValue": "/untold"},
            {"ParameterKey": "Secret", "ParameterValue": "****"},
        ],
    )
    stack.has("Topic", TOPIC, "AWS::SNS::Topic")
    stack.has("Table", "guests", "AWS::DynamoDB::Table")
    stack.has("Below", NESTED.id, "AWS::CloudFormation::Stack")
    stack.has("Pending", "", "AWS::SNS::Topic")
    # Only then is the template read.
    return stack.has("Guest", "nothing-was-set")


@pytest.fixture
def account() -> CloudFormationAccount:
    return CloudFormationAccount(given_stack(), NESTED, exports={"ChatArn": "arn:chat"})


@pytest.fixture
def resolution(account: CloudFormationAccount) -> Resolution:
    cloudformation = CloudFormation(account, "us-east-1")
    stack: DeployedStack = StackWalk(cloudformation, lambda _: None).named("Guests")[0]
    return Resolution(stack, cloudformation)


RESOLVED: list[tuple[Any, Any]] = [
    (30, 30),
    ({"Ref": "Days"}, "30"),
    ({"Ref": "Users"}, ["guest", "other"]),
    ({"Ref": "FromSsm"}, "45"),
    ({"Ref": "ListFromSsm"}, ["a", "b"]),
    ({"Ref": "AWS::AccountId"}, "111122223333"),
    ({"Ref": "AWS::Region"}, "us-east-1"),
    ({"Ref": "AWS::Partition"}, "aws"),
    ({"Ref": "AWS::StackName"}, "Guests"),
    ({"Ref": "AWS::URLSuffix"}, "amazonaws.com"),
    ({"Ref": "Table"}, "guests"),
    ({"Fn::GetAtt": ["Topic", "TopicArn"]}, TOPIC),
    ({"Fn::GetAtt": "Topic.Arn"}, TOPIC),
    ({"Fn::GetAtt": ["Below", "Outputs.Days"]}, "90"),
    ({"Fn::Join": [":", ["arn", {"Ref": "AWS::Partition"}, 1, True]]}, "arn:aws:1:true"),
    ({"Fn::Join": ["-", {"Ref": "Users"}]}, "guest-other"),
    ({"Fn::Split": [",", "a,b"]}, ["a", "b"]),
    ({"Fn::Select": ["1", {"Fn::Split": ["/", "user/guest"]}]}, "guest"),
    ({"Fn::Select": [0, {"Ref": "Users"}]}, "guest"),
    ({"Fn::Sub": "${AWS::Region}/${Days}/${Topic.TopicArn}"}, f"us-east-1/30/{TOPIC}"),
    ({"Fn::Sub": ["${Own}-${!Days}", {"Own": {"Ref": "Days"}}]}, "30-${Days}"),
    ({"Fn::Sub": ["${Own}", {"Own": "${!Days}"}]}, "${!Days}"),
    ({"Fn::ImportValue": {"Fn::Join": ["", ["Chat", "Arn"]]}}, "arn:chat"),
    ({"Fn::FindInMap": ["Policy", {"Ref": "AWS::Region"}, "Days"]}, 60),
    ({"Fn::If": ["IsHere", 1, 2]}, 1),
    ({"Fn::If": ["IsNotHere", 1, 2]}, 2),
    ({"Fn::If": ["Both", 1, 2]}, 2),
    ({"Fn::If": ["Either", 1, 2]}, 1),
    ({"a": {"Ref": "AWS::NoValue"}, "b": [1, {"Ref": "AWS::NoValue"}]}, {"b": [1]}),
]


@pytest.mark.parametrize(("node", "value"), RESOLVED, ids=lambda each: str(each)[:60])
def test_a_value_that_cloudformation_tells_is_resolved(
    resolution: Resolution, node: Any, value: Any
) -> None:
    assert resolution.value(node) == value


UNRESOLVED: list[tuple[Any, str]] = [
    ({"Ref": "Untold"}, "parameter Untold is in SSM as /untold"),
    ({"Ref": "Secret"}, "parameter Secret is not told"),
    ({"Ref": "Pending"}, "no physical id yet"),
    ({"Ref": "Nobody"}, "no such parameter or resource"),
    ({"Ref": "AWS::NotificationARNs"}, "no such parameter or resource"),
    ({"Fn::GetAtt": ["Table", "StreamArn"]}, "Fn::GetAtt Table.StreamArn"),
    ({"Fn::GetAtt": ["Table", "Arn"]}, "Fn::GetAtt Table.Arn"),
    ({"Fn::GetAtt": ["Below", "Outputs.Nothing"]}, "no output Nothing"),
    ({"Fn::GetAtt": 1}, "Fn::GetAtt of 1"),
    ({"Fn::Sub": "${Table.StreamArn}"}, "Fn::GetAtt Table.StreamArn"),
    ({"Fn::ImportValue": "Nothing"}, "no stack exports it"),
    ({"Fn::FindInMap": ["Policy", "eu-central-1", "Days"]}, "Policy.eu-central-1.Days"),
    ({"Fn::Select": [2, ["a", "b"]]}, "Fn::Select 2 of 2 items"),
    ({"Fn::Join": ["", "text"]}, "not a list"),
    ({"Fn::Join": ["", [["list"]]]}, "not a text"),
    ({"Fn::Join": ["only a delimiter"]}, "Fn::Join of"),
    ({"Fn::If": ["Strange", 1, 2]}, "Fn::Contains"),
    ({"Fn::If": ["Nothing", 1, 2]}, "not in the template"),
    ({"Fn::GetAZs": ""}, "Fn::GetAZs is not evaluated here"),
    ("{{resolve:ssm:/days}}", "dynamic reference"),
]


@pytest.mark.parametrize(("node", "reason"), UNRESOLVED, ids=lambda each: str(each)[:60])
def test_any_other_value_is_said_to_be_unresolved(
    resolution: Resolution, node: Any, reason: str
) -> None:
    with pytest.raises(Unresolved) as unresolved:
        resolution.value(node)
    assert reason in str(unresolved.value)


def test_an_import_that_may_not_be_looked_up_is_unresolved(
    resolution: Resolution, account: CloudFormationAccount
) -> None:
    # GIVEN
    account.denied = {"ListExports"}

    # WHEN
    with pytest.raises(Unresolved) as unresolved:
        resolution.value({"Fn::ImportValue": "ChatArn"})

    # THEN
    assert "not allowed: cloudformation:ListExports on *" in str(unresolved.value)


def test_the_exports_of_a_region_are_asked_for_once(
    resolution: Resolution, account: CloudFormationAccount
) -> None:
    # WHEN
    for _ in range(3):
        resolution.value({"Fn::ImportValue": "ChatArn"})

    # THEN
    assert account.calls.count("ListExports") == 1
