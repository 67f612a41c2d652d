"""Delete: what the id stands for gets cleared, and nothing else."""

import pytest

from chime_expiration_handler.lifecycle import NOTHING_SET
from fakes.cloudformation_events import create, delete
from localaws.chime import Fault

PUT = "PutAppInstanceUserExpirationSettings"
DESCRIBE = "DescribeAppInstanceUser"
DENIED = "User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: chime:Put on resource"


def test_a_delete_clears_the_setting_in_one_call(function, chime, user):
    # GIVEN
    function.run(create(user, 30))
    chime.calls.clear()

    # WHEN
    told = function.run(delete(user))

    # THEN
    assert told.succeeded
    assert told.PhysicalResourceId == user
    assert chime.expiration_days(user) is None
    assert [call.operation for call in chime.calls] == [PUT]


def test_a_delete_twice_is_the_same_as_once(function, chime, user):
    # GIVEN
    function.run(create(user, 30))

    # WHEN
    told = [function.run(delete(user)) for _ in range(2)]

    # THEN
    assert told[0] == told[1]
    assert chime.expiration_days(user) is None


def test_a_delete_clears_the_id_and_not_the_user_in_the_properties(
    function, chime, user, other_user
):
    # GIVEN
    function.run(create(user, 30))
    function.run(create(other_user, 30))

    # WHEN
    function.run(delete(user, user=other_user))

    # THEN
    assert chime.expiration_days(user) is None
    assert chime.expiration_days(other_user) == 30


@pytest.mark.parametrize(
    "foreign_id",
    [
        "",
        NOTHING_SET,
        "Expirations_Expireguest425FAA4ED2_X7GQ0M1B",
        "2026/11/23/[$LATEST]6f1c",
        "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e",
        "arn:aws:chime:us-west-2:111122223333:app-instance/6a5c7b1e/user/guest",
    ],
)
def test_a_delete_of_an_id_that_was_never_issued_is_a_success_without_a_call(
    function, chime, foreign_id
):
    # WHEN
    told = function.run(delete(foreign_id))

    # THEN
    assert told.succeeded
    assert told.outcome.startswith("nothing to clear")
    assert told.PhysicalResourceId
    assert len(chime.calls) == 0


@pytest.mark.parametrize("answers", ["Forbidden", "NotFound"])
@pytest.mark.parametrize("header", [True, False])
def test_a_delete_of_a_user_that_is_gone_is_a_success(function, chime, user, answers, header):
    # GIVEN
    function.run(create(user, 30))
    chime.delete_user(user)
    chime.unknown_user_answers, chime.error_header = answers, header

    # WHEN
    told = function.run(delete(user))

    # THEN
    assert told.succeeded
    assert told.outcome == "nothing to clear: the user is gone"
    assert function.time.elapsed == 0


def test_forbidden_for_a_user_that_is_there_is_a_failure(function, chime, user):
    # GIVEN
    chime.faults.add(Fault(PUT, "ForbiddenException", "The app instance is locked", times=None))

    # WHEN
    told = function.run(delete(user))

    # THEN
    assert "was refused: ForbiddenException: The app instance is locked" in told.reason
    assert told.PhysicalResourceId == user


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ("AccessDeniedException", DENIED),
        ("ForbiddenException", "AWS authorization failed"),
        ("ForbiddenException", "Not authorized to call Chime SDK"),
        ("UnauthorizedClientException", "who are you"),
    ],
)
@pytest.mark.parametrize("header", [True, False])
def test_a_delete_that_is_not_allowed_fails_with_the_action_and_the_arn(
    function, chime, user, error, message, header
):
    # GIVEN
    chime.error_header = header
    chime.faults.add(Fault(PUT, error, message, times=None))

    # WHEN
    told = function.run(delete(user))

    # THEN
    assert told.reason.startswith(f"not allowed: chime:{PUT} on {user}; ")


def test_not_being_allowed_to_look_is_not_taken_for_gone(function, chime, user):
    # GIVEN
    chime.unknown_user_answers = "Forbidden"
    chime.delete_user(user)
    chime.faults.add(Fault(DESCRIBE, "AccessDeniedException", DENIED, times=None))

    # WHEN
    told = function.run(delete(user))

    # THEN
    assert told.reason.startswith(f"not allowed: chime:{DESCRIBE} on {user}; ")


def test_a_delete_does_not_mind_the_shape_of_the_properties(function, chime, user):
    # GIVEN
    function.run(create(user, 30))
    event = delete(user)
    event["ResourceProperties"] = {"ServiceToken": "arn", "Other": {"than": ["expected"]}}

    # WHEN
    told = function.run(event)

    # THEN
    assert told.succeeded
    assert chime.expiration_days(user) is None
