"""How many users expire on each day."""

from datetime import UTC, date, datetime, timedelta, timezone

from chime_expiration_cli.page.calendar import Day, calendar_of

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_the_calendar_has_six_weeks_from_today_on() -> None:
    # WHEN
    days = calendar_of(("all",), [], NOW).days

    # THEN
    assert len(days) == 42
    assert (days[0].date, days[-1].date) == (date(2026, 6, 1), date(2026, 7, 12))


def test_users_are_counted_on_their_day_in_utc_by_group() -> None:
    # GIVEN the same moment, in UTC and in another time zone
    moment = datetime(2026, 6, 3, 23, 30, tzinfo=UTC)
    elsewhere = moment.astimezone(timezone(timedelta(hours=9)))

    # WHEN
    calendar = calendar_of(("first", "second"), [(moment, 0), (elsewhere, 0), (moment, 1)], NOW)

    # THEN
    assert calendar.days[2] == Day(date(2026, 6, 3), (2, 1))
    assert calendar.total == calendar.days[2].total == 3


def test_the_end_of_the_last_day_is_in_the_calendar_and_what_follows_is_later() -> None:
    # GIVEN
    last = datetime(2026, 7, 12, 23, 59, 59, tzinfo=UTC)

    # WHEN
    calendar = calendar_of(("all",), [(last, 0), (last + timedelta(seconds=1), 0)], NOW)

    # THEN
    assert (calendar.total, calendar.later) == (1, 1)


def test_a_user_that_has_expired_is_not_on_its_day() -> None:
    # WHEN
    calendar = calendar_of(("all",), [(NOW, 0), (NOW + timedelta(seconds=1), 0)], NOW)

    # THEN
    assert (calendar.expired, calendar.days[0].total) == (1, 1)


def test_users_that_were_counted_elsewhere_are_in_the_last_group() -> None:
    # WHEN
    calendar = calendar_of(
        ("first", "second"), [], NOW, {date(2026, 6, 2): 300, date(2027, 1, 1): 20}
    )

    # THEN
    assert calendar.days[1].counts == (0, 300)
    assert calendar.later == 20
