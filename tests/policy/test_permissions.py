"""What the roles of a policy may do, decided by IAM's own simulation.

The local engine does not enforce the role of a state machine or of a rule, so a missing permission
would be noticed on AWS only.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack

from localaws.certificates import Certificates
from localaws.clients import Clients
from localaws.ministack import MiniStack
from policy.declare_policy import APP_INSTANCE, OTHER_APP_INSTANCE, declare_policy, resources

pytestmark = pytest.mark.slow

ACCOUNT = "111122223333"
PLACE = f"us-east-1:{ACCOUNT}"
ARNS = {
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{PLACE}:table/",
    "AWS::Lambda::Function": f"arn:aws:lambda:{PLACE}:function:",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{PLACE}:log-group:",
    "AWS::SQS::Queue": f"arn:aws:sqs:{PLACE}:",
    "AWS::StepFunctions::StateMachine": f"arn:aws:states:{PLACE}:stateMachine:",
}

GUEST = f"{APP_INSTANCE}/user/guest-42"
TABLE, FUNCTION, MACHINE, LOG, QUEUE, DEAD_LETTERS = (
    "Table",
    "Function",
    "StateMachine",
    "FunctionLogGroup",
    "NewUsersQueue",
    "NewUsersDeadLetters",
)

# A name of the policy's resources, or an ARN, by what the role needs to do with it.
NEEDED: dict[str, dict[str, list[str]]] = {
    "FunctionRole": {
        APP_INSTANCE: ["chime:ListAppInstanceUsers", "chime:ListAppInstanceAdmins"],
        # AWS's list of actions names users as a resource of both lists.
        GUEST: [
            "chime:DescribeAppInstanceUser",
            "chime:ListAppInstanceAdmins",
            "chime:ListAppInstanceUsers",
            "chime:PutAppInstanceUserExpirationSettings",
        ],
        TABLE: [
            "dynamodb:BatchGetItem",
            # A transaction is allowed by its parts.
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
        ],
        QUEUE: ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
        MACHINE: ["states:StartExecution"],
        FUNCTION: ["lambda:InvokeFunction"],
        f"{LOG}:log-stream:a": ["logs:CreateLogStream", "logs:PutLogEvents"],
    },
    "StateMachineRole": {FUNCTION: ["lambda:InvokeFunction"]},
    "ScheduleRole": {MACHINE: ["states:StartExecution"]},
}
EXCESSIVE: dict[str, dict[str, list[str]]] = {
    "FunctionRole": {
        APP_INSTANCE: ["chime:DeleteAppInstance", "chime:ListAppInstances"],
        GUEST: ["chime:DeleteAppInstanceUser", "chime:UpdateAppInstanceUser"],
        OTHER_APP_INSTANCE: ["chime:ListAppInstanceUsers", "chime:ListAppInstanceAdmins"],
        f"{OTHER_APP_INSTANCE}/user/guest-42": [
            "chime:DescribeAppInstanceUser",
            "chime:PutAppInstanceUserExpirationSettings",
        ],
        TABLE: ["dynamodb:DeleteTable", "dynamodb:UpdateTable"],
        f"arn:aws:dynamodb:{PLACE}:table/other": ["dynamodb:GetItem", "dynamodb:PutItem"],
        DEAD_LETTERS: ["sqs:ReceiveMessage", "sqs:DeleteMessage"],
        f"arn:aws:states:{PLACE}:stateMachine:other": ["states:StartExecution"],
        MACHINE: ["states:UpdateStateMachine", "states:DeleteStateMachine"],
        f"arn:aws:lambda:{PLACE}:function:other": ["lambda:InvokeFunction"],
        FUNCTION: ["lambda:UpdateFunctionCode"],
        "*": ["iam:PassRole", "cloudformation:DescribeStacks"],
    },
    "StateMachineRole": {
        f"arn:aws:lambda:{PLACE}:function:other": ["lambda:InvokeFunction"],
        GUEST: ["chime:PutAppInstanceUserExpirationSettings"],
        TABLE: ["dynamodb:GetItem"],
    },
    "ScheduleRole": {
        f"arn:aws:states:{PLACE}:stateMachine:other": ["states:StartExecution"],
        MACHINE: ["states:StopExecution"],
        FUNCTION: ["lambda:InvokeFunction"],
    },
}


def cases(roles: dict[str, dict[str, list[str]]]) -> list[tuple[str, str, str]]:
    return [
        (role, action, resource)
        for role, by_resource in roles.items()
        for resource, actions in by_resource.items()
        for action in actions
    ]


class DeployedRoles:
    """The roles of a template, in an account of the local AWS."""

    def __init__(self, iam: Any, template: dict[str, Any]) -> None:
        self._iam = iam
        self._template = template
        for logical_id, resource in template.items():
            properties = resource["Properties"]
            if resource["Type"] == "AWS::IAM::Role":
                assumed_by = json.dumps(properties["AssumeRolePolicyDocument"])
                iam.create_role(RoleName=logical_id, AssumeRolePolicyDocument=assumed_by)
                for policy in properties["Policies"]:
                    self._put(logical_id, policy)
        for resource in template.values():
            if resource["Type"] == "AWS::IAM::Policy":
                [role] = resource["Properties"]["Roles"]
                self._put(role["Ref"], resource["Properties"])

    def allow(self, role: str, action: str, resource: str) -> bool:
        """Whether a role, named by a part of its logical id, may do this."""
        simulated = self._iam.simulate_principal_policy(
            PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:role/{self._logical_id(role)}",
            ActionNames=[action],
            ResourceArns=[self._arn(resource)],
        )
        return bool(simulated["EvaluationResults"][0]["EvalDecision"] == "allowed")

    def _put(self, role: str, policy: dict[str, Any]) -> None:
        document = json.dumps(self._resolved(policy["PolicyDocument"]))
        self._iam.put_role_policy(
            RoleName=role, PolicyName=policy["PolicyName"], PolicyDocument=document
        )

    def _arn(self, resource: str) -> str:
        if resource == "*" or resource.startswith("arn:"):
            return resource
        name, separator, rest = resource.partition(":")
        logical_id = self._logical_id(name)
        return f"{ARNS[self._template[logical_id]['Type']]}{logical_id}{separator}{rest}"

    def _logical_id(self, name: str) -> str:
        [found] = [
            each for each in self._template if each.startswith(f"ExpirationPolicy{name}6a5c")
        ]
        return found

    def _resolved(self, value: Any) -> Any:
        match value:
            case {"Fn::GetAtt": [logical_id, "Arn"]}:
                kind = self._template[logical_id]["Type"]
                any_stream = ":*" if kind == "AWS::Logs::LogGroup" else ""
                return f"{ARNS[kind]}{logical_id}{any_stream}"
            case dict():
                assert not {"Ref", "Fn::Join", "Fn::Sub"} & set(value), value
                return {name: self._resolved(inner) for name, inner in value.items()}
            case list():
                return [self._resolved(inner) for inner in value]
        return value


@pytest.fixture(scope="module")
def roles(
    certificates: Certificates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeployedRoles]:
    stack = Stack(App(outdir=str(tmp_path_factory.mktemp("app"))), "Chat")
    declare_policy(stack)
    folder: Path = tmp_path_factory.mktemp("ministack")
    with MiniStack(folder, certificates, account=ACCOUNT) as ministack:
        clients = Clients(
            endpoint=ministack.url,
            endpoints={},
            authority=certificates.authority,
            access_key=ACCOUNT,
            secret_key="test",
            region="us-east-1",
        )
        yield DeployedRoles(clients.make("iam"), resources(stack))


@pytest.mark.parametrize(("role", "action", "resource"), cases(NEEDED))
def test_a_role_may_do_what_it_needs(
    roles: DeployedRoles, role: str, action: str, resource: str
) -> None:
    assert roles.allow(role, action, resource)


@pytest.mark.parametrize(("role", "action", "resource"), cases(EXCESSIVE))
def test_a_role_may_do_nothing_else(
    roles: DeployedRoles, role: str, action: str, resource: str
) -> None:
    assert not roles.allow(role, action, resource)


def test_only_the_rule_may_send_to_the_queue_and_only_encrypted(tmp_path: Path) -> None:
    # GIVEN
    stack = Stack(App(outdir=str(tmp_path)), "Chat")

    # WHEN
    declare_policy(stack)

    # THEN
    found = resources(stack)
    [rule] = [each for each in found if each.startswith("ExpirationPolicyNewUsersRule")]
    statements = {
        statement["Effect"]: statement
        for statement in found["ExpirationPolicyNewUsersQueuePolicy6a5c7b1eFED9D16E"]["Properties"][
            "PolicyDocument"
        ]["Statement"]
    }
    assert statements["Allow"]["Principal"] == {"Service": "events.amazonaws.com"}
    assert statements["Allow"]["Action"] == "sqs:SendMessage"
    assert statements["Allow"]["Condition"] == {
        "ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": [rule, "Arn"]}}
    }
    assert statements["Deny"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
