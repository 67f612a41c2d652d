"""A creation that is rolled back leaves the setting that the user had before."""

import pytest

from fakes.cloudformation_events import create, delete, update
from fakes.function import Function
from localaws.chime import ChimeIdentity, Fault

PUT = "PutAppInstanceUserExpirationSettings"
ROLLBACKS = [
    "ROLLBACK_IN_PROGRESS",
    "UPDATE_ROLLBACK_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
]


@pytest.fixture
def user_with_60_days(chime: ChimeIdentity, app_instance: str) -> str:
    """A user that is ten days old, whose setting somebody else made."""
    user = chime.create_user(app_instance, "guest", expiration_days=60)
    chime.clock.advance(days=10)
    return user


def test_the_id_carries_the_earlier_days(function: Function, user_with_60_days: str) -> None:
    # WHEN
    response = function.run(create(user_with_60_days, 30))

    # THEN
    assert response.PhysicalResourceId == f"{user_with_60_days}#60"


def test_an_update_keeps_the_earlier_days_in_the_id(
    function: Function, user_with_60_days: str
) -> None:
    # GIVEN
    created = function.run(create(user_with_60_days, 30)).PhysicalResourceId
    event = update(user_with_60_days, 90) | {"PhysicalResourceId": created}

    # WHEN
    response = function.run(event)

    # THEN
    assert response.PhysicalResourceId == created


@pytest.mark.parametrize("status", ROLLBACKS)
def test_a_rollback_of_the_creation_restores_the_earlier_days(
    function: Function, chime: ChimeIdentity, user_with_60_days: str, status: str
) -> None:
    # GIVEN
    created = function.run(create(user_with_60_days, 30)).PhysicalResourceId
    function.stack.status = status

    # WHEN
    response = function.run(delete(created))

    # THEN
    assert response.outcome == "restored 60 days"
    assert response.PhysicalResourceId == created
    assert chime.expiration_days(user_with_60_days) == 60


def test_a_create_with_an_unknown_outcome_is_rolled_back_to_the_earlier_days(
    function: Function, chime: ChimeIdentity, user_with_60_days: str
) -> None:
    # GIVEN
    chime.faults.add(Fault(PUT, effect=True))
    function.time.limit = 70
    failed = function.run(create(user_with_60_days, 30))
    function.stack.status = "ROLLBACK_IN_PROGRESS"

    # WHEN
    function.run(delete(failed.PhysicalResourceId))

    # THEN
    assert not failed.succeeded
    assert chime.expiration_days(user_with_60_days) == 60


def test_a_rollback_of_an_update_to_a_user_with_a_setting_restores_it(
    function: Function, chime: ChimeIdentity, user: str, user_with_60_days: str
) -> None:
    # GIVEN
    function.run(create(user, 30))
    replaced = function.run(update(user_with_60_days, 90, old_user=user)).PhysicalResourceId
    function.stack.status = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"

    # WHEN
    function.run(delete(replaced))

    # THEN
    assert chime.expiration_days(user_with_60_days) == 60


@pytest.mark.parametrize("status", ["UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "DELETE_IN_PROGRESS"])
def test_a_removed_declaration_clears_whatever_the_user_had_before(
    function: Function, chime: ChimeIdentity, user_with_60_days: str, status: str
) -> None:
    # GIVEN
    created = function.run(create(user_with_60_days, 30)).PhysicalResourceId
    function.stack.status = status

    # WHEN
    response = function.run(delete(created))

    # THEN
    assert response.outcome == "cleared"
    assert chime.expiration_days(user_with_60_days) is None


def test_a_delete_for_a_user_without_an_earlier_setting_does_not_ask_about_a_rollback(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    created = function.run(create(user, 30)).PhysicalResourceId
    function.stack.status = "ROLLBACK_IN_PROGRESS"

    # WHEN
    function.run(delete(created))

    # THEN
    assert chime.expiration_days(user) is None
    assert function.stack.calls == []


def test_earlier_days_that_delete_the_user_within_a_day_are_cleared(
    function: Function, chime: ChimeIdentity, app_instance: str
) -> None:
    # GIVEN a user whose 60 days are over in 23 hours
    user = chime.create_user(app_instance, "guest", expiration_days=60)
    chime.clock.advance(days=59, hours=1)
    created = function.run(create(user, 90)).PhysicalResourceId
    function.stack.status = "ROLLBACK_IN_PROGRESS"

    # WHEN
    response = function.run(delete(created))

    # THEN
    assert response.outcome == "cleared"
    assert chime.expiration_days(user) is None


@pytest.mark.parametrize("days_passed", [10, 59.5, 61])
def test_a_rollback_never_clears_a_setting_that_equals_the_declared_one(
    function: Function, chime: ChimeIdentity, app_instance: str, days_passed: float
) -> None:
    # GIVEN
    user = chime.create_user(app_instance, "guest", expiration_days=60)
    chime.clock.advance(days=days_passed)
    created = function.run(create(user, 60))
    function.stack.status = "ROLLBACK_IN_PROGRESS"

    # WHEN
    function.run(delete(created.PhysicalResourceId))

    # THEN
    assert created.outcome == "already set"
    assert chime.expiration_days(user) == 60


def test_a_rollback_fails_where_cloudformation_may_not_be_asked(
    function: Function, chime: ChimeIdentity, user_with_60_days: str
) -> None:
    # GIVEN
    created = function.run(create(user_with_60_days, 30)).PhysicalResourceId
    function.stack.denied = {"DescribeStacks"}

    # WHEN
    response = function.run(delete(created))

    # THEN
    assert response.reason == (
        "access denied: cloudformation:DescribeStacks on the stack, "
        f"needed for {user_with_60_days}; grant it, then deploy or delete again"
    )
    assert chime.expiration_days(user_with_60_days) == 30
