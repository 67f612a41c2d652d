"""Delete clears the user that the id stands for, and nothing else."""

from typing import Literal

import pytest

from chime_expiration_handler.contract.physical_id import NOTHING_SET
from fakes.cloudformation_events import create, delete
from fakes.function import Function
from localaws.chime import ChimeIdentity, Fault

PUT = "PutAppInstanceUserExpirationSettings"
DENIED = "User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: chime:Put on resource"


def test_a_delete_clears_the_setting_in_one_call(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))
    chime.calls.clear()

    # WHEN
    response = function.run(delete(user))

    # THEN
    assert response.succeeded
    assert response.PhysicalResourceId == user
    assert chime.expiration_days(user) is None
    assert [call.operation for call in chime.calls] == [PUT]


def test_a_repeated_delete_gets_the_same_response(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))

    # WHEN
    responses = [function.run(delete(user)) for _ in range(2)]

    # THEN
    assert responses[0] == responses[1]
    assert chime.expiration_days(user) is None


def test_a_delete_clears_the_user_in_the_id_and_not_the_one_in_the_properties(
    function: Function, chime: ChimeIdentity, user: str, other_user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))
    function.run(create(other_user, 30))

    # WHEN
    function.run(delete(user, user=other_user))

    # THEN
    assert chime.expiration_days(user) is None
    assert chime.expiration_days(other_user) == 30


@pytest.mark.parametrize(
    "physical_id",
    [
        "",
        NOTHING_SET,
        "Expirations_Expireguest425FAA4ED2_X7GQ0M1B",
        "2026/11/23/[$LATEST]6f1c",
        "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e",
        "arn:aws:chime:us-west-2:111122223333:app-instance/6a5c7b1e/user/guest",
    ],
)
def test_a_delete_of_an_id_that_is_not_a_user_succeeds_without_a_call(
    function: Function, chime: ChimeIdentity, physical_id: str
) -> None:
    # WHEN
    response = function.run(delete(physical_id))

    # THEN
    assert response.succeeded
    assert response.outcome.startswith("nothing to clear")
    assert response.PhysicalResourceId
    assert len(chime.calls) == 0


@pytest.mark.parametrize("error", ["Forbidden", "NotFound"])
@pytest.mark.parametrize("header", [True, False])
def test_a_delete_of_a_user_that_is_not_found_succeeds(
    function: Function,
    chime: ChimeIdentity,
    user: str,
    error: Literal["Forbidden", "NotFound"],
    header: bool,
) -> None:
    # GIVEN
    function.run(create(user, 30))
    chime.delete_user(user)
    chime.unknown_user_answers, chime.error_header = error, header

    # WHEN
    response = function.run(delete(user))

    # THEN
    assert response.succeeded
    assert response.outcome == "nothing to clear: user not found"
    assert function.time.elapsed == 0


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ("AccessDeniedException", DENIED),
        ("ForbiddenException", "AWS authorization failed"),
        ("ForbiddenException", "Not authorized to call Chime SDK"),
        ("UnauthorizedClientException", "unknown client"),
    ],
)
@pytest.mark.parametrize("header", [True, False])
def test_a_delete_that_is_denied_fails_with_the_action_and_the_arn(
    function: Function, chime: ChimeIdentity, user: str, error: str, message: str, header: bool
) -> None:
    # GIVEN
    chime.error_header = header
    chime.faults.add(Fault(PUT, error, message, times=None))

    # WHEN
    response = function.run(delete(user))

    # THEN
    assert response.reason.startswith(f"access denied: chime:{PUT} on {user}; ")


def test_a_delete_works_with_any_properties(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))
    event = delete(user)
    event["ResourceProperties"] = {"ServiceToken": "arn", "Other": {"than": ["expected"]}}

    # WHEN
    response = function.run(event)

    # THEN
    assert response.succeeded
    assert chime.expiration_days(user) is None
