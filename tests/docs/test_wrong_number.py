"""What docs/operating.md says of a wrong number is what a policy does."""

import re
from typing import Any

import pytest

from chime_expiration_handler.contract.ledger import Mode
from chime_expiration_handler.contract.policy_properties import DEFAULT_CALLS_PER_SECOND
from docs.policy_in_memory import PolicyInMemory
from support.checkout import ROOT

PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


@pytest.fixture
def policy() -> PolicyInMemory:
    return PolicyInMemory()


@pytest.mark.parametrize(
    ("wrong", "least_days_left"),
    [({}, 1), ({"NoticeDays": "14"}, 14), ({"AllowImmediateExpiration": "true"}, -97)],
)
@pytest.mark.parametrize("earlier", [True, False])
def test_a_user_is_deleted_after_a_day_or_the_notice_at_the_earliest(
    policy: PolicyInMemory, wrong: dict[str, Any], least_days_left: int, *, earlier: bool
) -> None:
    # GIVEN
    ages = [0, 0.5, 1.5, 1.999, 2.5, 16, 100]
    users = {policy.user(f"guest-{age}", age=age): age for age in ages}
    if earlier:
        policy.declare(ExpirationDays="365")

    # WHEN
    policy.declare(ExpirationDays="3", **wrong)

    # THEN
    left = [
        days - age for arn, age in users.items() if (days := policy.days_of(arn)) not in (None, 365)
    ]
    assert min(left) >= least_days_left
    assert min(left) < least_days_left + 1


@pytest.mark.parametrize("wrong", [{"NoticeDays": "1"}, {"AllowImmediateExpiration": "true"}])
def test_disabling_clears_a_user_that_the_earlier_days_leave_with_the_wrong_ones(
    policy: PolicyInMemory, wrong: dict[str, Any]
) -> None:
    # GIVEN
    old = policy.user("old", age=40)
    foreign = policy.user("foreign", age=40, days=90)
    policy.declare()
    assert policy.days_of(old) is None
    policy.declare(ExpirationDays="3", **wrong)
    given = policy.days_of(old)
    assert given is not None

    # WHEN / THEN
    policy.declare()
    assert policy.days_of(old) == given
    policy.declare(Mode.CLEAR)
    assert (policy.days_of(old), policy.days_of(foreign)) == (None, 90)


def test_the_earlier_patterns_clear_what_they_do_not_select_whatever_its_age(
    policy: PolicyInMemory,
) -> None:
    # GIVEN
    guest, customer = policy.user("guest-1", age=10), policy.user("customer", age=40)
    policy.declare(Users=["guest-*"])
    policy.declare(NoticeDays="1")
    assert (policy.days_of(guest), policy.days_of(customer)) == (30, 42)

    # WHEN
    policy.declare(Users=["guest-*"])

    # THEN
    assert (policy.days_of(guest), policy.days_of(customer)) == (30, None)


def test_the_earlier_days_restore_young_users_and_cost_no_call_for_those_not_reached(
    policy: PolicyInMemory,
) -> None:
    # GIVEN
    users = [policy.user(f"guest-{number}") for number in range(100)]
    policy.declare()
    policy.declare(ExpirationDays="3")
    assert {policy.days_of(arn) for arn in users} == {3}

    # WHEN / THEN
    policy.declare()
    assert {policy.days_of(arn) for arn in users} == {30}

    # WHEN nothing of the wrong days has been set
    policy.chime.calls.clear()
    policy.declare()

    # THEN a seventh of the users is read
    assert policy.chime.calls["PutAppInstanceUserExpirationSettings"] == 0
    assert 0 < policy.chime.calls["DescribeAppInstanceUser"] < 30


def test_a_user_that_was_cleared_by_hand_stays_cleared_when_the_policy_is_disabled(
    policy: PolicyInMemory,
) -> None:
    # GIVEN
    important = policy.user("important")
    policy.declare(ExpirationDays="3")
    policy.chime.put_app_instance_user_expiration_settings(AppInstanceUserArn=important)

    # WHEN
    policy.chime.calls.clear()
    policy.declare(Mode.CLEAR)

    # THEN
    assert policy.days_of(important) is None
    assert policy.chime.calls["PutAppInstanceUserExpirationSettings"] == 0


def test_the_times_are_those_of_the_default_rate() -> None:
    # GIVEN
    [times] = re.findall(r"default of 8, (.*?)\(\[the table\]", PAGE, re.DOTALL)

    # WHEN
    found = re.findall(r"(?:(\d+) hours )?(\d+)\s+minutes for\s+([\d,]+)", times)

    # THEN
    assert len(found) == 3
    for hours, minutes, users in found:
        seconds = int(users.replace(",", "")) / DEFAULT_CALLS_PER_SECOND
        assert int(hours or 0) * 60 + int(minutes) == round(seconds / 60)
    assert 100_000 / DEFAULT_CALLS_PER_SECOND < (24 - 20) * 3600
