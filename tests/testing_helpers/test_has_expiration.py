"""``has_expiration`` and ``expirations_of``: declarations without the details of the template."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Duration, Fn, Stack
from aws_cdk.assertions import Template

import chime_expiration
from chime_expiration import AppInstanceUserExpiration
from chime_expiration.testing import expirations_of, has_expiration
from chime_expiration_handler.contract.properties import DAYS, RESOURCE_TYPE, USER_ARN

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d"
GUEST = f"{APP_INSTANCE}/user/guest-42"

SourceOf = Callable[[Stack], Any]
StackWith = Callable[..., Stack]
Declare = Callable[..., AppInstanceUserExpiration]


@pytest.fixture(params=["stack", "template", "dict"])
def source_of(request: pytest.FixtureRequest) -> SourceOf:
    """Turns a stack into each kind of template source."""
    kinds: dict[str, SourceOf] = {
        "stack": lambda stack: stack,
        "template": Template.from_stack,
        "dict": lambda stack: Template.from_stack(stack).to_json(),
    }
    return kinds[request.param]


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return Stack(App(outdir=str(tmp_path)), "Policies")


@pytest.fixture
def declare(stack: Stack) -> Declare:
    """Declares an expiration in ``stack``; the id of the construct is the user."""

    def declaration(user: str = GUEST, days: float = 30) -> AppInstanceUserExpiration:
        return AppInstanceUserExpiration(
            stack, user, app_instance_user_arn=user, expire_after=Duration.days(days)
        )

    return declaration


def template_with(*declarations: tuple[Any, Any]) -> dict[str, Any]:
    resources = {
        f"Expire{number}": {"Type": RESOURCE_TYPE, "Properties": {USER_ARN: user, DAYS: days}}
        for number, (user, days) in enumerate(declarations)
    }
    return {"Resources": resources}


@pytest.mark.parametrize(
    "expire_after",
    [30, Duration.days(30), Duration.hours(720)],
    ids=["int", "duration in days", "duration in hours"],
)
def test_a_declaration_is_found(
    stack_with: StackWith, source_of: SourceOf, expire_after: Duration | int
) -> None:
    has_expiration(source_of(stack_with()), GUEST, expire_after)


@pytest.mark.parametrize(
    ("user", "expire_after"),
    [(GUEST, 31), (GUEST, Duration.days(31)), (f"{GUEST}0", 30)],
    ids=["other days", "other duration", "other user"],
)
def test_a_missing_declaration_fails_with_the_declared_one(
    stack_with: StackWith, source_of: SourceOf, user: str, expire_after: Duration | int
) -> None:
    # WHEN
    with pytest.raises(AssertionError) as failure:
        has_expiration(source_of(stack_with()), user, expire_after)

    # THEN
    days = expire_after if isinstance(expire_after, int) else 31
    assert str(failure.value) == (
        f"the template does not declare that {user} expires after {days} days; "
        f"it declares\n  {GUEST}: 30 days"
    )


@pytest.mark.parametrize(
    ("declared", "others"),
    [(3, ""), (4, "\n  and 1 other user"), (490, "\n  and 487 other users")],
)
def test_the_failure_shows_the_three_most_similar_users_and_counts_the_others(
    declared: int, others: str
) -> None:
    # GIVEN
    similar = [(f"{APP_INSTANCE}/user/guest-4{digit}", digit) for digit in (3, 1, 2)]
    different = [(f"{APP_INSTANCE}/user/test-{number}", 1) for number in range(declared - 3)]

    # WHEN
    with pytest.raises(AssertionError) as failure:
        has_expiration(template_with(*different, *similar), f"{APP_INSTANCE}/user/guest-41", 30)

    # THEN the declaration of the same user with other days comes first
    first, second, third, *rest = str(failure.value).splitlines()[1:]
    assert first == f"  {APP_INSTANCE}/user/guest-41: 1 days"
    assert {second, third} == {
        f"  {APP_INSTANCE}/user/guest-42: 2 days",
        f"  {APP_INSTANCE}/user/guest-43: 3 days",
    }
    assert rest == others.splitlines()[1:]


def test_a_template_without_declarations_fails(source_of: SourceOf, stack: Stack) -> None:
    with pytest.raises(AssertionError, match=r"; it declares no expiration$"):
        has_expiration(source_of(stack), GUEST, 30)


def test_a_duration_that_cannot_be_declared_is_refused(stack_with: StackWith) -> None:
    with pytest.raises(ValueError, match=r"expire_after is .*1\.5 days.*: use Duration\.days\(n\)"):
        has_expiration(stack_with(), GUEST, Duration.hours(36))


@pytest.mark.parametrize(
    ("token", "intrinsic"),
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
def test_a_user_that_is_a_token_is_found_as_the_token_and_as_the_intrinsic_function(
    source_of: SourceOf,
    stack: Stack,
    declare: Declare,
    token: Callable[[Stack], str],
    intrinsic: dict[str, Any],
) -> None:
    # GIVEN
    user = token(stack)
    declare(user)

    # WHEN / THEN
    source = source_of(stack)
    has_expiration(source, user, 30)
    has_expiration(source, intrinsic, 30)
    assert expirations_of(source) == {json.dumps(intrinsic, sort_keys=True): 30}
    with pytest.raises(AssertionError) as failure:
        has_expiration(source, user, 29)
    assert f"{json.dumps(intrinsic)}: 30 days" in str(failure.value)


def test_a_user_of_another_stack_is_found_as_the_token_where_the_source_is_a_stack(
    tmp_path: Path,
) -> None:
    # GIVEN
    app = App(outdir=str(tmp_path))
    user = CfnParameter(Stack(app, "Users"), "User").value_as_string
    stack = Stack(app, "Policies")
    AppInstanceUserExpiration(
        stack, "Guest", app_instance_user_arn=user, expire_after=Duration.days(30)
    )

    # WHEN / THEN
    has_expiration(stack, user, 30)


def test_days_that_are_a_token_are_found_as_the_duration(
    source_of: SourceOf, stack: Stack, declare: Declare
) -> None:
    # GIVEN
    days = CfnParameter(stack, "Days", type="Number").value_as_number
    declare(GUEST, days)

    # WHEN / THEN
    source = source_of(stack)
    has_expiration(source, GUEST, Duration.days(days))
    assert expirations_of(source) == {GUEST: {"Ref": "Days"}}
    with pytest.raises(AssertionError, match=r"guest-42: \{\"Ref\": \"Days\"\} days$"):
        has_expiration(source, GUEST, 30)


def test_all_declarations_compare_equal_to_a_dict_in_any_order(
    source_of: SourceOf, stack: Stack, declare: Declare
) -> None:
    # GIVEN
    other = f"{APP_INSTANCE}/user/guest-43"
    declare(GUEST, 30)
    declare(other, 90)

    # WHEN / THEN
    assert expirations_of(source_of(stack)) == {other: 90, GUEST: 30}


def test_a_template_without_declarations_gives_an_empty_dict(
    source_of: SourceOf, stack: Stack
) -> None:
    assert expirations_of(source_of(stack)) == {}


def test_intrinsic_functions_that_differ_in_the_order_of_keys_are_the_same_user() -> None:
    # GIVEN
    user = {"Fn::GetAtt": ["Guest", "Arn"], "Condition": "HasGuest"}
    reordered = dict(reversed(user.items()))

    # WHEN / THEN
    has_expiration(template_with((user, 30)), reordered, 30)


def test_days_that_an_override_made_text_are_a_number(
    source_of: SourceOf, stack: Stack, declare: Declare
) -> None:
    # GIVEN
    resource = declare().node.default_child
    resource.add_property_override(DAYS, "30")  # type: ignore[union-attr]

    # WHEN / THEN
    assert expirations_of(source_of(stack)) == {GUEST: 30}
    has_expiration(source_of(stack), GUEST, 30)


def test_a_user_that_an_override_declares_twice_is_refused() -> None:
    with pytest.raises(ValueError, match=r"declares .*guest-42 twice: keep one of the two$"):
        expirations_of(template_with((GUEST, 30), (GUEST, 90)))


def test_a_value_that_holds_no_template_is_refused() -> None:
    with pytest.raises(TypeError, match="is not a template"):
        has_expiration("template.json", GUEST, 30)  # type: ignore[arg-type]


def test_the_helpers_do_not_import_a_test_runner() -> None:
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
