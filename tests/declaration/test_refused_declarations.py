"""A refused declaration leaves nothing in the template, also where the app catches the error."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Duration, RemovalPolicy, Stack
from aws_cdk.assertions import Template
from constructs import RootConstruct

from chime_expiration._provider import stack_function
from declaration.declare import APP_INSTANCE, GUEST, declare

REFUSED: dict[str, dict[str, Any]] = {
    "days": {"expire_after": Duration.days(0)},
    "no duration": {"expire_after": 30},
    "criterion": {"criterion": "LAST_MESSAGE"},
    "flag": {"allow_immediate_expiration": "true"},
    "missing user": {"missing_user": "IGNORE"},
    "removal policy": {"removal_policy": RemovalPolicy.SNAPSHOT},
    "no ARN": {"user": "guest"},
    "typed token": {"user": f"{APP_INSTANCE}/user/${{Token[Guest.99999]}}"},
}


def template(folder: Path, *builds: Callable[[Stack], object]) -> str:
    stack = Stack(App(outdir=str(folder)), "Policies")
    for build in builds:
        build(stack)
    return json.dumps(Template.from_stack(stack).to_json())


def declare_guest(stack: Stack) -> None:
    declare(stack)


def refused(**arguments: Any) -> Callable[[Stack], None]:
    def build(stack: Stack) -> None:
        before = len(stack.node.find_all())
        with pytest.raises((TypeError, ValueError)):
            declare(stack, "Refused", **arguments)
        assert len(stack.node.find_all()) == before

    return build


@pytest.mark.parametrize("arguments", REFUSED.values(), ids=REFUSED)
def test_a_refused_first_declaration_leaves_an_empty_template(
    tmp_path: Path, arguments: dict[str, Any]
) -> None:
    # WHEN / THEN
    with_it = template(tmp_path / "with", refused(**arguments))
    assert with_it == template(tmp_path / "without")


@pytest.mark.parametrize("arguments", REFUSED.values(), ids=REFUSED)
def test_a_refused_declaration_changes_nothing_before_or_after_another_one(
    tmp_path: Path, arguments: dict[str, Any]
) -> None:
    # WHEN
    before = template(tmp_path / "before", refused(**arguments), declare_guest)
    after = template(tmp_path / "after", declare_guest, refused(**arguments))

    # THEN
    assert before == after == template(tmp_path / "without", declare_guest)


def test_a_refused_duplicate_changes_nothing(tmp_path: Path) -> None:
    # WHEN
    with_it = template(tmp_path / "with", declare_guest, refused(user=GUEST))

    # THEN
    assert with_it == template(tmp_path / "without", declare_guest)


def test_a_user_that_was_refused_can_be_declared_afterwards(tmp_path: Path) -> None:
    # WHEN
    refused_first = template(
        tmp_path / "with", refused(user=GUEST, expire_after=Duration.days(0)), declare_guest
    )

    # THEN
    assert refused_first == template(tmp_path / "without", declare_guest)


def test_a_declaration_for_which_the_role_has_no_room_changes_nothing(tmp_path: Path) -> None:
    # GIVEN
    def declare_as_many_as_fit(stack: Stack) -> None:
        for number in range(37):
            declare(stack, str(number), user_of_app_instance(number))

    # WHEN
    with_it = template(
        tmp_path / "with", declare_as_many_as_fit, refused(user=user_of_app_instance(99))
    )

    # THEN
    assert with_it == template(tmp_path / "without", declare_as_many_as_fit)


def user_of_app_instance(number: int) -> str:
    instance = f"6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c{number:02}"
    return f"arn:aws:chime:us-east-1:111122223333:app-instance/{instance}/user/guest"


def test_a_stack_in_no_app_is_refused_without_a_trace() -> None:
    # GIVEN
    stack = Stack(RootConstruct("Root"), "Policies")

    # WHEN / THEN
    with pytest.raises(ValueError, match="has no parent App or Stage: create it in one"):
        declare(stack)
    assert stack.node.children == []


def test_a_damaged_installation_leaves_no_provider(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    def fail(_: Path) -> None:
        raise RuntimeError("crhelper is not installed")

    # WHEN
    def catch(stack: Stack) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(stack_function, "copy_handler_to", fail)
            with pytest.raises(RuntimeError, match="crhelper is not installed"):
                declare(stack, "Refused")

    with_it = template(tmp_path / "with", catch)

    # THEN
    assert with_it == template(tmp_path / "without")
