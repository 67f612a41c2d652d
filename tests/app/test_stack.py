"""The stack of the app: what it holds, and what the construct refuses, with the place."""

import pytest

from chime_expiration.testing import has_expiration, snapshot_of
from expiration_app.declarations import ContextError

INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e"
GUEST = f"{INSTANCE}/user/guest-42"


def test_the_template_of_the_app_is_the_one_that_was_reviewed(synthesize, snapshot):
    # WHEN / THEN
    assert snapshot_of(synthesize()) == snapshot


def test_each_user_of_the_context_is_declared(synthesize):
    # WHEN
    stack = synthesize({INSTANCE: {"guest-42": "30 days", "us-east-1:b@c": "5475 days"}})

    # THEN
    has_expiration(stack, GUEST, 30)
    has_expiration(stack, f"{INSTANCE}/user/us-east-1:b@c", 5475)


@pytest.mark.parametrize(
    ("context", "place", "said", "fix"),
    [
        ({GUEST: "0 days"}, GUEST, "0 days", "use Duration.days(n) with 1-5475 whole days"),
        ({GUEST: "5476 days"}, GUEST, "5476 days", "use Duration.days(n) with 1-5475 whole days"),
        (
            {f"{INSTANCE}/channel/c": "1 day"},
            f"{INSTANCE}/channel/c",
            "names a channel, not an AppInstanceUser",
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
            "has the user id ''; it takes 1-64 of",
            "expected arn:aws:chime:REGION:ACCOUNT:app-instance/APP_INSTANCE_ID/user/USER_ID",
        ),
    ],
    ids=["0 days", "5476 days", "channel", "no user", "region", "no user id"],
)
def test_what_the_construct_refuses_is_said_with_its_place(synthesize, context, place, said, fix):
    # WHEN / THEN
    with pytest.raises(ContextError) as refusal:
        synthesize(context)
    assert str(refusal.value).startswith(f"expirations['{place}']: ")
    assert said in str(refusal.value)
    assert str(refusal.value).endswith(fix)
