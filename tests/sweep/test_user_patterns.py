"""Patterns of AppInstanceUserIds, and whether two policies can be for the same user."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chime_expiration_handler.contract.user_patterns import UserPatterns, UserSelection

# A small alphabet, so that patterns and ids meet often.
ids = st.text("ab-", min_size=1, max_size=6).filter(lambda text: text[0] != "-" and text[-1] != "-")


def _is_accepted(pattern: str) -> bool:
    try:
        UserPatterns.parse([pattern])
    except ValueError:
        return False
    return True


patterns = st.text("ab-*", min_size=1, max_size=6).filter(_is_accepted)
selections = st.builds(
    UserSelection.parse,
    st.lists(patterns, min_size=1, max_size=2),
    st.lists(patterns, max_size=2),
)


@given(patterns, ids)
def test_a_wildcard_matches_any_run_of_characters(pattern: str, user_id: str) -> None:
    # GIVEN
    expression = pattern.replace("*", "[ab-]*")

    # THEN
    matches = UserPatterns.parse([pattern]).matches(user_id)
    assert matches == bool(re.fullmatch(expression, user_id))


@given(selections, selections, ids)
def test_selections_with_a_user_in_common_overlap(
    one: UserSelection, other: UserSelection, user_id: str
) -> None:
    if one.matches(user_id) and other.matches(user_id):
        assert one.overlaps(other)
        assert other.overlaps(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((["guest-*"], []), (["kiosk-*"], [])),
        ((["guest-*"], []), (["*"], ["guest-*"])),
        ((["guest-*"], []), (["*"], ["g*"])),
        ((["*-test"], []), (["*-live"], [])),
        ((["guest-1"], []), (["guest-*"], ["guest-1"])),
    ],
)
def test_selections_that_are_apart_do_not_overlap(
    one: tuple[list[str], list[str]], other: tuple[list[str], list[str]]
) -> None:
    assert not UserSelection.parse(*one).overlaps(UserSelection.parse(*other))


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("", "is empty: use '*' for all users"),
        ("guest/1", "has characters that no AppInstanceUserId has"),
        ("-*", "begins with '-'"),
        ("guest-", "ends with '-'"),
        ("a" * 65, "matches no id of 64 characters or less"),
        ("*" + "-" * 63 + "*", "matches no id of 64 characters or less"),
    ],
)
def test_a_pattern_that_can_match_nothing_is_refused(pattern: str, fault: str) -> None:
    with pytest.raises(ValueError, match=re.escape(fault)):
        UserPatterns.parse([pattern])


@pytest.mark.parametrize("pattern", ["*", "**", "*-*", "us-east-1:*", "a" * 64])
def test_a_pattern_that_can_match_a_user_is_accepted(pattern: str) -> None:
    assert UserPatterns.parse([pattern]).patterns == (pattern,)


def test_a_pattern_with_many_wildcards_takes_no_longer_than_one_with_few() -> None:
    # GIVEN a pattern that an expression which goes back would try for years
    pattern = UserPatterns.parse(["*a" * 31 + "*b"])

    # THEN
    assert not pattern.matches("a" * 64)
    assert pattern.matches("a" * 63 + "b")


def test_an_empty_list_of_users_is_refused() -> None:
    with pytest.raises(ValueError, match="users is empty: name a pattern"):
        UserSelection.parse([], [])
