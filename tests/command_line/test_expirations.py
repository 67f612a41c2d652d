"""The users by when they expire."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from chime_expiration_cli.status.expirations import Period, Users, expirations_of
from chime_expiration_cli.status.report import Report
from command_line.sample_policies import sample_policies
from command_line.sample_report import NOW, sample_report
from command_line.sample_views import declarations_and_a_ledger, without_ledgers


def with_age(days: float) -> Report:
    """A report with one user that has 30 days and was created some days ago."""
    report = sample_report()
    finding = report.stacks[0].findings[0]
    assert finding.state is not None
    state = replace(finding.state, created=NOW - timedelta(days=days))
    stack = replace(report.stacks[0], findings=(replace(finding, reading=state),))
    return replace(report, stacks=(stack,))


def test_the_periods_are_seven_days_and_seven_weeks_without_a_gap() -> None:
    # WHEN
    periods = expirations_of(sample_report()).periods

    # THEN
    assert [(each.last - each.first).days + 1 for each in periods] == [1] * 7 + [7] * 7
    assert periods[0].first == NOW.date()
    for before, after in pairwise(periods):
        assert after.first == before.last + timedelta(days=1)


def test_a_user_is_in_the_period_of_its_day_in_utc() -> None:
    # GIVEN half a minute before midnight, at midnight, and the first and last moment of a week
    moments = {
        0.4996: date(2026, 6, 1),
        0.5: date(2026, 6, 2),
        6.5: date(2026, 6, 8),
        13.4996: date(2026, 6, 8),
        13.5: date(2026, 6, 15),
    }

    # THEN
    for expires_in, first in moments.items():
        periods = expirations_of(with_age(30 - expires_in)).periods
        [period] = [each for each in periods if each.users.total]
        assert (period.first, period.users) == (first, Users(1, 0))


def test_a_user_that_has_expired_and_one_that_expires_later_are_beside_the_periods() -> None:
    # WHEN
    expired = expirations_of(with_age(30))
    last = expirations_of(with_age(30 - 55.4996))
    later = expirations_of(with_age(30 - 55.5))

    # THEN
    assert (expired.expired, expired.all_users) == (1, Users(1, 0))
    assert last.periods[-1].users == Users(1, 0)
    assert (later.later, later.all_users) == (Users(1, 0), Users(1, 0))


def test_users_without_expiration_and_those_that_are_not_known_are_counted() -> None:
    # WHEN
    expirations = expirations_of(sample_report())

    # THEN guest-44 never expires, the read of guest-1 was denied, and guest-45 does not exist
    assert expirations.never == Users(1, 0)
    assert expirations.not_known == Users(1, 0)
    assert expirations.all_users == Users(9, 0)


def test_a_user_that_two_stacks_declare_is_counted_once() -> None:
    # GIVEN
    report = sample_report()
    first = report.stacks[0]
    findings = tuple(
        replace(each, declaration=replace(each.declaration, logical_id=f"Other{number}"))
        for number, each in enumerate(first.findings)
    )
    twice = replace(report, stacks=(*report.stacks, replace(first, findings=findings)))

    # THEN
    assert expirations_of(twice) == expirations_of(report)


def test_two_declarations_whose_users_are_not_known_are_two_users() -> None:
    # GIVEN
    report = sample_report()
    first, second, *_ = report.stacks[0].findings
    findings = tuple(
        replace(each, declaration=replace(each.declaration, user=None), reading=None)
        for each in (first, second)
    )
    report = replace(report, stacks=(replace(report.stacks[0], findings=findings),))

    # THEN
    assert expirations_of(report).not_known == Users(2, 0)


def test_users_of_a_ledger_are_counted_beside_those_of_declarations() -> None:
    # WHEN
    expirations = expirations_of(declarations_and_a_ledger())

    # THEN
    assert expirations.periods[0] == Period(NOW.date(), NOW.date(), Users(1, 311))
    assert expirations.periods[7].users == Users(1, 283 + 279 + 275 + 271 + 267 + 90 + 90)
    assert expirations.not_known == Users(1, 418)
    assert (expirations.policies, expirations.other_policies) == (1, 0)


def test_policies_whose_ledger_was_not_read_are_counted_apart() -> None:
    # WHEN
    expirations = expirations_of(without_ledgers())

    # THEN
    assert expirations.all_users == Users(0, 0)
    assert (expirations.policies, expirations.other_policies) == (0, 3)
    assert expirations_of(sample_policies()).other_policies == 2
