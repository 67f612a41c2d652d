"""The intervals of estimates, against the exact probabilities and against the truth."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import comb

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chime_expiration_cli.identity.reading import NotFound, Reading
from chime_expiration_cli.plan.action import Action
from chime_expiration_cli.plan.estimate import Estimate, estimate
from chime_expiration_cli.plan.policy_plan import applied
from chime_expiration_cli.plan.policy_population import Population, population
from chime_expiration_handler.contract.arn import AppInstanceArn, AppInstanceUserArn
from chime_expiration_handler.contract.policy_properties import PolicyProperties, Rule
from chime_expiration_handler.contract.user_patterns import UserSelection
from chime_expiration_handler.service.user_state import UserState

CHAT = "arn:aws:chime:us-east-1:111122223333:app-instance/chat"
NOW = datetime(2026, 6, 1, tzinfo=UTC)


TAIL = Fraction(25, 1000)


def probability(found: int, sample: int, count: int, population: int) -> Fraction:
    """The hypergeometric probability, with whole numbers."""
    if found > count or sample - found > population - count:
        return Fraction(0)
    ways = comb(count, found) * comb(population - count, sample - found)
    return Fraction(ways, comb(population, sample))


@st.composite
def samples(draw: st.DrawFn) -> tuple[int, int, int]:
    size = draw(st.integers(1, 60))
    sample = draw(st.integers(1, size))
    return draw(st.integers(0, sample)), sample, size


@settings(deadline=None)
@given(samples())
@example((0, 1, 40))
def test_the_interval_has_the_counts_that_neither_tail_rejects(drawn: tuple[int, int, int]) -> None:
    # GIVEN
    found, sample, size = drawn

    # WHEN
    result = estimate(found, sample, size)

    # THEN
    not_rejected = [
        count
        for count in range(found, size - (sample - found) + 1)
        if sum(probability(each, sample, count, size) for each in range(found, sample + 1)) >= TAIL
        and sum(probability(each, sample, count, size) for each in range(found + 1)) >= TAIL
    ]
    assert (result.low, result.high) == (not_rejected[0], not_rejected[-1])
    assert result.low <= result.count <= result.high


@settings(deadline=None)
@given(st.integers(1, 40), st.data())
def test_the_interval_holds_in_95_percent_of_all_samples(size: int, data: st.DataObject) -> None:
    # GIVEN
    count = data.draw(st.integers(0, size))
    sample = data.draw(st.integers(1, size))

    # WHEN the probabilities of all samples whose interval contains the count are added
    covered = sum(
        probability(found, sample, count, size)
        for found in range(max(0, sample - (size - count)), min(sample, count) + 1)
        if estimate(found, sample, size).low <= count <= estimate(found, sample, size).high
    )

    # THEN
    assert covered >= 1 - 2 * TAIL


@pytest.mark.parametrize(
    ("found", "sample", "size", "expected"),
    [
        (0, 0, 0, Estimate(0, 0, 0)),
        (0, 0, 7, Estimate(0, 0, 7)),
        (3, 9, 9, Estimate(3, 3, 3)),
        # Computed with whole numbers.
        (0, 1_200, 100_000, Estimate(0, 0, 305)),
        (1_200, 1_200, 100_000, Estimate(100_000, 99_695, 100_000)),
        (600, 1_200, 1_000_000, Estimate(500_000, 471_341, 528_659)),
    ],
)
def test_large_and_empty_samples(found: int, sample: int, size: int, expected: Estimate) -> None:
    assert estimate(found, sample, size) == expected


def test_what_is_known_moves_the_whole_interval() -> None:
    assert Estimate(5, 3, 9).plus(10) == Estimate(15, 13, 19)


USERS, SAMPLE, REPETITIONS = 100_000, 400, 200


def simulated_users() -> Iterator[tuple[str, Reading]]:
    """Users of all ages; some have been set by others, a few are about to be deleted."""
    source = random.Random(20260601)
    for number in range(USERS):
        age = source.expovariate(1 / 20)
        days = 90 if source.random() < 0.03 else None
        state = UserState(NOW - timedelta(days=age), days)
        is_gone = source.random() < 0.001
        yield f"{CHAT}/user/guest-{number}", NotFound() if is_gone else state


@pytest.mark.slow
def test_the_stated_interval_holds_as_often_as_stated() -> None:
    # GIVEN 100,000 users, and what the policy does with each of them
    readings = {AppInstanceUserArn.parse(arn): state for arn, state in simulated_users()}
    properties = PolicyProperties(
        AppInstanceArn.parse(CHAT), Rule(30), UserSelection.parse(["guest-*"], [])
    )
    arns = [str(user) for user in readings]
    everybody = population(properties, arns, frozenset(), {}, USERS, NOW)
    whole = applied("Stack", "Policy", everybody, readings)
    truth = {action: count.count for action, count in whole.counts.items()}
    assert all(count.is_exact for count in whole.counts.values())
    in_a_week = NOW + timedelta(days=7)
    deleted = whole.deleted_by(in_a_week, NOW)
    assert deleted.is_exact

    # WHEN 200 samples are drawn
    source = random.Random(7)
    holds: Counter[str] = Counter()
    for _ in range(REPETITIONS):
        sample = tuple(source.sample(everybody.to_read, SAMPLE))
        drawn: Population = replace(everybody, to_read=sample)
        # As in a plan, there are readings of the sample only.
        result = applied("Stack", "Policy", drawn, {user: readings[user] for user in sample})
        for action, count in truth.items():
            found = result.counts.get(action, estimate(0, SAMPLE, USERS))
            holds[action.name] += found.low <= count <= found.high
        weekly = result.deleted_by(in_a_week, NOW)
        holds["deleted"] += weekly.low <= deleted.count <= weekly.high

    # THEN each interval holds in 95 % of them. By chance it is less than 184 once in 1,000 times;
    # the draws are always the same.
    assert set(truth) == {Action.OVERDUE, Action.LEFT_ALONE, Action.SET, Action.NOT_FOUND}
    assert min(holds.values()) >= 184, holds
