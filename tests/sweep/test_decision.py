"""What to do with one user."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chime_expiration_handler.contract.ledger import DAY_SECONDS, Entry, Kind
from chime_expiration_handler.contract.policy_decision import (
    Clear,
    Decision,
    Forget,
    Keep,
    LeaveAlone,
    Overdue,
    Set,
    decide,
    needs_look,
)
from chime_expiration_handler.contract.policy_properties import Rule
from chime_expiration_handler.service.user_state import UserState
from chime_expiration_handler.sweep import entries

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ARN = "arn:aws:chime:us-east-1:111122223333:app-instance/chat/user/guest-1"
RULE = Rule(30)
OURS = Entry(ARN, Kind.SET, days=30, rule=str(RULE), ttl=2_000_000_000)


def state(days: int | None, age: float = 1) -> UserState:
    return UserState(NOW - timedelta(days=age), days)


def decision(
    entry: Entry | None, user: UserState, rule: Rule = RULE, *, governed: bool = True
) -> Decision:
    return decide(entry, user, rule, NOW, governed=governed)


@pytest.mark.parametrize("days", [30, 60])
def test_days_that_were_there_first_are_left_alone(days: int) -> None:
    assert decision(None, state(days)) == LeaveAlone()


def test_days_that_somebody_else_has_set_since_are_left_alone() -> None:
    assert decision(OURS, state(99)) == LeaveAlone()


def test_a_user_without_days_is_set() -> None:
    assert decision(None, state(None)) == Set(30)


def test_a_user_whose_days_were_removed_is_set_again() -> None:
    assert decision(OURS, state(None)) == Set(30)


def test_days_of_a_call_without_a_result_are_ours() -> None:
    # GIVEN
    entry = Entry(ARN, Kind.INTENDED, intended=frozenset({30}))

    # THEN
    assert decision(entry, state(30)) == Keep()
    assert decision(entry, state(30), governed=False) == Clear()


def test_days_given_by_the_same_rule_are_kept_although_age_grows() -> None:
    # GIVEN
    rule = Rule(30, 14)
    entry = replace(OURS, days=54, rule=str(rule))

    # THEN
    assert decision(entry, state(54, age=45), rule) == Keep()
    assert decision(replace(entry, rule="60 days"), state(54, age=45), rule) == Set(59)


def test_a_user_that_is_too_old_keeps_the_days_of_an_earlier_rule() -> None:
    assert decision(replace(OURS, days=60, rule="60 days"), state(60, age=40)) == Overdue()


def test_a_user_that_the_policy_is_not_for_is_cleared_where_the_days_are_ours() -> None:
    assert decision(OURS, state(30), governed=False) == Clear()
    assert decision(OURS, state(99), governed=False) == Forget()
    assert decision(OURS, state(None), governed=False) == Forget()
    assert decision(None, state(30), governed=False) == Forget()


@given(
    st.floats(0, 6000),
    st.none() | st.integers(1, 5475),
    st.builds(Rule, st.integers(1, 5475), st.none() | st.integers(1, 100), st.booleans()),
    st.booleans(),
)
def test_what_is_done_once_is_not_done_again(
    age: float, days: int | None, rule: Rule, is_ours: bool
) -> None:
    # GIVEN
    user, now = state(days, age), NOW.timestamp()
    entry = replace(OURS, days=days, rule="another") if is_ours and days else None
    decided = decision(entry, user, rule)
    known = entries.looked_at(entry, ARN, user, now)

    # WHEN
    match decided:
        case Set(wanted):
            user = state(wanted, age)
            after = entries.confirmed(known, user, wanted, str(rule), now)
        case Keep():
            assert days is not None
            after = entries.confirmed(known, user, days, str(rule), now)
        case LeaveAlone():
            after = entries.noted(known, user, Kind.LEFT_ALONE, str(rule), now)
        case _:
            after = entries.noted(known, user, Kind.OVERDUE, str(rule), now)

    # THEN
    again = decision(after, user, rule)
    assert again == (Keep() if isinstance(decided, Set) else decided)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (None, "new"),
        (replace(OURS, rule="60 days"), "another rule"),
        (replace(OURS, intended=frozenset({60})), "a call without a result"),
        (replace(OURS, kind=Kind.INTENDED), "a call without a result"),
        (replace(OURS, kind=Kind.FAILED), "failed"),
        (replace(OURS, ttl=int(NOW.timestamp()) + 7 * DAY_SECONDS), "expired"),
    ],
)
def test_a_user_is_looked_at_where_something_is_to_be_found(
    entry: Entry | None, reason: str
) -> None:
    assert needs_look(entry, RULE, NOW.timestamp(), governed=True, sweep=None), reason


@pytest.mark.parametrize("kind", [Kind.SET, Kind.LEFT_ALONE, Kind.OVERDUE])
def test_a_known_user_is_looked_at_in_one_of_seven_sweeps(kind: Kind) -> None:
    # WHEN
    looks = [
        needs_look(replace(OURS, kind=kind), RULE, NOW.timestamp(), governed=True, sweep=sweep)
        for sweep in range(7)
    ]

    # THEN
    assert sum(looks) == 1


def test_a_user_that_the_policy_is_not_for_is_looked_at_only_where_it_may_be_ours() -> None:
    for entry, looked in ((OURS, True), (None, False), (Entry(ARN, Kind.LEFT_ALONE), False)):
        assert needs_look(entry, RULE, 0, governed=False, sweep=0) is looked
