"""Asserting a declaration without knowing what it is made of."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import App, CfnParameter, Duration, Fn, Stack
from aws_cdk.assertions import Template

import chime_expiration
from chime_expiration import AppInstanceUserExpiration
from chime_expiration.testing import has_expiration

GUEST = (
    "arn:aws:chime:us-east-1:111122223333:app-instance/"
    "6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d/user/guest-42"
)


@pytest.fixture(params=["stack", "template", "dict"])
def source_of(request):
    """Each kind of thing that holds a template."""
    return {
        "stack": lambda stack: stack,
        "template": Template.from_stack,
        "dict": lambda stack: Template.from_stack(stack).to_json(),
    }[request.param]


def test_a_declaration_is_found(stack_with, source_of):
    has_expiration(source_of(stack_with()), GUEST, 30)


@pytest.mark.parametrize(("user", "days"), [(GUEST, 31), (f"{GUEST}0", 30)])
def test_other_days_and_other_users_are_not_and_the_message_shows_what_is(
    stack_with, source_of, user, days
):
    # WHEN / THEN
    with pytest.raises(AssertionError) as failure:
        has_expiration(source_of(stack_with()), user, days)
    assert str(failure.value) == (
        f"no declaration that {user} expires after {days} days; "
        f"the template declares\n  {GUEST}: 30 days"
    )


def test_a_template_without_any_says_so(source_of, tmp_path: Path):
    # GIVEN
    stack = Stack(App(outdir=str(tmp_path)), "Empty")

    # WHEN / THEN
    with pytest.raises(AssertionError, match=r"the template declares no expiration at all$"):
        has_expiration(source_of(stack), GUEST, 30)


@pytest.mark.parametrize(
    ("token", "resolved"),
    [
        (lambda stack: CfnParameter(stack, "User").value_as_string, {"Ref": "User"}),
        (lambda _: Fn.import_value("GuestArn"), {"Fn::ImportValue": "GuestArn"}),
        (
            lambda stack: f"arn:aws:chime:us-east-1:{stack.account}:app-instance/a/user/b",
            {
                "Fn::Join": [
                    "",
                    [
                        "arn:aws:chime:us-east-1:",
                        {"Ref": "AWS::AccountId"},
                        ":app-instance/a/user/b",
                    ],
                ]
            },
        ),
    ],
    ids=["parameter", "import", "pseudo parameter"],
)
def test_a_token_is_found_as_it_was_given_and_as_it_is_in_the_template(
    source_of, tmp_path: Path, token, resolved
):
    # GIVEN
    stack = Stack(App(outdir=str(tmp_path)), "Policies")
    user = token(stack)
    AppInstanceUserExpiration(
        stack, "Guest", app_instance_user_arn=user, expire_after=Duration.days(30)
    )

    # WHEN / THEN
    source = source_of(stack)
    has_expiration(source, user, 30)
    has_expiration(source, resolved, 30)
    with pytest.raises(AssertionError) as failure:
        has_expiration(source, user, 29)
    assert f"{json.dumps(resolved)}: 30 days" in str(failure.value)


def test_what_holds_no_template_is_refused():
    # WHEN / THEN
    with pytest.raises(TypeError, match="holds no template"):
        has_expiration("template.json", GUEST, 30)


def test_it_needs_no_test_runner():
    # GIVEN
    roots = [str(Path(chime_expiration.__file__).parents[1]), *sys.path]

    # WHEN
    program = "import chime_expiration.testing; print({'pytest', 'syrupy'} & set(sys.modules))"
    printed = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {roots!r}; {program}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    # THEN
    assert printed == "set()\n"
