"""Days are whole numbers in the range of the service, as numbers or as CloudFormation's text."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chime_expiration_handler.contract.days import expiration_days

ODD_SPELLINGS = [
    "3_0",
    " 30",
    "30 ",
    "30\n",
    "3e1",
    "+30",
    "-30",
    "30.0",
    "0x1e",
    "٣٠",
    "３０",
    "³",
]


@pytest.mark.parametrize("value", [1, 30, 5475, 30.0, "1", "30", "5475", "0030"])
def test_a_whole_number_in_the_range_is_accepted(value: object) -> None:
    assert expiration_days(value) == int(str(value).partition(".")[0])


@pytest.mark.parametrize("value", [*ODD_SPELLINGS, "", "thirty", "True", "true", "nan", "1.5"])
def test_a_text_that_is_not_decimal_digits_is_refused_with_the_value(value: str) -> None:
    with pytest.raises(ValueError, match="days cannot be set: use 1-5475 whole days") as refusal:
        expiration_days(value)
    assert str(refusal.value).startswith(repr(value))


@pytest.mark.parametrize(
    "value",
    [
        *(0, -1, 5476, "0", "5476", "9" * 5000),
        *(1.5, float("nan"), float("inf"), -float("inf")),
        *(True, False, None, [], {}, b"30", 30j),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_any_other_value_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="days cannot be set: use 1-5475 whole days"):
        expiration_days(value)


@given(st.text())
def test_every_text_is_days_or_refused(text: str) -> None:
    try:
        days = expiration_days(text)
    except ValueError:
        return
    assert text.lstrip("0") == str(days)
