"""The actions of the role exist, and IAM checks them on the resources that they are granted on.

The data are those of cfn-lint: AWS's service authorization reference.
"""

import json
from importlib.resources import files
from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk.assertions import Template

RESOURCE_TYPES = {
    "chime": "app-instance-user",
    "cloudformation": "stack",
    "logs": "log-stream",
}


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    data = files("cfnlint.data.AdditionalSpecs") / "Policies.json"
    services: dict[str, Any] = json.loads(data.read_text(encoding="utf-8"))
    return services


def granted(stack: Stack) -> set[str]:
    template = Template.from_stack(stack)
    roles = template.find_resources("AWS::IAM::Role").values()
    documents = [
        policy["Properties"]["PolicyDocument"]
        for policy in template.find_resources("AWS::IAM::Policy").values()
    ] + [
        policy["PolicyDocument"]
        for role in roles
        for policy in role["Properties"].get("Policies", [])
    ]
    return {
        action
        for document in documents
        for statement in document["Statement"]
        for action in statement["Action"]
    }


def test_each_action_of_the_role_exists_and_takes_the_resource_that_it_is_granted_on(
    stack: Stack, reference: dict[str, Any]
) -> None:
    # WHEN
    actions = granted(stack)

    # THEN
    assert {action.partition(":")[0] for action in actions} == set(RESOURCE_TYPES)
    for action in actions:
        service, _, name = action.partition(":")
        known = reference[service]["Actions"].get(name.lower())
        assert known is not None, action
        assert RESOURCE_TYPES[service] in known["Resources"], action
