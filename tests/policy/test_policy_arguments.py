"""Invalid arguments of a policy fail at synth and leave nothing in the template."""

import re
from typing import Any

import aws_cdk
import pytest
from aws_cdk import (
    App,
    CfnParameter,
    Duration,
    Environment,
    Fn,
    RemovalPolicy,
    Stack,
    Token,
)
from aws_cdk.assertions import Annotations, Match

from chime_expiration import NewUsers
from policy.declare_policy import (
    APP_INSTANCE,
    declare_policy,
    policies,
    policy_properties,
    resources,
)

ACCOUNT = "arn:aws:chime:us-east-1:111122223333"
DAYS = "use Duration.days(n) with 1-5475 whole days"

REJECTED: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"app_instance": 42}, TypeError, "app_instance_arn is 42, not a string"),
    ({"app_instance": None}, TypeError, "app_instance_arn and app_instance are both missing"),
    ({"app_instance": ""}, ValueError, "'' is not the ARN of an AppInstance"),
    ({"app_instance": f"{ACCOUNT}:app-instance/a/user/b"}, ValueError, "names more than an"),
    (
        {"app_instance": APP_INSTANCE.replace("us-east-1", "us-west-2")},
        ValueError,
        "is in us-west-2",
    ),
    ({"app_instance": "${Token[Other.1]}"}, ValueError, "but this app has no such token"),
    ({"expire_after": Duration.days(0)}, ValueError, f"expire_after is 0 days (0 days): {DAYS}"),
    ({"expire_after": Duration.hours(36)}, ValueError, "(1.5 days)"),
    ({"expire_after": 30}, TypeError, "expire_after is 30, not a Duration"),
    (
        {"expire_after": Duration.days(1)},
        ValueError,
        "expire_after is 1 days and each user has a day of notice",
    ),
    ({"notice": Duration.hours(36)}, ValueError, f"notice is 1 day 12 hours (1.5 days): {DAYS}"),
    ({"notice": Duration.days(0)}, ValueError, "notice is 0 days"),
    ({"notice": 14}, TypeError, "notice is 14, not a Duration"),
    (
        {"notice": Duration.days(30)},
        ValueError,
        "expire_after is 30 days and notice is 30 days, so not even a new user could be set",
    ),
    (
        {"notice": Duration.days(14), "allow_immediate_expiration": True},
        ValueError,
        "notice and allow_immediate_expiration=True contradict each other",
    ),
    ({"users": []}, ValueError, "users is empty"),
    ({"users": "guest-*"}, TypeError, "users is 'guest-*', not a list: use ['guest-*']"),
    ({"users": None}, TypeError, "users is None: leave it out for the default, or use a list"),
    (
        {"users": ["guest-*", "kiosk-1"], "except_users": ["guest-*", "kiosk-*"]},
        ValueError,
        "the policy would be for nobody",
    ),
    ({"except_users": ["*"]}, ValueError, "the policy would be for nobody"),
    ({"users": [42]}, TypeError, "users has 42, not a string"),
    ({"users": [""]}, ValueError, "users: pattern '' is empty"),
    ({"users": ["guest 42"]}, ValueError, "users: pattern 'guest 42' has characters that no"),
    ({"users": ["-*"]}, ValueError, "users: pattern '-*' begins with '-'"),
    ({"except_users": ["a" * 65]}, ValueError, "except_users: pattern 'aaa"),
    ({"except_users": "guest-*"}, TypeError, "except_users is 'guest-*', not a list"),
    ({"allow_immediate_expiration": "yes"}, TypeError, "allow_immediate_expiration is 'yes'"),
    ({"enabled": None}, TypeError, "enabled is None: use True or False"),
    ({"calls_per_second": 0}, ValueError, "0 calls per second cannot be made"),
    ({"calls_per_second": -1.5}, ValueError, "-1.5 calls per second cannot be made"),
    ({"calls_per_second": float("inf")}, ValueError, "inf calls per second"),
    ({"calls_per_second": float("nan")}, ValueError, "nan calls per second"),
    ({"calls_per_second": True}, TypeError, "calls_per_second is True, not a number"),
    ({"calls_per_second": "8"}, TypeError, "calls_per_second is '8', not a number"),
    ({"schedule": "rate(1 day)"}, TypeError, "schedule is 'rate(1 day)', not a Schedule"),
    ({"new_users": "AT_ONCE"}, TypeError, "new_users is 'AT_ONCE': use NewUsers.AT_ONCE or"),
    ({"policy_name": ""}, ValueError, "policy_name is ''"),
    ({"policy_name": 1}, TypeError, "policy_name is 1, not a string"),
    ({"removal_policy": "retain"}, TypeError, "removal_policy is 'retain'"),
    ({"removal_policy": RemovalPolicy.SNAPSHOT}, ValueError, "nothing to take a snapshot of"),
]


@pytest.mark.parametrize(("argument", "error", "message"), REJECTED)
def test_an_argument_that_cannot_be_declared_is_rejected_and_leaves_nothing(
    stack: Stack, argument: dict[str, Any], error: type[Exception], message: str
) -> None:
    # WHEN
    with pytest.raises(error, match=re.escape(message)):
        declare_policy(stack, **argument)

    # THEN
    assert stack.node.children == []
    declare_policy(stack)
    assert len(policies(stack)) == 1


@pytest.mark.parametrize("rate", [0.01, 1, 8, 500])
def test_any_positive_rate_is_accepted(stack: Stack, rate: float) -> None:
    # WHEN
    declare_policy(stack, calls_per_second=rate)

    # THEN
    assert policy_properties(stack).get("CallsPerSecond", 8) == rate


def test_whole_days_of_a_policy_may_be_given_in_any_unit(stack: Stack) -> None:
    # WHEN
    declare_policy(stack, expire_after=Duration.hours(72), notice=Duration.hours(48))

    # THEN
    properties = policy_properties(stack)
    assert (properties["ExpirationDays"], properties["NoticeDays"]) == (3, 2)


def test_days_rate_and_patterns_that_are_tokens_are_left_to_the_deployment(stack: Stack) -> None:
    # GIVEN
    number = CfnParameter(stack, "Number", type="Number").value_as_number
    pattern = CfnParameter(stack, "Pattern").value_as_string

    # WHEN
    declare_policy(
        stack,
        expire_after=Duration.days(number),
        notice=Duration.days(number),
        calls_per_second=number,
        users=[f"{pattern}*", "guest-*"],
        except_users=[pattern],
    )

    # THEN
    assert policy_properties(stack) == {
        "AppInstanceArn": APP_INSTANCE,
        "ExpirationDays": {"Ref": "Number"},
        "NoticeDays": {"Ref": "Number"},
        "CallsPerSecond": {"Ref": "Number"},
        "Users": [{"Fn::Join": ["", [{"Ref": "Pattern"}, "*"]]}, "guest-*"],
        "ExceptUsers": [{"Ref": "Pattern"}],
    }


@pytest.mark.parametrize("argument", ["users", "except_users"])
def test_a_token_of_a_whole_list_is_rejected_with_the_fix(stack: Stack, argument: str) -> None:
    # GIVEN
    patterns = CfnParameter(stack, "Patterns", type="CommaDelimitedList").value_as_list
    props: dict[str, Any] = {argument: patterns}

    # WHEN / THEN
    with pytest.raises(ValueError, match=f"^{argument} is a token of a list: use a list of"):
        declare_policy(stack, **props)


def test_a_known_pattern_beside_a_token_is_checked(stack: Stack) -> None:
    # GIVEN
    pattern = CfnParameter(stack, "Pattern").value_as_string

    # WHEN / THEN
    with pytest.raises(ValueError, match="users: pattern 'guest 42' has characters"):
        declare_policy(stack, users=[pattern, "guest 42"])


def test_a_stack_in_another_region_cannot_receive_the_events(app: App) -> None:
    # GIVEN
    stack = Stack(app, "Far", env=Environment(region="eu-west-1"))

    # WHEN / THEN
    message = (
        f"^the stack is in eu-west-1, but the events of '{APP_INSTANCE}' are in us-east-1: declare "
        "the policy in a stack in us-east-1, or use new_users=NewUsers.BY_SWEEP$"
    )
    with pytest.raises(ValueError, match=message):
        declare_policy(stack)
    assert resources(stack) == {}


@pytest.mark.parametrize(
    ("region", "new_users"),
    [
        ("eu-west-1", NewUsers.BY_SWEEP),
        ("us-east-1", NewUsers.AT_ONCE),
        (None, NewUsers.AT_ONCE),
    ],
)
def test_a_policy_is_allowed_in_every_other_stack(
    app: App, region: str | None, new_users: NewUsers
) -> None:
    # GIVEN
    stack = Stack(app, "Stack", env=Environment(region=region))

    # WHEN
    declare_policy(stack, new_users=new_users)

    # THEN
    assert len(policies(stack)) == 1
    assert Annotations.from_stack(stack).find_warning("*", Match.any_value()) == []


def test_a_policy_in_another_account_gets_a_warning(app: App) -> None:
    # GIVEN
    stack = Stack(app, "Other", env=Environment(account="444455556666"))

    # WHEN
    declare_policy(stack)

    # THEN
    Annotations.from_stack(stack).has_warning(
        "/Other/Guests",
        Match.string_like_regexp("in account 444455556666, but the AppInstance is in"),
    )


@pytest.mark.parametrize("users", [{}, {"users": ["*"]}, {"users": ["guest-*", "**"]}])
def test_the_immediate_expiration_of_all_users_is_a_warning(
    stack: Stack, users: dict[str, Any]
) -> None:
    # WHEN
    policy = declare_policy(stack, allow_immediate_expiration=True, **users)

    # THEN
    [warning] = Annotations.from_stack(stack).find_warning("*", Match.any_value())
    assert warning.entry.data == (
        f"the policy is for all users of '{APP_INSTANCE}', with allow_immediate_expiration=True: "
        "Chime SDK deletes those that are older than 30 days within hours of the deployment; name "
        "the users with users=, or give them time with notice= instead "
        "[ack: chime-expiration:allUsersAtOnce]"
    )

    # WHEN
    aws_cdk.Annotations.of(policy).acknowledge_warning("chime-expiration:allUsersAtOnce")

    # THEN
    assert Annotations.from_stack(stack).find_warning("*", Match.any_value()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"users": ["guest-*"]},
        {"users": [Fn.import_value("Pattern")]},
        {"except_users": ["staff-*"]},
        {"allow_immediate_expiration": False},
        {"enabled": False},
    ],
)
def test_any_other_policy_has_no_such_warning(stack: Stack, arguments: dict[str, Any]) -> None:
    # WHEN
    declare_policy(stack, **{"allow_immediate_expiration": True} | arguments)

    # THEN
    assert Annotations.from_stack(stack).find_warning("*", Match.any_value()) == []


@pytest.mark.parametrize(
    ("days", "age"),
    [(1, "1 day"), (Token.as_number({"Ref": "Days"}), "expire_after")],
    ids=["one day", "a token"],
)
def test_the_warning_names_the_days_if_they_are_known(stack: Stack, days: float, age: str) -> None:
    # WHEN
    declare_policy(stack, expire_after=Duration.days(days), allow_immediate_expiration=True)

    # THEN
    [warning] = Annotations.from_stack(stack).find_warning("*", Match.any_value())
    assert f"older than {age} within hours of the deployment" in str(warning.entry.data)
