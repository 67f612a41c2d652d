"""The picture of the calendar."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from chime_expiration_cli.page.calendar import calendar_of
from chime_expiration_cli.page.chart import charts

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
GROUPS = ("IN_SYNC", "another drift status")


def chart(users: int, group: int = 0) -> str:
    moments = [(NOW + timedelta(days=1), group)] * users
    return charts(calendar_of(GROUPS, moments, NOW))["wide"]


@pytest.mark.parametrize(
    ("users", "labels"),
    [
        (1, ["0", "1"]),
        (4, ["0", "1", "2", "3", "4"]),
        (5, ["0", "2", "4", "6"]),
        (311, ["0", "100", "200", "300", "400"]),
        (100_000, ["0", "50,000", "100,000"]),
    ],
)
def test_the_scale_has_round_whole_numbers(users: int, labels: list[str]) -> None:
    # WHEN
    axis = re.findall(r'<g class="axis y.*?<g class="axis x', chart(users), re.DOTALL)[0]

    # THEN
    assert re.findall(r">([\d,.]+)</text>", axis) == labels


def test_each_bar_says_its_day_its_number_and_its_group() -> None:
    assert re.findall(r"<title>(.*?)</title>", chart(12, group=1)) == [
        "2026-06-02: 12 another drift status"
    ]


def test_the_weeks_are_labelled_with_their_mondays() -> None:
    # THEN
    labels = re.findall(r">(\d+ \w{3})</text>", chart(1))
    assert labels == ["1 Jun", "8 Jun", "15 Jun", "22 Jun", "29 Jun", "6 Jul"]


def test_the_picture_has_no_style_no_script_and_no_mark_of_its_time() -> None:
    # WHEN
    text = chart(3)

    # THEN
    assert not re.search(r"<style|<script|style=|<!--|id=", text)
    assert text == chart(3)
