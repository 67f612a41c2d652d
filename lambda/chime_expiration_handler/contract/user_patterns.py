"""Patterns of AppInstanceUserIds: which users of an AppInstance a policy is for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Self

from chime_expiration_handler.contract.limits import MAX_USER_ID_LENGTH

WILDCARD = "*"

EVERY_USER = (WILDCARD,)

_ALLOWED = re.compile(r"[A-Za-z0-9:\-_.@*]+")


@dataclass(frozen=True, slots=True)
class UserPatterns:
    """A list of patterns. ``*`` matches any run of characters, also none."""

    patterns: tuple[str, ...]

    @classmethod
    def parse(cls, patterns: Sequence[str]) -> Self:
        """Check ``patterns``; raise ValueError with the value, what is allowed and the fix."""
        for pattern in patterns:
            fault = _fault(pattern)
            if fault:
                raise ValueError(f"pattern {pattern!r} {fault}")
        return cls(tuple(patterns))

    def matches(self, user_id: str) -> bool:
        """Whether any of the patterns matches ``user_id``."""
        return bool(self.patterns and _expression(self.patterns).fullmatch(user_id))


@dataclass(frozen=True, slots=True)
class UserSelection:
    """The users that a policy is for: ``users`` without ``except_users``."""

    users: UserPatterns
    except_users: UserPatterns

    @classmethod
    def parse(cls, users: Sequence[str], except_users: Sequence[str]) -> Self:
        """Check both lists; raise ValueError with the value, what is allowed and the fix."""
        if not users:
            raise ValueError("users is empty: name a pattern, or leave it out for all users")
        return cls(UserPatterns.parse(users), UserPatterns.parse(except_users))

    def matches(self, user_id: str) -> bool:
        """Whether the policy is for the user with this id."""
        return self.users.matches(user_id) and not self.except_users.matches(user_id)

    @property
    def is_empty(self) -> bool:
        """Whether one of the exceptions covers each pattern, so that no user can be selected."""
        return all(
            any(_covers(exception, (pattern,)) for exception in self.except_users.patterns)
            for pattern in self.users.patterns
        )

    def overlaps(self, other: "UserSelection") -> bool:
        """Whether a user can be in both selections.

        Never false where there is such a user. It can be true where there is none: exceptions
        separate two patterns only where one exception covers all that one of the patterns matches.
        """
        exceptions = self.except_users.patterns + other.except_users.patterns
        return any(
            _intersect(mine, theirs)
            and not any(_covers(exception, (mine, theirs)) for exception in exceptions)
            for mine in self.users.patterns
            for theirs in other.users.patterns
        )


def _fault(pattern: str) -> str | None:
    """Why no AppInstanceUserId can match ``pattern``, or None where one can."""
    if not pattern:
        return f"is empty: use {WILDCARD!r} for all users"
    if not _ALLOWED.fullmatch(pattern):
        return "has characters that no AppInstanceUserId has: use A-Z a-z 0-9 : - _ . @ and *"
    literals = pattern.replace(WILDCARD, "")
    if literals and not (pattern[0] == WILDCARD or pattern[0].isalnum()):
        return f"begins with {pattern[0]!r}: an AppInstanceUserId begins with a letter or digit"
    if literals and not (pattern[-1] == WILDCARD or pattern[-1].isalnum()):
        return f"ends with {pattern[-1]!r}: an AppInstanceUserId ends with a letter or digit"
    # A letter or digit in place of a wildcard at either end.
    shortest = len(literals) + sum(
        not end.isalnum() for end in (literals[:1], literals[-1:]) if end
    )
    if shortest > MAX_USER_ID_LENGTH:
        return f"matches no id of {MAX_USER_ID_LENGTH} characters or less: shorten it"
    return None


@cache
def _expression(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for all: thousands of them would take most of a sweep's time."""
    return re.compile("|".join(_source(pattern) for pattern in patterns))


def _source(pattern: str) -> str:
    first, *others = (re.escape(literal) for literal in pattern.split(WILDCARD))
    if not others:
        return first
    *middle, last = others
    # An atomic group keeps the first place at which its literal is found, so that a pattern with
    # many wildcards takes no longer than one with few.
    return first + "".join(f"(?>.*?{literal})" for literal in middle) + ".*" + last


def _covers(pattern: str, others: tuple[str, ...]) -> bool:
    """Whether ``pattern`` matches everything that one of ``others`` matches.

    A wildcard of the other pattern is a character that only a wildcard matches.
    """
    return any(_expression((pattern,)).fullmatch(other) for other in others)


def _intersect(one: str, other: str) -> bool:
    """Whether a text matches both patterns."""
    # The pairs of positions that a common text can lead to, one step of `one` at a time.
    positions = _with_wildcards_skipped({0}, other)
    for character in one:
        if character == WILDCARD:
            positions = set(range(min(positions), len(other) + 1)) if positions else set()
        else:
            positions = {
                position if other[position] == WILDCARD else position + 1
                for position in positions
                if position < len(other) and other[position] in (character, WILDCARD)
            }
        positions = _with_wildcards_skipped(positions, other)
    return len(other) in positions


def _with_wildcards_skipped(positions: set[int], pattern: str) -> set[int]:
    """``positions``, and those behind the wildcards that they stand at."""
    skipped = set(positions)
    for position in positions:
        while position < len(pattern) and pattern[position] == WILDCARD:
            position += 1
            skipped.add(position)
    return skipped
