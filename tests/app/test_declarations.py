"""Which declarations the context can hold, and the messages for those that are invalid."""

import json

import pytest
from aws_cdk import RemovalPolicy

from chime_expiration import MissingUser
from expiration_app.context import ContextError
from expiration_app.declarations import read_declarations

INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e"
GUEST = f"{INSTANCE}/user/guest-42"


def days_by_user(context: object) -> dict[str, float]:
    return {
        declaration.app_instance_user_arn: declaration.expire_after.to_days()
        for declaration in read_declarations(context)
    }


@pytest.mark.parametrize(
    "context",
    [
        {INSTANCE: {"guest-42": "30 days"}},
        {INSTANCE: {"guest-42": {"expireAfter": "30 days"}}},
        {GUEST: "30 days"},
        {GUEST: {"expireAfter": "30 days"}},
        f"{GUEST}=30 days",
        f' {{"{GUEST}": "30 days"}}',
    ],
    ids=["grouped", "grouped, options", "by ARN", "by ARN, options", "short, -c", "JSON, -c"],
)
def test_one_declaration_in_each_form(context: object) -> None:
    # WHEN / THEN
    assert days_by_user(context) == {GUEST: 30}


def test_several_declarations_in_the_short_form() -> None:
    # WHEN / THEN
    assert days_by_user(
        f"{GUEST}=30 days, {INSTANCE}/user/us-east-1:b=1 day ,{INSTANCE}/user/c=7 days"
    ) == {
        GUEST: 30,
        f"{INSTANCE}/user/us-east-1:b": 1,
        f"{INSTANCE}/user/c": 7,
    }


def test_mixed_forms_keep_their_order() -> None:
    # GIVEN
    context = {GUEST: "30 days", INSTANCE: {"a": "1 day", "b": "2 days"}}

    # WHEN / THEN
    assert list(days_by_user(context).values()) == [30, 1, 2]


def test_the_options_are_read() -> None:
    # WHEN
    options = {
        "expireAfter": "1 day",
        "allowImmediateExpiration": True,
        "missingUser": "ignore",
        "removalPolicy": "retain",
    }
    [declaration] = read_declarations({GUEST: options})

    # THEN
    assert declaration.allow_immediate_expiration is True
    assert declaration.missing_user is MissingUser.IGNORE
    assert declaration.removal_policy is RemovalPolicy.RETAIN


def test_the_defaults_are_those_of_the_construct() -> None:
    # WHEN
    [declaration] = read_declarations({GUEST: "1 day"})

    # THEN
    assert declaration.allow_immediate_expiration is False
    assert declaration.missing_user is MissingUser.FAIL
    assert declaration.removal_policy is RemovalPolicy.DESTROY


@pytest.mark.parametrize(
    "value",
    ["1.5 days", "30", 30, "30 hours", "-1 days", "", None, True, [], "30 days ", "30\ndays"],
)
def test_invalid_days_are_refused_with_their_place_and_an_example(value: object) -> None:
    # WHEN / THEN
    with pytest.raises(ContextError) as refusal:
        read_declarations({INSTANCE: {"guest-42": value}})
    assert str(refusal.value) == (
        f"expirations['{INSTANCE}']['guest-42'] has expireAfter {json.dumps(value)}: "
        'use whole days with the unit, such as "30 days"'
    )


def test_options_without_days_are_refused() -> None:
    # WHEN / THEN
    with pytest.raises(ContextError, match=r"\['guest-42'\] has expireAfter null: use whole days"):
        read_declarations({INSTANCE: {"guest-42": {}}})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"expireAfterDays": 30},
            (
                "has the unknown option 'expireAfterDays': "
                "use expireAfter, allowImmediateExpiration, missingUser, removalPolicy"
            ),
        ),
        (
            {"expireAfter": "1 day", "allowImmediateExpiration": "true"},
            "has allowImmediateExpiration 'true': use true or false",
        ),
        (
            {"expireAfter": "1 day", "missingUser": "IGNORE"},
            'has missingUser \'IGNORE\': use "fail" or "ignore"',
        ),
        (
            {"expireAfter": "1 day", "removalPolicy": "snapshot"},
            'has removalPolicy \'snapshot\': use "destroy" or "retain"',
        ),
        (
            {"expireAfter": "1 day", "removalPolicy": None},
            'has removalPolicy None: use "destroy" or "retain"',
        ),
    ],
)
def test_invalid_options_are_refused_with_the_allowed_values(
    options: dict[str, object], message: str
) -> None:
    # WHEN / THEN
    with pytest.raises(ContextError) as refusal:
        read_declarations({GUEST: options})
    assert str(refusal.value) == f"expirations['{GUEST}'] {message}"


def test_a_user_declared_by_group_and_by_arn_is_refused_with_both_places() -> None:
    # WHEN / THEN
    with pytest.raises(ContextError) as refusal:
        read_declarations({INSTANCE: {"guest-42": "30 days"}, GUEST: "1 day"})
    assert str(refusal.value) == (
        f"expirations['{GUEST}'] declares the same user as "
        f"expirations['{INSTANCE}']['guest-42']: keep one of the two"
    )


@pytest.mark.parametrize(
    "context",
    [f"{GUEST}=30 days, {GUEST}=1 day", f'{{"{GUEST}": "30 days", "{GUEST}": "1 day"}}'],
    ids=["short", "JSON"],
)
def test_a_user_declared_twice_on_the_command_line_is_refused(context: str) -> None:
    # WHEN / THEN
    with pytest.raises(ContextError) as refusal:
        read_declarations(context)
    assert str(refusal.value) == (f"expirations['{GUEST}'] is declared twice: keep one of the two")


def test_invalid_json_on_the_command_line_is_refused_with_its_line_and_column() -> None:
    # WHEN / THEN
    with pytest.raises(ContextError) as refusal:
        read_declarations(f'{{"{GUEST}": 30 days}}')
    assert str(refusal.value).startswith("expirations is not JSON: ")
    assert "line 1 column" in str(refusal.value)


@pytest.mark.parametrize("context", ["", GUEST, 30, [GUEST], True, "[]"])
def test_a_value_that_is_not_a_declaration_is_refused_with_both_ways_to_declare(
    context: object,
) -> None:
    # WHEN / THEN
    with pytest.raises(ContextError) as refusal:
        read_declarations(context)
    assert str(refusal.value) == (
        f"expirations is {context!r}: declare users in cdk.json, or with -c "
        "'expirations=USER_ARN=30 days, USER_ARN=90 days'"
    )


@pytest.mark.parametrize("context", [None, {}, {INSTANCE: {}}, "{}"])
def test_a_context_may_declare_no_users(context: object) -> None:
    # WHEN / THEN
    assert read_declarations(context) == []
