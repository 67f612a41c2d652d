"""Estimates a count from a simple random sample that was drawn without replacement."""

from dataclasses import dataclass
from math import exp, lgamma

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A count among many users; ``low`` and ``high`` are the ends of its interval.

    All three are the same if everybody was read.
    """

    count: int
    low: int
    high: int

    @property
    def is_exact(self) -> bool:
        """Whether the count is known."""
        return self.low == self.high

    def plus(self, known: int) -> "Estimate":
        """The estimate of the same count with ``known`` users more."""
        return Estimate(self.count + known, self.low + known, self.high + known)


def estimate(found: int, sample: int, population: int) -> Estimate:
    """Estimate how many of ``population`` have what ``found`` of ``sample`` users have.

    The interval is the exact one of the hypergeometric distribution (Clopper and Pearson's, for a
    finite population): all counts that a test with both tails of 2.5 % does not reject. It contains
    the true count in at least 95 % of all samples.
    """
    if not sample:
        return Estimate(0, 0, population)
    least, most = found, population - (sample - found)
    # A little less, so that rounding rejects no count that has exactly this probability.
    tail = (1 - CONFIDENCE) / 2 * (1 - 1e-9)

    def too_low(count: int) -> bool:
        return _at_least(found, sample, count, population) <= tail

    def too_high(count: int) -> bool:
        return _at_most(found, sample, count, population) <= tail

    low, high = least, most
    # Both probabilities change in one direction with the count.
    end = most
    while low < end:
        middle = (low + end) // 2
        low, end = (middle + 1, end) if too_low(middle) else (low, middle)
    start = least
    while start < high:
        middle = (start + high + 1) // 2
        start, high = (start, middle - 1) if too_high(middle) else (middle, high)
    return Estimate(round(population * found / sample), low, high)


def _at_least(found: int, sample: int, count: int, population: int) -> float:
    """The probability of ``found`` or more in a sample, if ``count`` of the population have it."""
    if found <= sample * count / population:
        return 1 - _below(found - 1, sample, count, population)
    return _above(found, sample, count, population)


def _at_most(found: int, sample: int, count: int, population: int) -> float:
    if found >= sample * count / population:
        return 1 - _above(found + 1, sample, count, population)
    return _below(found, sample, count, population)


def _above(found: int, sample: int, count: int, population: int) -> float:
    """The sum of the probabilities from ``found`` upwards, which is above the mean."""
    term = _probability(found, sample, count, population)
    total = 0.0
    while term > total * 1e-17:
        total += term
        rest = population - count - sample + found + 1
        term *= (count - found) * (sample - found) / ((found + 1) * rest)
        found += 1
    return total


def _below(found: int, sample: int, count: int, population: int) -> float:
    """The sum of the probabilities from ``found`` downwards, which is below the mean."""
    term = _probability(found, sample, count, population)
    total = 0.0
    while term > total * 1e-17:
        total += term
        rest = population - count - sample + found
        term *= found * rest / ((count - found + 1) * (sample - found + 1))
        found -= 1
    return total


def _probability(found: int, sample: int, count: int, population: int) -> float:
    if not max(0, sample - (population - count)) <= found <= min(sample, count):
        return 0.0
    return exp(
        _log_choose(count, found)
        + _log_choose(population - count, sample - found)
        - _log_choose(population, sample)
    )


def _log_choose(total: int, chosen: int) -> float:
    return lgamma(total + 1) - lgamma(chosen + 1) - lgamma(total - chosen + 1)
