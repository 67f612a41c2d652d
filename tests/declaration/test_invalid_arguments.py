"""Invalid arguments fail at synth with the value, what is allowed and the fix."""

import re

import pytest
from aws_cdk import App, CfnParameter, Duration, Environment, RemovalPolicy, Stack
from aws_cdk.assertions import Annotations, Match

from declaration.declare import declare, expirations

ACCOUNT = "arn:aws:chime:us-east-1:111122223333"
SHAPE = "expected arn:aws:chime:REGION:ACCOUNT:app-instance/APP_INSTANCE_ID/user/USER_ID"


@pytest.mark.parametrize(
    ("expire_after", "error", "message"),
    [
        (Duration.days(0), ValueError, "expire_after is 0 days (0 days)"),
        (Duration.days(5476), ValueError, "(5476 days)"),
        (Duration.hours(36), ValueError, "expire_after is 1 day 12 hours (1.5 days)"),
        (None, TypeError, "expire_after is None, not a Duration"),
        (True, TypeError, "expire_after is True, not a Duration"),
        (30, TypeError, "expire_after is 30, not a Duration"),
        ("30 days", TypeError, "expire_after is '30 days', not a Duration"),
    ],
)
def test_days_that_the_service_would_reject_are_rejected(
    stack: Stack, expire_after: object, error: type[Exception], message: str
) -> None:
    # WHEN / THEN
    with pytest.raises(error) as failure:
        declare(stack, expire_after=expire_after)
    assert message in str(failure.value)
    assert str(failure.value).endswith("use Duration.days(n) with 1-5475 whole days")


@pytest.mark.parametrize("days", [1, 5475])
def test_the_first_and_the_last_allowed_days_are_accepted(stack: Stack, days: int) -> None:
    # WHEN
    declare(stack, expire_after=Duration.days(days))

    # THEN
    [resource] = expirations(stack).values()
    assert resource["Properties"]["ExpirationDays"] == days


def test_a_token_in_another_unit_than_days_is_rejected(stack: Stack) -> None:
    # GIVEN
    hours = Duration.hours(CfnParameter(stack, "Hours", type="Number").value_as_number)

    # WHEN / THEN
    with pytest.raises(ValueError, match="token in a unit other than days"):
        declare(stack, expire_after=hours)


@pytest.mark.parametrize(
    ("arn", "message"),
    [
        (
            f"{ACCOUNT}:app-instance/a/channel/b",
            "has resource type 'channel', not 'user'",
        ),
        (f"{ACCOUNT}:app-instance/a", f"not one of its users: append /user/ID; {SHAPE}"),
        (f"{ACCOUNT}:app-instance/a/user/", "is wrong: user id '' is not 1-64 characters"),
        (f"{ACCOUNT}:app-instance/a/user/-b", "is wrong: user id '-b' is not 1-64 characters"),
        (f"{ACCOUNT}:app-instance/a/user/{'b' * 65}", "is not 1-64 characters"),
        (f"{ACCOUNT}:app-instance/a/user/b/c", SHAPE),
        (f"{ACCOUNT}:app-instance//user/b", "is wrong: '' is not an AppInstance id"),
        (
            "arn:aws:chime:us-west-2:111122223333:app-instance/a/user/b",
            "is in us-west-2",
        ),
        ("arn:aws:chime::111122223333:app-instance/a/user/b", "has no region"),
        ("arn:aws-cn:chime:cn-north-1:111122223333:app-instance/a/user/b", "partition aws-cn"),
        (
            "arn:aws:chime:us-east-1:123:app-instance/a/user/b",
            "is wrong: account '123' is not 12 digits",
        ),
        ("arn:aws:iam::111122223333:user/b", SHAPE),
        ("guest-42", SHAPE),
        ("", SHAPE),
    ],
)
def test_arns_that_are_not_of_an_app_instance_user_are_rejected(
    stack: Stack, arn: str, message: str
) -> None:
    # WHEN / THEN
    with pytest.raises(ValueError, match=f"^'{re.escape(arn)}' .*{re.escape(message)}"):
        declare(stack, user=arn)


@pytest.mark.parametrize("user_id", ["b", "us-east-1:b7ea2c30-1", "a@b.example", "a-b_c.d:e"])
@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_user_ids_in_common_formats_are_accepted(stack: Stack, user_id: str, region: str) -> None:
    # WHEN
    declare(stack, user=f"arn:aws:chime:{region}:111122223333:app-instance/a/user/{user_id}")

    # THEN
    assert len(expirations(stack)) == 1


@pytest.mark.parametrize("arn", [42, b"arn"])
def test_an_arn_that_is_not_a_string_is_rejected(stack: Stack, arn: str) -> None:
    # WHEN / THEN
    with pytest.raises(TypeError, match=f"app_instance_user_arn is {arn!r}, not a string"):
        declare(stack, user=arn)


def test_an_unknown_criterion_is_rejected(stack: Stack) -> None:
    # WHEN / THEN
    message = "^criterion is 'LAST_MESSAGE': use ExpirationCriterion.CREATED_TIMESTAMP$"
    with pytest.raises(ValueError, match=message):
        declare(stack, criterion="LAST_MESSAGE")


@pytest.mark.parametrize("value", [None, "true", 1])
def test_a_flag_that_is_not_a_bool_is_rejected(stack: Stack, value: object) -> None:
    # WHEN / THEN
    with pytest.raises(TypeError, match="use True or False"):
        declare(stack, allow_immediate_expiration=value)


def test_the_removal_policy_snapshot_is_rejected(stack: Stack) -> None:
    # WHEN / THEN
    with pytest.raises(ValueError, match="there is nothing to take a snapshot of"):
        declare(stack, removal_policy=RemovalPolicy.SNAPSHOT)


def test_a_value_that_is_not_a_removal_policy_is_rejected(stack: Stack) -> None:
    # WHEN / THEN
    with pytest.raises(TypeError, match="removal_policy is 'retain'"):
        declare(stack, removal_policy="retain")


@pytest.mark.parametrize("value", ["IGNORE", None, True])
def test_a_value_that_is_not_of_missing_user_is_rejected(stack: Stack, value: object) -> None:
    # WHEN / THEN
    with pytest.raises(TypeError) as refusal:
        declare(stack, missing_user=value)
    assert str(refusal.value) == (
        f"missing_user is {value!r}: use MissingUser.FAIL or MissingUser.IGNORE"
    )


@pytest.mark.parametrize(
    "arn",
    [
        f"{ACCOUNT}:app-instance/a/user/${{Token[Guest.99999]}}",
        "${Token[Guest.99999]}",
        "${Token[99999]}",
        "${Token[",
        f"{ACCOUNT}:app-instance/a/user/${{Token[guest",
        f"{ACCOUNT}:app-instance/a/user/${{Token[guest]",
        f"{ACCOUNT}:app-instance/a/user/${{Token[}}",
    ],
)
def test_an_arn_with_a_typed_token_is_rejected(stack: Stack, arn: str) -> None:
    # WHEN / THEN
    with pytest.raises(
        ValueError, match="but this app has no such token: pass the token that the CDK"
    ) as it:
        declare(stack, user=arn)
    assert str(it.value).startswith(repr(arn))
    assert stack.node.children == []


def test_an_arn_with_a_token_and_a_typed_one_is_rejected(stack: Stack) -> None:
    # GIVEN
    real = CfnParameter(stack, "User").value_as_string

    # WHEN / THEN
    with pytest.raises(ValueError, match="but this app has no such token"):
        declare(stack, user=f"{real}${{Token[typed")


def test_a_stack_in_another_account_gets_a_warning(app: App) -> None:
    # GIVEN
    stack = Stack(app, "Other", env=Environment(account="444455556666", region="eu-west-1"))

    # WHEN
    declare(stack)

    # THEN
    Annotations.from_stack(stack).has_warning(
        "/Other/Guest",
        Match.string_like_regexp("in account 444455556666, but the AppInstanceUser is in"),
    )


def test_a_stack_in_any_region_of_the_same_account_gets_no_warning(app: App) -> None:
    # GIVEN
    stack = Stack(app, "Other", env=Environment(account="111122223333", region="ap-south-1"))

    # WHEN
    declare(stack)

    # THEN
    assert Annotations.from_stack(stack).find_warning("*", Match.any_value()) == []
