"""The resources and permissions of a policy, as docs/operating.md and SECURITY.md list them."""

import re
from collections import Counter
from typing import Any

import pytest
from aws_cdk import App, Duration, Stack
from aws_cdk.assertions import Template

from chime_expiration import AppInstanceUserExpirationPolicy, NewUsers
from support.checkout import ROOT

CHAT = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c20"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[NewUsers, list[dict[str, Any]]]:
    """The resources of a stack with one policy, for each way to set new users."""
    found = {}
    for new_users in NewUsers:
        stack = Stack(App(outdir=str(tmp_path_factory.mktemp("app"))), "Chat")
        AppInstanceUserExpirationPolicy(
            stack,
            "Guests",
            app_instance_arn=CHAT,
            expire_after=Duration.days(30),
            new_users=new_users,
        )
        template = Template.from_stack(stack).to_json()
        found[new_users] = list(template["Resources"].values())
    return found


def rows(page: str, header: str) -> list[tuple[str, str]]:
    """The cells of the table with two columns that has this header."""
    text = (ROOT / page).read_text(encoding="utf-8")
    _, found, after = text.partition(f"{header}\n| --- | --- |\n")
    assert found
    return re.findall(r"^\| (.+) \| (.+) \|$", after.partition("\n\n")[0], re.MULTILINE)


def actions(policies: list[dict[str, Any]]) -> set[str]:
    """What the documents of these policies allow."""
    found: set[str] = set()
    for policy in policies:
        for statement in policy["PolicyDocument"]["Statement"]:
            action = statement["Action"]
            found |= {action} if isinstance(action, str) else set(action)
    return found


@pytest.mark.parametrize("new_users", NewUsers)
def test_the_resources_of_a_policy_are_listed(
    new_users: NewUsers, made: dict[NewUsers, list[dict[str, Any]]]
) -> None:
    # GIVEN
    listed = Counter[str]()
    for types, number in rows("docs/operating.md", "| type | per policy |"):
        at_once, _, by_sweep = number.partition(";")
        used = by_sweep.replace("none", "0") if by_sweep and new_users is NewUsers.BY_SWEEP else ""
        [count] = re.findall(r"\d+", used or at_once)
        listed.update({name: int(count) for name in re.findall(r"`([\w:]+)`", types)})

    # WHEN
    types_made = Counter(resource["Type"] for resource in made[new_users])

    # THEN
    assert +listed == types_made
    total = "| 17 (" if new_users is NewUsers.AT_ONCE else "(11 with `NewUsers.BY_SWEEP`)"
    assert str(types_made.total()) in total
    assert total in (ROOT / "docs" / "choosing.md").read_text(encoding="utf-8")


def test_the_permissions_of_the_function_of_a_policy_are_listed(
    made: dict[NewUsers, list[dict[str, Any]]],
) -> None:
    # GIVEN
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    section = text.partition("## What the roles of a policy may do\n")[2].partition("\n## ")[0]
    header = "| action | on |"
    table = section.partition(f"{header}\n| --- | --- |\n")[2].partition("\n\n")[0]
    listed = set(re.findall(r"`([a-z]+:\w+)`", table))

    # WHEN
    resources = made[NewUsers.AT_ONCE]
    policies = [each["Properties"] for each in resources if each["Type"] == "AWS::IAM::Policy"]
    for role in (each["Properties"] for each in resources if each["Type"] == "AWS::IAM::Role"):
        if "lambda.amazonaws.com" in str(role["AssumeRolePolicyDocument"]):
            policies += role["Policies"]

    # THEN
    assert listed == actions(policies)
