"""The forms of the PhysicalResourceId, those of earlier releases included."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.physical_id import NOTHING_SET, PhysicalId

ARN = "arn:aws:chime:us-east-1:111122223333:app-instance/a/user/us-east-1:guest@42"
USER = AppInstanceUserArn.parse(ARN)


def test_an_arn_is_the_id_of_a_user_without_an_earlier_setting() -> None:
    assert PhysicalId.parse(ARN) == PhysicalId(USER)
    assert str(PhysicalId(USER)) == ARN


def test_an_arn_with_days_is_the_id_of_a_user_with_an_earlier_setting() -> None:
    assert PhysicalId.parse(f"{ARN}#30") == PhysicalId(USER, 30)
    assert str(PhysicalId(USER, 30)) == f"{ARN}#30"


@given(st.one_of(st.none(), st.integers(1, 5475)))
def test_an_id_is_read_as_it_was_written(days: int | None) -> None:
    assert PhysicalId.parse(str(PhysicalId(USER, days))) == PhysicalId(USER, days)


@pytest.mark.parametrize(
    "text",
    [
        *("", NOTHING_SET, "Expirations_Expireguest_X7GQ0M1B", "2026/11/23/[$LATEST]6f1c"),
        *(f"{ARN}#", f"{ARN}#0", f"{ARN}#5476", f"{ARN}#3_0", f"{ARN}#30#60", f"#{ARN}", "#30"),
    ],
)
def test_any_other_text_is_no_id_of_a_user(text: str) -> None:
    assert PhysicalId.parse(text) is None


def test_the_longest_id_fits_into_what_cloudformation_accepts() -> None:
    # GIVEN "PhysicalResourceId … up to 1 KB", Custom resource response objects
    longest = AppInstanceUserArn("eu-central-1", "1" * 12, "a" * 64, "u" * 64)

    # WHEN / THEN
    assert len(str(PhysicalId(longest, 5475))) <= 1024
