"""What a policy changes in a stack with declarations: nothing, but for what it adds itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from declaration.declare import declare
from policy.declare_policy import declare_policy

USER = "arn:aws:chime:us-east-1:111122223333:app-instance/other/user/guest"

Synthesize = Callable[..., dict[str, Any]]


def a_declaration(stack: Stack) -> None:
    declare(stack, user=USER)


def a_policy(stack: Stack) -> None:
    declare_policy(stack)


@pytest.fixture
def template_of(tmp_path: Path) -> Synthesize:
    """Returns the template of a stack with these constructs, in an app of its own."""
    folders = iter(range(100))

    def synthesize(*builds: Callable[[Stack], None]) -> dict[str, Any]:
        stack = Stack(App(outdir=str(tmp_path / str(next(folders)))), "Chat")
        for build in builds:
            build(stack)
        return dict(Template.from_stack(stack).to_json())

    return synthesize


def test_a_stack_with_a_policy_differs_by_what_a_policy_alone_has(template_of: Synthesize) -> None:
    # GIVEN
    without, policy = template_of(a_declaration), template_of(a_policy)
    assert not set(without["Resources"]) & set(policy["Resources"])

    # WHEN
    both = template_of(a_declaration, a_policy)

    # THEN
    assert both == {**without, "Resources": without["Resources"] | policy["Resources"]}


def test_the_order_of_policy_and_declarations_does_not_matter(template_of: Synthesize) -> None:
    # WHEN / THEN
    assert template_of(a_policy, a_declaration) == template_of(a_declaration, a_policy)


def test_a_stack_with_declarations_only_is_the_same_beside_a_stack_with_a_policy(
    app: App, template_of: Synthesize
) -> None:
    # WHEN
    declarations, policies = Stack(app, "Declarations"), Stack(app, "Policies")
    a_policy(policies)
    a_declaration(declarations)

    # THEN
    assert Template.from_stack(declarations).to_json() == template_of(a_declaration)


def test_a_stack_with_declarations_only_has_no_resource_of_a_policy(
    template_of: Synthesize,
) -> None:
    # WHEN
    types = [each["Type"] for each in template_of(a_declaration)["Resources"].values()]

    # THEN
    assert sorted(types) == [
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        "Custom::ChimeAppInstanceUserExpiration",
    ]


def test_policies_and_declarations_have_the_same_code(template_of: Synthesize) -> None:
    # WHEN
    codes = [
        each["Properties"]["Code"]
        for build in (a_declaration, a_policy)
        for each in template_of(build)["Resources"].values()
        if each["Type"] == "AWS::Lambda::Function"
    ]

    # THEN
    assert len(codes) == 2
    assert codes[0] == codes[1]
