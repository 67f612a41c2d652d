"""The stack of the app: what it declares, and how a refusal of the construct is reported."""

from collections.abc import Callable

import pytest
from syrupy.assertion import SnapshotAssertion

from chime_expiration.testing import expirations_of, snapshot_of
from expiration_app.declarations import ContextError
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
