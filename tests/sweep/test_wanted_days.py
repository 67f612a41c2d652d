"""The days that a rule gives: nobody is deleted sooner than the notice."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chime_expiration_handler.contract.limits import MAX_EXPIRATION_DAYS
from chime_expiration_handler.contract.policy_properties import Rule
from chime_expiration_handler.contract.wanted_days import wanted_days

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)

ages = st.timedeltas(timedelta(0), timedelta(days=7000))
days = st.integers(1, MAX_EXPIRATION_DAYS)


def created(age: timedelta) -> datetime:
    return NOW - age


@given(ages, days, days)
def test_nobody_is_deleted_sooner_than_the_notice(
    age: timedelta, declared: int, notice: int
) -> None:
    # WHEN
    wanted = wanted_days(Rule(declared, notice), created(age), NOW)

    # THEN
    assert wanted is None or created(age) + timedelta(days=wanted) >= NOW + timedelta(days=notice)


@given(ages, days, st.none() | days)
def test_the_days_are_ones_that_the_service_accepts(
    age: timedelta, declared: int, notice: int | None
) -> None:
    # WHEN
    wanted = wanted_days(Rule(declared, notice), created(age), NOW)

    # THEN
    assert wanted is None or declared <= wanted <= MAX_EXPIRATION_DAYS or wanted == declared


@given(ages, days)
def test_without_notice_nobody_is_deleted_within_a_day(age: timedelta, declared: int) -> None:
    # WHEN
    wanted = wanted_days(Rule(declared), created(age), NOW)

    # THEN
    is_late_enough = created(age) + timedelta(days=declared) >= NOW + timedelta(days=1)
    assert wanted == (declared if is_late_enough else None)


@given(ages, days)
def test_immediate_expiration_gives_everybody_the_declared_days(
    age: timedelta, declared: int
) -> None:
    # WHEN
    wanted = wanted_days(Rule(declared, allow_immediate_expiration=True), created(age), NOW)

    # THEN
    assert wanted == declared


def test_an_old_user_gets_its_age_rounded_up_and_the_notice() -> None:
    assert wanted_days(Rule(30, 14), created(timedelta(days=99, hours=1)), NOW) == 100 + 14


def test_a_young_user_with_fewer_days_left_than_the_notice_gets_notice_too() -> None:
    assert wanted_days(Rule(30, 14), created(timedelta(days=20)), NOW) == 20 + 14


def test_a_user_too_old_for_any_notice_is_overdue() -> None:
    assert wanted_days(Rule(30, 14), created(timedelta(days=5465)), NOW) is None
