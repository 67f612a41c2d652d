"""Which policies the context can hold, and the messages for those that are invalid."""

import json
from typing import Any

import pytest
from aws_cdk import RemovalPolicy

from chime_expiration import NewUsers
from expiration_app.context import ContextError
from expiration_app.policies import read_policies

INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e"
OTHER = "arn:aws:chime:us-east-1:111122223333:app-instance/b07f3d52"


def arguments(options: dict[str, object]) -> dict[str, Any]:
    """What the construct gets for the only policy, which has 30 days."""
    [policy] = read_policies({INSTANCE: {"expireAfter": "30 days", **options}})
    return dict(policy.arguments)


@pytest.mark.parametrize(
    "context",
    [
        {INSTANCE: "30 days"},
        {INSTANCE: {"expireAfter": "30 days"}},
        {INSTANCE: ["30 days"]},
        f"{INSTANCE}=30 days",
        f'{{"{INSTANCE}": {{"expireAfter": "30 days"}}}}',
    ],
    ids=["days", "options", "list", "short, -c", "JSON, -c"],
)
def test_one_policy_in_each_form(context: object) -> None:
    # WHEN
    [policy] = read_policies(context)

    # THEN everything else is left to the construct
    assert policy.app_instance_arn == INSTANCE
    assert policy.arguments.keys() == {"expire_after"}
    assert policy.arguments["expire_after"].to_days() == 30


@pytest.mark.parametrize(
    "context",
    [f"{INSTANCE}=30 days, {OTHER}=7 days", {INSTANCE: "30 days", OTHER: "7 days"}],
    ids=["short", "cdk.json"],
)
def test_several_app_instances(context: object) -> None:
    # WHEN / THEN
    assert [policy.app_instance_arn for policy in read_policies(context)] == [INSTANCE, OTHER]


def test_the_policies_of_one_app_instance_have_places_of_their_own() -> None:
    # WHEN
    policies = read_policies({INSTANCE: ["30 days", {"expireAfter": "7 days", "policyName": "b"}]})

    # THEN
    assert [policy.place for policy in policies] == [
        f"policies['{INSTANCE}'][0]",
        f"policies['{INSTANCE}'][1]",
    ]
    assert len({policy.construct_id for policy in policies}) == 2


@pytest.mark.parametrize("context", [None, {}, "{}", {INSTANCE: []}])
def test_a_context_may_declare_no_policies(context: object) -> None:
    # WHEN / THEN
    assert read_policies(context) == []


@pytest.mark.parametrize(
    ("option", "value", "argument", "expected"),
    [
        ("users", ["guest-*"], "users", ["guest-*"]),
        ("exceptUsers", ["guest-kiosk-*"], "except_users", ["guest-kiosk-*"]),
        ("allowImmediateExpiration", True, "allow_immediate_expiration", True),
        ("enabled", False, "enabled", False),
        ("callsPerSecond", 2.5, "calls_per_second", 2.5),
        ("newUsers", "at once", "new_users", NewUsers.AT_ONCE),
        ("newUsers", "by sweep", "new_users", NewUsers.BY_SWEEP),
        ("policyName", "guests", "policy_name", "guests"),
        ("removalPolicy", "retain", "removal_policy", RemovalPolicy.RETAIN),
        ("removalPolicy", "destroy", "removal_policy", RemovalPolicy.DESTROY),
    ],
)
def test_an_option_becomes_an_argument_of_the_construct(
    option: str, value: object, argument: str, expected: object
) -> None:
    # WHEN / THEN
    assert arguments({option: value})[argument] == expected


def test_the_notice_has_whole_days() -> None:
    # WHEN / THEN
    assert arguments({"notice": "14 days"})["notice"].to_days() == 14


@pytest.mark.parametrize(
    ("schedule", "rate"),
    [
        ("1 day", "rate(1 day)"),
        ("7 days", "rate(7 days)"),
        ("6 hours", "rate(6 hours)"),
        ("30 minutes", "rate(30 minutes)"),
    ],
)
def test_the_schedule_is_a_rate(schedule: str, rate: str) -> None:
    # WHEN / THEN
    assert arguments({"schedule": schedule})["schedule"].expression_string == rate


@pytest.mark.parametrize("option", ["expireAfter", "notice"])
@pytest.mark.parametrize("value", ["1.5 days", "30", 30, "30 hours", None, True])
def test_invalid_days_are_refused_with_their_place_and_an_example(
    option: str, value: object
) -> None:
    # WHEN / THEN
    with pytest.raises(ContextError) as refusal:
        arguments({option: value})
    assert str(refusal.value) == (
        f"policies['{INSTANCE}'] has {option} {json.dumps(value)}: use whole days with the unit, "
        'such as "30 days"'
    )


def test_options_without_days_are_refused() -> None:
    # WHEN / THEN
    with pytest.raises(ContextError, match=r"has expireAfter null: use whole days"):
        read_policies({INSTANCE: {"notice": "7 days"}})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"missingUser": "ignore"},
            (
                "has the unknown option 'missingUser': use expireAfter, users, exceptUsers, notice,"
                " allowImmediateExpiration, enabled, callsPerSecond, schedule, newUsers, "
                "policyName, removalPolicy"
            ),
        ),
        (
            {"users": "guest-*"},
            "has users 'guest-*': use a list of patterns, such as [\"guest-*\"]",
        ),
        (
            {"exceptUsers": [1]},
            'has exceptUsers [1]: use a list of patterns, such as ["guest-*"]',
        ),
        ({"enabled": "no"}, "has enabled 'no': use true or false"),
        (
            {"allowImmediateExpiration": 1},
            "has allowImmediateExpiration 1: use true or false",
        ),
        (
            {"callsPerSecond": "8"},
            "has callsPerSecond '8': use a positive number, such as 8",
        ),
        (
            {"callsPerSecond": True},
            "has callsPerSecond True: use a positive number, such as 8",
        ),
        (
            {"schedule": "rate(1 day)"},
            (
                "has schedule 'rate(1 day)': use a number with the unit minutes, hours or days, "
                'such as "1 day"'
            ),
        ),
        (
            {"schedule": "0 days"},
            (
                "has schedule '0 days': use a number with the unit minutes, hours or days, "
                'such as "1 day"'
            ),
        ),
        (
            {"newUsers": "AT_ONCE"},
            'has newUsers \'AT_ONCE\': use "at once" or "by sweep"',
        ),
        ({"policyName": 1}, 'has policyName 1: use a name, such as "guests"'),
        (
            {"removalPolicy": "snapshot"},
            'has removalPolicy \'snapshot\': use "destroy" or "retain"',
        ),
    ],
)
def test_invalid_options_are_refused_with_the_allowed_values(
    options: dict[str, object], message: str
) -> None:
    # WHEN / THEN
    with pytest.raises(ContextError) as refusal:
        arguments(options)
    assert str(refusal.value) == f"policies['{INSTANCE}'] {message}"


def test_an_app_instance_declared_twice_on_the_command_line_is_refused() -> None:
    # WHEN / THEN
    with pytest.raises(ContextError) as refusal:
        read_policies(f"{INSTANCE}=30 days, {INSTANCE}=7 days")
    assert str(refusal.value) == f"policies['{INSTANCE}'] is declared twice: keep one of the two"


@pytest.mark.parametrize("context", ["", INSTANCE, 30, [INSTANCE], True])
def test_a_value_that_is_not_a_policy_is_refused_with_both_ways_to_declare(
    context: object,
) -> None:
    # WHEN / THEN
    with pytest.raises(ContextError) as refusal:
        read_policies(context)
    assert str(refusal.value) == (
        f"policies is {context!r}: declare policies in cdk.json, or with -c "
        "'policies=APP_INSTANCE_ARN=30 days'; for options, pass JSON"
    )
