"""Whether a stack declares a policy, and what the message says where it does not."""

from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Duration, Stack
from aws_cdk.assertions import Template
from syrupy.assertion import SnapshotAssertion

from chime_expiration import AppInstanceUserExpiration, AppInstanceUserExpirationPolicy
from chime_expiration.testing import has_policy, snapshot_of

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d"


@pytest.fixture
def stack(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    return Stack(App(outdir=str(tmp_path_factory.mktemp("cdk.out"))), "Chat")


def declare(stack: Stack, app_instance: str = APP_INSTANCE, **props: Any) -> None:
    AppInstanceUserExpirationPolicy(
        stack,
        "Guests",
        app_instance_arn=app_instance,
        expire_after=Duration.days(30),
        **{"users": ["guest-*"], "notice": Duration.days(14), **props},
    )


def test_a_policy_that_the_stack_declares_is_found(stack: Stack) -> None:
    # GIVEN
    declare(stack)

    # WHEN / THEN
    has_policy(stack, APP_INSTANCE, Duration.days(30))
    has_policy(
        Template.from_stack(stack),
        APP_INSTANCE,
        30,
        users=["guest-*"],
        except_users=[],
        notice=Duration.days(14),
        enabled=True,
    )


@pytest.mark.parametrize(
    "expected",
    [
        {"app_instance_arn": f"{APP_INSTANCE}e"},
        {"expire_after": 31},
        {"users": ["guest-*", "bot-*"]},
        {"except_users": ["guest-kiosk-*"]},
        {"notice": 7},
        {"enabled": False},
    ],
    ids=lambda expected: next(iter(expected)),
)
def test_a_policy_that_differs_is_not_found(stack: Stack, expected: dict[str, Any]) -> None:
    # GIVEN
    declare(stack)
    arguments: dict[str, Any] = {"app_instance_arn": APP_INSTANCE, "expire_after": 30} | expected

    # WHEN / THEN
    with pytest.raises(AssertionError, match=r"no policy with .*; the template declares\n  \{"):
        has_policy(stack, **arguments)


def test_the_message_shows_the_declared_policy(stack: Stack) -> None:
    # GIVEN
    declare(stack)

    # WHEN
    with pytest.raises(AssertionError) as failure:
        has_policy(stack, APP_INSTANCE, 31)

    # THEN
    assert str(failure.value) == (
        f'no policy with {{"AppInstanceArn": "{APP_INSTANCE}", "ExpirationDays": 31}}; '
        "the template declares\n"
        f'  {{"AppInstanceArn": "{APP_INSTANCE}", "Enabled": true, "ExceptUsers": [], '
        '"ExpirationDays": 30, "NoticeDays": 14, "Users": ["guest-*"]}'
    )


def test_a_stack_without_a_policy_says_so(stack: Stack) -> None:
    with pytest.raises(AssertionError, match=r"; the template declares no policy$"):
        has_policy(stack, APP_INSTANCE, 30)


def test_the_defaults_can_be_asserted(stack: Stack) -> None:
    # GIVEN
    declare(stack, users=["*"], notice=None)

    # WHEN / THEN
    has_policy(stack, APP_INSTANCE, 30, users=["*"], except_users=[], enabled=True)


def test_declared_users_are_excepted_from_the_policy(stack: Stack) -> None:
    # GIVEN
    declare(stack, except_users=["guest-kiosk-*"])
    AppInstanceUserExpiration(
        stack,
        "One",
        app_instance_user_arn=f"{APP_INSTANCE}/user/guest-1",
        expire_after=Duration.days(7),
    )

    # WHEN / THEN
    has_policy(stack, APP_INSTANCE, 30, except_users=["guest-kiosk-*", "guest-1"])


def test_tokens_are_found_as_they_were_declared_or_as_the_template_has_them(stack: Stack) -> None:
    # GIVEN
    app_instance = CfnParameter(stack, "AppInstance").value_as_string
    declare(stack, app_instance)

    # WHEN / THEN
    has_policy(stack, app_instance, 30)
    has_policy(stack, {"Ref": "AppInstance"}, 30)


def test_the_snapshot_of_a_policy_contains_no_hash_of_code(
    stack: Stack, snapshot: SnapshotAssertion
) -> None:
    # WHEN
    declare(stack)

    # THEN
    assert snapshot_of(stack) == snapshot
