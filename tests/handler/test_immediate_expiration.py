"""Days that delete the user within a day are refused, with a number that can be followed."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.days import is_too_soon
from chime_expiration_handler.contract.limits import MAX_EXPIRATION_DAYS
from chime_expiration_handler.contract.physical_id import NOTHING_SET
from chime_expiration_handler.service.messages import LONGEST_REASON, immediate_expiration
from fakes.cloudformation_events import create, update
from fakes.function import Function
from localaws.chime import ChimeIdentity

USER = AppInstanceUserArn.parse("arn:aws:chime:us-east-1:111122223333:app-instance/a/user/guest")
NOW = datetime(2026, 11, 24, tzinfo=UTC)
LONGEST_AGE = timedelta(days=6000)


@pytest.mark.parametrize("days", [1, 9, 10])
def test_days_that_delete_the_user_within_a_day_are_refused_with_both_numbers(
    function: Function, chime: ChimeIdentity, user: str, days: int
) -> None:
    # WHEN the user is ten days old
    response = function.run(create(user, days))

    # THEN
    assert response.reason == (
        f"{user} is 10 days old, so {days} days would delete it within a day; "
        "declare 12 days or more, "
        "or allow_immediate_expiration=True"
    )
    assert response.PhysicalResourceId == NOTHING_SET
    assert chime.expiration_days(user) is None


@pytest.mark.parametrize(("hours", "accepted"), [(25, True), (23, False)])
def test_days_are_accepted_when_they_leave_the_user_a_day(
    function: Function, chime: ChimeIdentity, app_instance: str, hours: int, accepted: bool
) -> None:
    # GIVEN
    user = chime.create_user(app_instance, "guest")
    chime.clock.advance(days=30, hours=-hours)

    # WHEN
    response = function.run(create(user, 30))

    # THEN
    assert response.succeeded is accepted


def test_an_update_that_deletes_the_user_within_a_day_is_refused(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))

    # WHEN
    response = function.run(update(user, 10))

    # THEN
    assert not response.succeeded
    assert response.PhysicalResourceId == user
    assert chime.expiration_days(user) == 30


def test_immediate_expiration_can_be_allowed(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # WHEN
    response = function.run(create(user, 10, AllowImmediateExpiration="true"))

    # THEN
    assert response.succeeded
    assert chime.delete_expired_users() == [user]


@pytest.mark.parametrize("days_passed", [0, 29.5, 40])
def test_days_that_the_user_has_already_are_accepted_without_a_put_whatever_its_age(
    function: Function, chime: ChimeIdentity, app_instance: str, days_passed: float
) -> None:
    # GIVEN
    user = chime.create_user(app_instance, "guest", expiration_days=30)
    chime.clock.advance(days=days_passed)

    # WHEN
    response = function.run(create(user, 30))

    # THEN
    assert response.succeeded
    assert response.outcome == "already set"
    assert response.Data["ExpirationDays"] == "30"
    assert chime.calls.puts() == []


@given(
    age=st.timedeltas(min_value=timedelta(0), max_value=LONGEST_AGE),
    days=st.integers(1, MAX_EXPIRATION_DAYS),
    later=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=1)),
)
@example(age=timedelta(days=5472, hours=12), days=30, later=timedelta(days=1))
@example(age=timedelta(days=5473, seconds=1), days=30, later=timedelta(days=1))
def test_the_number_in_the_message_is_accepted_today_and_tomorrow(
    age: timedelta, days: int, later: timedelta
) -> None:
    # GIVEN
    message = immediate_expiration(USER, days, age)
    assert len(message) <= LONGEST_REASON
    number = re.search(r"declare (\d+) days or more", message)

    # WHEN
    declared = int(number[1]) if number else MAX_EXPIRATION_DAYS

    # THEN a number that is allowed leaves the user a day, or no number does so tomorrow
    refused = is_too_soon(NOW - age, declared, NOW + later)
    if number:
        assert declared <= MAX_EXPIRATION_DAYS
        assert not refused
    else:
        assert is_too_soon(NOW - age, MAX_EXPIRATION_DAYS, NOW + timedelta(days=1, seconds=1))


@pytest.mark.parametrize("days_passed", [5473.5, 5475, 6000])
def test_the_message_names_no_number_for_a_user_that_is_older_than_any(
    function: Function, chime: ChimeIdentity, app_instance: str, days_passed: float
) -> None:
    # GIVEN
    user = chime.create_user(app_instance, "guest")
    chime.clock.advance(days=days_passed)

    # WHEN
    response = function.run(create(user, 30))

    # THEN
    assert "days or more" not in response.reason
    assert response.reason.endswith("; remove the declaration, or allow_immediate_expiration=True")
