"""Values of a template, from what CloudFormation reports of the stack."""

from datetime import timedelta
from typing import Any

import pytest

from chime_expiration_cli.cloudformation.api import CloudFormation
from chime_expiration_cli.cloudformation.intrinsics import IntrinsicResolver
from chime_expiration_cli.cloudformation.stack_search import StackSearch
from chime_expiration_cli.errors import UnresolvedError
from localaws.standins.cloudformation_account import UPDATED, CloudFormationAccount, FakeStack

NESTED = FakeStack("Nested", outputs={"Days": "90"})
TOPIC = "arn:aws:sns:us-east-1:111122223333:topic"


def given_stack() -> FakeStack:
    stack = FakeStack(
        "Guests",
        template={
            "Resources": {},
            "Parameters": {
                "Days": {"Type": "Number"},
                "Users": {"Type": "CommaDelimitedList"},
                "FromSsm": {"Type": "AWS::SSM::Parameter::Value<String>"},
                "ListFromSsm": {"Type": "AWS::SSM::Parameter::Value<List<String>>"},
                "NotReported": {"Type": "AWS::SSM::Parameter::Value<String>"},
                "Secret": {"Type": "String", "NoEcho": True},
            },
            "Mappings": {"Policy": {"us-east-1": {"Days": 60}}},
            "Conditions": {
                "IsHere": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]},
                "IsNotHere": {"Fn::Not": [{"Condition": "IsHere"}]},
                "Both": {"Fn::And": [{"Condition": "IsHere"}, {"Condition": "IsNotHere"}]},
                "Either": {"Fn::Or": [{"Condition": "IsNotHere"}, {"Condition": "IsHere"}]},
                "Circle": {"Fn::Not": [{"Condition": "Circle"}]},
                "Strange": {"Fn::Contains": [["a"], "a"]},
            },
        },
        parameters=[
            {"ParameterKey": "Days", "ParameterValue": "30"},
            {"ParameterKey": "Users", "ParameterValue": "guest, other"},
            {"ParameterKey": "FromSsm", "ParameterValue": "/days", "ResolvedValue": "45"},
            {"ParameterKey": "ListFromSsm", "ParameterValue": "/users", "ResolvedValue": "a,b"},
            {"ParameterKey": "NotReported", "ParameterValue": "/not-reported"},
            {"ParameterKey": "Secret", "ParameterValue": "****"},
        ],
    )
    stack.has("Topic", TOPIC, "AWS::SNS::Topic")
    stack.has("Table", "guests", "AWS::DynamoDB::Table")
    stack.has("Below", NESTED.id, "AWS::CloudFormation::Stack")
    stack.has("Pending", "", "AWS::SNS::Topic")
    # The search reads the template of a stack only if the stack has a declaration.
    return stack.has("Guest", "nothing-was-set")


@pytest.fixture
def account() -> CloudFormationAccount:
    account = CloudFormationAccount(
        given_stack(),
        NESTED,
        FakeStack("Producer", outputs={"Days": "75"}),
        FakeStack("Producer", "eu-central-1", outputs={"Days": "80"}),
        FakeStack("Later", outputs={"Days": "75"}, updated=UPDATED + timedelta(seconds=1)),
        exports={"ChatArn": "arn:chat"},
    )
    account.unreachable = {"us-east-9"}
    return account


@pytest.fixture
def resolver(account: CloudFormationAccount) -> IntrinsicResolver:
    cloudformation = CloudFormation(account.cloudformation, "us-east-1")
    stack = StackSearch(cloudformation, lambda _: None).named("Guests")[0]
    return IntrinsicResolver(stack, cloudformation)


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
    ({"Fn::GetStackOutput": {"StackName": "Producer", "OutputName": "Days"}}, "75"),
    (
        {
            "Fn::GetStackOutput": {
                "StackName": {"Fn::Join": ["", ["Prod", "ucer"]]},
                "OutputName": "Days",
                "Region": "eu-central-1",
            }
        },
        "80",
    ),
    ({"Fn::ImportValue": {"Fn::Join": ["", ["Chat", "Arn"]]}}, "arn:chat"),
    ({"Fn::FindInMap": ["Policy", {"Ref": "AWS::Region"}, "Days"]}, 60),
    ({"Fn::If": ["IsHere", 1, 2]}, 1),
    ({"Fn::If": ["IsNotHere", 1, 2]}, 2),
    ({"Fn::If": ["Both", 1, 2]}, 2),
    ({"Fn::If": ["Either", 1, 2]}, 1),
    ({"a": {"Ref": "AWS::NoValue"}, "b": [1, {"Ref": "AWS::NoValue"}]}, {"b": [1]}),
]


@pytest.mark.parametrize(("node", "value"), RESOLVED, ids=lambda each: str(each)[:60])
def test_a_value_that_cloudformation_reports_is_resolved(
    resolver: IntrinsicResolver, node: Any, value: Any
) -> None:
    assert resolver.value(node) == value


UNRESOLVED: list[tuple[Any, str]] = [
    (
        {"Ref": "NotReported"},
        "parameter NotReported: CloudFormation does not report the value of /not-reported",
    ),
    ({"Ref": "Secret"}, "parameter Secret: CloudFormation hides its value"),
    ({"Ref": "Pending"}, "no physical id yet"),
    ({"Ref": "Nobody"}, "no such parameter or resource"),
    ({"Ref": "AWS::NotificationARNs"}, "no such parameter or resource"),
    ({"Fn::GetAtt": ["Table", "StreamArn"]}, "Fn::GetAtt Table.StreamArn"),
    ({"Fn::GetAtt": ["Table", "Arn"]}, "Fn::GetAtt Table.Arn"),
    ({"Fn::GetAtt": ["Below", "Outputs.Nothing"]}, "no output Nothing"),
    ({"Fn::GetAtt": 1}, "Fn::GetAtt 1: expected"),
    ({"Fn::Sub": ["${Table.StreamArn}"]}, "expected a list of 2 arguments"),
    ({"Fn::Sub": "${Table.StreamArn}"}, "Fn::GetAtt Table.StreamArn"),
    ({"Fn::ImportValue": "Nothing"}, "no stack exports it"),
    (
        {"Fn::GetStackOutput": {"StackName": "Producer", "OutputName": "Users"}},
        "stack Producer has no output Users",
    ),
    (
        {"Fn::GetStackOutput": {"StackName": "Nobody", "OutputName": "Days"}},
        "stack Nobody: there is no such stack",
    ),
    (
        {"Fn::GetStackOutput": {"StackName": "Later", "OutputName": "Days"}},
        "that stack was updated later than this one",
    ),
    (
        {"Fn::GetStackOutput": {"StackName": "Producer", "OutputName": "Days", "RoleArn": "arn"}},
        "the stack of another role is not read",
    ),
    (
        {"Fn::GetStackOutput": {"StackName": "A", "OutputName": "Days", "Region": "us-east-9"}},
        "DescribeStacks failed in us-east-9",
    ),
    ({"Fn::ForEach::Guests": ["Name", ["a"], {}], "other": 1}, "Fn::ForEach::Guests is not"),
    ({"Fn::If": ["Circle", 1, 2]}, "condition 'Circle' depends on itself"),
    ({"Fn::FindInMap": ["Policy", "eu-central-1", "Days"]}, "Policy.eu-central-1.Days"),
    ({"Fn::Select": [2, ["a", "b"]]}, "Fn::Select 2: the list has 2 items"),
    ({"Fn::Join": ["", "string"]}, "not a list"),
    ({"Fn::Join": ["", [["list"]]]}, "not a string"),
    ({"Fn::Join": [["-"], ["a", "b"]]}, "['-'] is not a string"),
    ({"Fn::Join": ["only a delimiter"]}, "expected a list of 2 arguments"),
    ({"Fn::If": ["Strange", 1, 2]}, "Fn::Contains"),
    ({"Fn::If": ["Nothing", 1, 2]}, "not in the template"),
    ({"Fn::GetAZs": ""}, "Fn::GetAZs is not supported"),
    ("{{resolve:ssm:/days}}", "dynamic reference"),
]


@pytest.mark.parametrize(("node", "reason"), UNRESOLVED, ids=lambda each: str(each)[:60])
def test_any_other_value_is_unresolved_with_a_reason(
    resolver: IntrinsicResolver, node: Any, reason: str
) -> None:
    with pytest.raises(UnresolvedError) as unresolved:
        resolver.value(node)
    assert reason in str(unresolved.value)


FUNCTIONS = (
    "Fn::FindInMap",
    "Fn::GetAtt",
    "Fn::GetStackOutput",
    "Fn::If",
    "Fn::ImportValue",
    "Fn::Join",
    "Fn::Select",
    "Fn::Split",
    "Fn::Sub",
    "Ref",
)
ODD_VALUES: tuple[Any, ...] = (None, True, 1.5, "", "text", [], ["text"], {}, {"a": []}, [[]], [{}])
ODD_ARGUMENTS: list[Any] = [
    *ODD_VALUES,
    *([first, second] for first in ODD_VALUES for second in ODD_VALUES),
    *([each] * 3 for each in ODD_VALUES),
    *({"StackName": each, "OutputName": each} for each in ODD_VALUES),
]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_malformed_arguments_are_resolved_or_unresolved_and_nothing_else(
    resolver: IntrinsicResolver, function: str
) -> None:
    unresolved = 0
    for argument in ODD_ARGUMENTS:
        try:
            resolver.value({function: argument})
        except UnresolvedError:
            unresolved += 1
    assert unresolved > len(ODD_ARGUMENTS) / 2


@pytest.mark.parametrize("argument", ODD_ARGUMENTS, ids=repr)
def test_a_malformed_condition_is_unresolved(argument: Any) -> None:
    # GIVEN
    stack = given_stack()
    assert isinstance(stack.template, dict)
    stack.template["Conditions"] = {"Odd": argument}
    cloudformation = CloudFormation(CloudFormationAccount(stack).cloudformation, "us-east-1")
    [deployed] = StackSearch(cloudformation, lambda _: None).all()

    # THEN
    with pytest.raises(UnresolvedError):
        IntrinsicResolver(deployed, cloudformation).value({"Fn::If": ["Odd", 1, 2]})


@pytest.mark.parametrize("section", ["Conditions", "Mappings", "Parameters"])
@pytest.mark.parametrize("content", [None, [], "text", {"Days": "text"}])
def test_a_malformed_section_of_the_template_is_unresolved(section: str, content: Any) -> None:
    # GIVEN
    stack = given_stack()
    assert isinstance(stack.template, dict)
    stack.template[section] = content
    cloudformation = CloudFormation(CloudFormationAccount(stack).cloudformation, "us-east-1")
    [deployed] = StackSearch(cloudformation, lambda _: None).all()
    resolver = IntrinsicResolver(deployed, cloudformation)

    # THEN
    nodes = {
        "Conditions": {"Fn::If": ["IsHere", 1, 2]},
        "Mappings": {"Fn::FindInMap": ["Policy", "us-east-1", "Days"]},
        "Parameters": {"Ref": "Days"},
    }
    with pytest.raises(UnresolvedError):
        resolver.value(nodes[section])


def test_the_outputs_of_a_stack_are_read_once(
    resolver: IntrinsicResolver, account: CloudFormationAccount
) -> None:
    # GIVEN
    before = account.calls.count("DescribeStacks")

    # WHEN
    for _ in range(3):
        resolver.value({"Fn::GetStackOutput": {"StackName": "Producer", "OutputName": "Days"}})

    # THEN
    assert account.calls.count("DescribeStacks") == before + 1


def test_an_import_is_unresolved_if_access_to_the_exports_is_denied(
    resolver: IntrinsicResolver, account: CloudFormationAccount
) -> None:
    # GIVEN
    account.denied = {"ListExports"}

    # WHEN
    with pytest.raises(UnresolvedError) as unresolved:
        resolver.value({"Fn::ImportValue": "ChatArn"})

    # THEN
    assert "access denied: cloudformation:ListExports on *" in str(unresolved.value)


def test_the_exports_of_a_region_are_read_once(
    resolver: IntrinsicResolver, account: CloudFormationAccount
) -> None:
    # WHEN
    for _ in range(3):
        resolver.value({"Fn::ImportValue": "ChatArn"})

    # THEN
    assert account.calls.count("ListExports") == 1
