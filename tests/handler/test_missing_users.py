"""A user that does not exist fails the deployment, or is ignored, as the declaration says."""

from typing import Literal

import pytest

from chime_expiration_handler.contract.physical_id import NOTHING_SET
from fakes.cloudformation_events import create, delete, update
from fakes.function import Function
from localaws.chime import ChimeIdentity, Fault

PUT = "PutAppInstanceUserExpirationSettings"
DESCRIBE = "DescribeAppInstanceUser"


@pytest.fixture
def unknown_user(app_instance: str) -> str:
    return f"{app_instance}/user/unknown"


@pytest.mark.parametrize("error", ["Forbidden", "NotFound"])
@pytest.mark.parametrize("header", [True, False])
def test_a_create_fails_with_the_arn_and_without_a_retry(
    function: Function,
    chime: ChimeIdentity,
    unknown_user: str,
    error: Literal["Forbidden", "NotFound"],
    header: bool,
) -> None:
    # GIVEN
    chime.unknown_user_answers, chime.error_header = error, header

    # WHEN
    response = function.run(create(unknown_user))

    # THEN
    assert response.reason == (
        f"AppInstanceUser {unknown_user} not found; create it first, correct the ARN, "
        "or declare missing_user=MissingUser.IGNORE"
    )
    assert response.PhysicalResourceId == NOTHING_SET
    assert function.time.elapsed == 0


def test_a_create_that_ignores_it_succeeds_and_sets_nothing(
    function: Function, chime: ChimeIdentity, unknown_user: str
) -> None:
    # WHEN
    response = function.run(create(unknown_user, MissingUser="IGNORE"))

    # THEN
    assert response.outcome == "nothing to set: user not found"
    assert response.PhysicalResourceId == NOTHING_SET
    assert response.Data["ExpiresAt"] == "user-not-found"
    assert response.Data["CreatedTimestamp"] == "user-not-found"
    assert chime.calls.puts() == []


def test_an_update_after_an_ignored_create_sets_a_user_that_exists_by_now(
    function: Function, chime: ChimeIdentity, app_instance: str, unknown_user: str
) -> None:
    # GIVEN
    ignored = function.run(create(unknown_user, MissingUser="IGNORE")).PhysicalResourceId
    chime.create_user(app_instance, "unknown")
    event = update(unknown_user, 90, MissingUser="IGNORE") | {"PhysicalResourceId": ignored}

    # WHEN
    response = function.run(event)

    # THEN
    assert response.PhysicalResourceId == unknown_user
    assert chime.expiration_days(unknown_user) == 90


@pytest.mark.parametrize("missing_user", ["FAIL", "IGNORE"])
@pytest.mark.parametrize("operation", [DESCRIBE, PUT])
def test_an_update_of_a_user_that_has_expired_succeeds(
    function: Function, chime: ChimeIdentity, user: str, operation: str, missing_user: str
) -> None:
    # GIVEN a user that was deleted by its expiration, or by its owner
    function.run(create(user, 30))
    chime.clock.advance(days=40)
    if operation == DESCRIBE:
        chime.delete_expired_users()
    else:
        chime.faults.add(Fault(PUT, "NotFoundException"))

    # WHEN
    response = function.run(update(user, 90, MissingUser=missing_user))

    # THEN
    assert response.outcome == "nothing to set: user not found"
    assert response.PhysicalResourceId == user
    assert response.Data["ExpiresAt"] == "user-not-found"


def test_an_update_to_a_user_that_does_not_exist_fails_and_keeps_the_old_id(
    function: Function, user: str, unknown_user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))
    function.stack.status = "UPDATE_IN_PROGRESS"

    # WHEN
    response = function.run(update(unknown_user, old_user=user))

    # THEN
    assert response.reason.startswith("AppInstanceUser ")
    assert response.PhysicalResourceId == user


def test_an_update_to_a_user_that_does_not_exist_and_is_ignored_leaves_the_old_id_to_the_delete(
    function: Function, chime: ChimeIdentity, user: str, unknown_user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))

    # WHEN
    response = function.run(update(unknown_user, old_user=user, MissingUser="IGNORE"))
    function.run(delete(user))

    # THEN
    assert response.succeeded
    assert response.PhysicalResourceId == NOTHING_SET
    assert chime.expiration_days(user) is None


@pytest.mark.parametrize("missing_user", ["FAIL", "IGNORE"])
def test_a_rollback_to_a_user_that_was_deleted_meanwhile_succeeds(
    function: Function, chime: ChimeIdentity, user: str, other_user: str, missing_user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))
    function.run(update(other_user, 60, old_user=user))
    chime.delete_user(user)
    function.stack.status = "UPDATE_ROLLBACK_IN_PROGRESS"

    # WHEN
    event = update(user, 30, old_user=other_user, MissingUser=missing_user)
    response = function.run(event)
    function.run(delete(other_user))

    # THEN
    assert response.succeeded
    assert response.PhysicalResourceId != other_user
    assert chime.expiration_days(other_user) is None


def test_a_rollback_to_a_deleted_user_fails_where_cloudformation_may_not_be_asked(
    function: Function, chime: ChimeIdentity, user: str, other_user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))
    function.run(update(other_user, 60, old_user=user))
    chime.delete_user(user)
    function.stack.denied = {"DescribeStacks"}

    # WHEN
    response = function.run(update(user, 30, old_user=other_user))

    # THEN
    assert response.reason.startswith("access denied: cloudformation:DescribeStacks on the stack, ")
    assert response.PhysicalResourceId == other_user


def test_a_user_that_does_not_exist_is_not_called_missing_where_nobody_knows_it(
    function: Function, chime: ChimeIdentity, unknown_user: str
) -> None:
    # GIVEN
    chime.faults.add(Fault(DESCRIBE, "ForbiddenException", "No", times=None))

    # WHEN
    response = function.run(create(unknown_user, MissingUser="IGNORE"))

    # THEN
    assert "failed with ForbiddenException: No; check that the user exists" in response.reason
