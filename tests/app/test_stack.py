"""The stack of the app: what it declares, and how a refusal of the construct is reported."""

from collections.abc import Callable

import pytest
from syrupy.assertion import SnapshotAssertion

from chime_expiration.testing import expirations_of, has_policy, snapshot_of
from expiration_app.context import ContextError
from expiration_app.stack import ExpirationStack

Synthesize = Callable[..., ExpirationStack]

INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e"
GUEST = f"{INSTANCE}/user/guest-42"


def test_the_template_of_the_app_is_the_one_that_was_reviewed(
    synthesize: Synthesize, snapshot: SnapshotAssertion
) -> None:
    # WHEN / THEN
    assert snapshot_of(synthesize()) == snapshot


def test_each_user_of_the_context_is_declared(synthesize: Synthesize) -> None:
    # WHEN
    stack = synthesize({INSTANCE: {"guest-42": "30 days", "us-east-1:b@c": "5475 days"}})

    # THEN
    assert expirations_of(stack) == {GUEST: 30, f"{INSTANCE}/user/us-east-1:b@c": 5475}


@pytest.mark.parametrize(
    ("context", "place", "problem", "fix"),
    [
        ({GUEST: "0 days"}, GUEST, "0 days", "use Duration.days(n) with 1-5475 whole days"),
        ({GUEST: "5476 days"}, GUEST, "5476 days", "use Duration.days(n) with 1-5475 whole days"),
        (
            {f"{INSTANCE}/channel/c": "1 day"},
            f"{INSTANCE}/channel/c",
            "has resource type 'channel', not 'user'",
            "expected arn:aws:chime:REGION:ACCOUNT:app-instance/APP_INSTANCE_ID/user/USER_ID",
        ),
        (
            {INSTANCE: "1 day"},
            INSTANCE,
            "names an AppInstance, not one of its users: append /user/ID",
            "expected arn:aws:chime:REGION:ACCOUNT:app-instance/APP_INSTANCE_ID/user/USER_ID",
        ),
        (
            {GUEST.replace("us-east-1", "us-west-2"): "1 day"},
            GUEST.replace("us-east-1", "us-west-2"),
            "is in us-west-2: Chime SDK Identity exists only in eu-central-1 and us-east-1",
            "use the ARN that CreateAppInstanceUser returned",
        ),
        (
            {f"{INSTANCE}/user/": "1 day"},
            f"{INSTANCE}/user/",
            "is wrong: user id '' is not 1-64 characters of",
            "expected arn:aws:chime:REGION:ACCOUNT:app-instance/APP_INSTANCE_ID/user/USER_ID",
        ),
    ],
    ids=["0 days", "5476 days", "channel", "no user", "region", "no user id"],
)
def test_a_refusal_of_the_construct_is_reported_with_the_place_in_the_context(
    synthesize: Synthesize, context: object, place: str, problem: str, fix: str
) -> None:
    # WHEN / THEN
    with pytest.raises(ContextError) as refusal:
        synthesize(context)
    assert str(refusal.value).startswith(f"expirations['{place}']: ")
    assert problem in str(refusal.value)
    assert str(refusal.value).endswith(fix)


def test_a_policy_needs_no_declarations(synthesize: Synthesize) -> None:
    # WHEN
    stack = synthesize({}, {INSTANCE: "30 days"})

    # THEN
    has_policy(stack, INSTANCE, 30)
    assert expirations_of(stack) == {}


def test_declarations_and_policies_are_in_one_stack(synthesize: Synthesize) -> None:
    # WHEN
    stack = synthesize({GUEST: "90 days"}, {INSTANCE: "30 days"})

    # THEN the user that is declared is left to its declaration
    has_policy(stack, INSTANCE, 30, except_users=["guest-42"])
    assert expirations_of(stack) == {GUEST: 90}


def test_policies_leave_the_declarations_of_cdk_json_as_they_are(synthesize: Synthesize) -> None:
    # WHEN
    stack = synthesize(policies=f"{INSTANCE}=30 days")

    # THEN
    assert expirations_of(stack) == expirations_of(synthesize())


def test_an_app_instance_can_have_several_policies(synthesize: Synthesize) -> None:
    # WHEN
    stack = synthesize(
        {},
        {
            INSTANCE: [
                {"policyName": "guests", "users": ["guest-*"], "expireAfter": "30 days"},
                {"policyName": "trials", "users": ["trial-*"], "expireAfter": "90 days"},
            ]
        },
    )

    # THEN
    has_policy(stack, INSTANCE, 30, users=["guest-*"])
    has_policy(stack, INSTANCE, 90, users=["trial-*"])


@pytest.mark.parametrize("expirations", [{}, {INSTANCE: {}}])
@pytest.mark.parametrize("policies", [None, {}, {INSTANCE: []}])
def test_a_context_that_declares_nothing_is_refused_because_a_stack_cannot_be_empty(
    synthesize: Synthesize, expirations: object, policies: object
) -> None:
    # WHEN / THEN
    with pytest.raises(ContextError) as refusal:
        synthesize(expirations, policies)
    assert str(refusal.value) == (
        "expirations declares no user and policies declares no policy: add one; to delete the "
        "stack, declare one and run `cdk destroy`"
    )


@pytest.mark.parametrize(
    ("policies", "place", "problem"),
    [
        ({INSTANCE: "0 days"}, f"['{INSTANCE}']", "expire_after is 0 days"),
        (
            {GUEST: "30 days"},
            f"['{GUEST}']",
            "names more than an AppInstance: end it after 6a5c7b1e",
        ),
        (
            {INSTANCE: {"expireAfter": "30 days", "users": []}},
            f"['{INSTANCE}']",
            "users is empty: name a pattern, or leave it out for all users",
        ),
        (
            {INSTANCE: {"expireAfter": "30 days", "callsPerSecond": 0}},
            f"['{INSTANCE}']",
            "0 calls per second cannot be made: use a positive number",
        ),
        (
            {INSTANCE: {"expireAfter": "30 days", "policyName": ""}},
            f"['{INSTANCE}']",
            "policy_name is '': use a name",
        ),
        (
            {INSTANCE: ["30 days", {"expireAfter": "90 days", "policyName": "others"}]},
            f"['{INSTANCE}'][1]",
            "are policies for the same users",
        ),
    ],
    ids=["0 days", "user", "no users", "rate", "empty name", "same users"],
)
def test_a_refusal_of_a_policy_is_reported_with_its_place_in_the_context(
    synthesize: Synthesize, policies: object, place: str, problem: str
) -> None:
    # WHEN / THEN
    with pytest.raises(ContextError) as refusal:
        synthesize({}, policies)
    assert str(refusal.value).startswith(f"policies{place}: ")
    assert problem in str(refusal.value)
