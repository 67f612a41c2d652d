"""A user that the stack declares is left to its declaration."""

from collections.abc import Callable
from pathlib import Path

import pytest
from aws_cdk import App, CfnParameter, Stack

from chime_expiration_handler.contract.policy_properties import POLICY_RESOURCE_TYPE
from declaration.declare import declare, expirations
from policy.declare_policy import (
    APP_INSTANCE,
    OTHER_APP_INSTANCE,
    declare_policy,
    policy_properties,
    resources,
    resources_of_type,
)

USERS = {"B": f"{APP_INSTANCE}/user/guest-b", "A": f"{APP_INSTANCE}/user/guest-a"}

Step = Callable[[Stack], object]


def declare_b(stack: Stack) -> object:
    return declare(stack, "B", USERS["B"])


def declare_a(stack: Stack) -> object:
    return declare(stack, "A", USERS["A"])


def declare_everybody(stack: Stack) -> object:
    return declare_policy(stack, except_users=["guest-kiosk-*"])


ORDERS = [
    (declare_everybody, declare_b, declare_a),
    (declare_b, declare_everybody, declare_a),
    (declare_a, declare_b, declare_everybody),
]


@pytest.mark.parametrize("order", ORDERS)
def test_the_declared_users_are_excepted_in_whatever_order(
    stack: Stack, order: tuple[Step, ...]
) -> None:
    # WHEN
    for step in order:
        step(stack)

    # THEN
    expected = ["guest-kiosk-*", "guest-a", "guest-b"]
    assert policy_properties(stack)["ExceptUsers"] == expected


@pytest.mark.parametrize("order", ORDERS)
def test_the_policy_lets_go_of_a_user_before_the_declaration_sets_it(
    stack: Stack, order: tuple[Step, ...]
) -> None:
    # WHEN
    for step in order:
        step(stack)

    # THEN
    [policy] = resources_of_type(stack, POLICY_RESOURCE_TYPE)
    assert len(expirations(stack)) == 2
    assert all(policy in declaration["DependsOn"] for declaration in expirations(stack).values())


def test_a_declaration_that_moves_changes_no_policy(tmp_path: Path) -> None:
    # WHEN
    templates = []
    for number, order in enumerate(ORDERS):
        stack = Stack(App(outdir=str(tmp_path / str(number))), "Chat")
        for step in order:
            step(stack)
        templates.append(policy_properties(stack))

    # THEN
    assert templates[0] == templates[1] == templates[2]


def test_users_of_another_app_instance_or_another_stack_are_not_excepted(
    app: App, stack: Stack
) -> None:
    # GIVEN
    declare(stack, "Other", f"{OTHER_APP_INSTANCE}/user/guest")
    declare(Stack(app, "Another"), "Guest", f"{APP_INSTANCE}/user/guest")

    # WHEN
    declare_policy(stack)

    # THEN
    assert "ExceptUsers" not in policy_properties(stack)
    [policy] = resources_of_type(stack, POLICY_RESOURCE_TYPE)
    [declaration] = expirations(stack).values()
    assert policy not in declaration["DependsOn"]


def test_users_of_an_app_instance_that_is_a_token_are_excepted(stack: Stack) -> None:
    # GIVEN
    app_instance = CfnParameter(stack, "AppInstance").value_as_string
    user_id = CfnParameter(stack, "UserId").value_as_string
    declare(stack, "Known", f"{app_instance}/user/guest")

    # WHEN
    declare_policy(stack, app_instance=app_instance)
    declare(stack, "Token", f"{app_instance}/user/{user_id}")

    # THEN
    excepted = policy_properties(stack)["ExceptUsers"]
    assert sorted(map(str, excepted)) == ["guest", "{'Ref': 'UserId'}"]


def test_a_user_that_is_excepted_already_is_excepted_once(stack: Stack) -> None:
    # WHEN
    declare(stack, "A", USERS["A"])
    declare_policy(stack, except_users=["guest-a"])

    # THEN
    assert policy_properties(stack)["ExceptUsers"] == ["guest-a"]


def test_a_rejected_policy_changes_no_declaration(stack: Stack) -> None:
    # GIVEN
    declare(stack, "A", USERS["A"])
    before = resources(stack)

    # WHEN
    with pytest.raises(ValueError, match="users is empty"):
        declare_policy(stack, users=[])

    # THEN
    assert resources(stack) == before
