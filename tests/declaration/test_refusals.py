"""Bad input is refused at synth, with the value, what is allowed and the fix."""

import re

import pytest
from aws_cdk import App, CfnParameter, Duration, Environment, RemovalPolicy, Stack
from aws_cdk.assertions import Annotations, Match

ACCOUNT = "arn:aws:chime:us-east-1:111122223333"
SHAPE = "expected arn:aws:chime:REGION:ACCOUNT:app-instance/APP_INSTANCE_ID/user/USER_ID"


@pytest.mark.parametrize(
    ("expire_after", "error", "said"),
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
def test_days_that_the_service_would_refuse(stack, declare, expire_after, error, said):
    # WHEN / THEN
    with pytest.raises(error) as refusal:
        declare(stack, expire_after=expire_after)
    assert said in str(refusal.value)
    assert str(refusal.value).endswith("use Duration.days(n) with 1-5475 whole days")


@pytest.mark.parametrize("days", [1, 5475])
def test_the_ends_of_the_range_are_in_it(stack, declare, expirations, days):
    # WHEN
    declare(stack, expire_after=Duration.days(days))

    # THEN
    [resource] = expirations(stack).values()
    assert resource["Properties"]["ExpirationDays"] == days


def test_a_token_in_another_unit_cannot_be_converted(stack, declare):
    # GIVEN
    hours = Duration.hours(CfnParameter(stack, "Hours", type="Number").value_as_number)

    # WHEN / THEN
    with pytest.raises(ValueError, match="token in a unit other than days"):
        declare(stack, expire_after=hours)


@pytest.mark.parametrize(
    ("arn", "said"),
    [
        (
            f"{ACCOUNT}:app-instance/a/channel/b",
            "names a channel, not an AppInstanceUser",
        ),
        (f"{ACCOUNT}:app-instance/a", f"not one of its users: append /user/ID; {SHAPE}"),
        (f"{ACCOUNT}:app-instance/a/user/", "has the user id ''; it takes 1-64 of"),
        (f"{ACCOUNT}:app-instance/a/user/-b", "has the user id '-b'"),
        (f"{ACCOUNT}:app-instance/a/user/{'b' * 65}", "it takes 1-64 of"),
        (f"{ACCOUNT}:app-instance/a/user/b/c", SHAPE),
        (f"{ACCOUNT}:app-instance//user/b", "has the app instance id ''"),
        (
            "arn:aws:chime:us-west-2:111122223333:app-instance/a/user/b",
            "is in us-west-2",
        ),
        ("arn:aws:chime::111122223333:app-instance/a/user/b", "is in no region"),
        ("arn:aws-cn:chime:cn-north-1:111122223333:app-instance/a/user/b", "partition aws-cn"),
        ("arn:aws:chime:us-east-1:123:app-instance/a/user/b", "has '123' where 12 digits"),
        ("arn:aws:iam::111122223333:user/b", SHAPE),
        ("guest-42", SHAPE),
        ("", SHAPE),
    ],
)
def test_arns_that_are_not_an_app_instance_users(stack, declare, arn, said):
    # WHEN / THEN
    with pytest.raises(ValueError, match=f"^'{re.escape(arn)}' .*{re.escape(said)}"):
        declare(stack, user=arn)


@pytest.mark.parametrize("user_id", ["b", "us-east-1:b7ea2c30-1", "a@b.example", "a-b_c.d:e"])
@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_user_ids_as_back_ends_make_them(stack, declare, expirations, user_id, region):
    # WHEN
    declare(stack, user=f"arn:aws:chime:{region}:111122223333:app-instance/a/user/{user_id}")

    # THEN
    assert len(expirations(stack)) == 1


@pytest.mark.parametrize("arn", [None, 42])
def test_an_arn_that_is_not_text(stack, declare, arn):
    # WHEN / THEN
    with pytest.raises(TypeError, match=f"app_instance_user_arn is {arn}, not a string"):
        declare(stack, user=arn)


def test_an_unknown_criterion(stack, declare):
    # WHEN / THEN
    said = "^criterion is 'LAST_MESSAGE': use ExpirationCriterion.CREATED_TIMESTAMP$"
    with pytest.raises(ValueError, match=said):
        declare(stack, criterion="LAST_MESSAGE")


@pytest.mark.parametrize("value", [None, "true", 1])
def test_a_flag_that_is_no_flag(stack, declare, value):
    # WHEN / THEN
    with pytest.raises(TypeError, match="use True or False"):
        declare(stack, allow_immediate_expiration=value)


def test_a_removal_policy_without_a_meaning(stack, declare):
    # WHEN / THEN
    with pytest.raises(ValueError, match="there is nothing to take a snapshot of"):
        declare(stack, removal_policy=RemovalPolicy.SNAPSHOT)


def test_a_removal_policy_that_is_none(stack, declare):
    # WHEN / THEN
    with pytest.raises(TypeError, match="removal_policy is 'retain'"):
        declare(stack, removal_policy="retain")


def test_a_refused_declaration_leaves_nothing_in_the_tree(stack, declare, expirations):
    # GIVEN
    with pytest.raises(ValueError, match="0 days"):
        declare(stack, expire_after=Duration.days(0))

    # WHEN
    declare(stack)

    # THEN
    assert len(expirations(stack)) == 1


def test_a_stack_in_another_account_is_warned_that_it_will_be_denied(app: App, declare):
    # GIVEN
    stack = Stack(app, "Other", env=Environment(account="444455556666", region="eu-west-1"))

    # WHEN
    declare(stack)

    # THEN
    Annotations.from_stack(stack).has_warning(
        "/Other/Guest", Match.string_like_regexp("in account 444455556666, the AppInstanceUser in")
    )


def test_a_stack_in_any_region_of_the_users_account_is_fine(app: App, declare):
    # GIVEN
    stack = Stack(app, "Other", env=Environment(account="111122223333", region="ap-south-1"))

    # WHEN
    declare(stack)

    # THEN
    assert Annotations.from_stack(stack).find_warning("*", Match.any_value()) == []
