"""Samples of measurements that are interleaved."""

import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

Name = TypeVar("Name")
Value = TypeVar("Value")

_DRAWS = 500


@dataclass(frozen=True)
class Spread:
    """A median and its quartiles."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """The spread of at least one value."""
        if len(values) == 1:
            return cls.exactly(values[0])
        low, _, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(statistics.median(values), low, high)

    @classmethod
    def exactly(cls, value: float) -> "Spread":
        """A value that is the same in every run."""
        return cls(value, value, value)

    def __truediv__(self, divisor: float) -> "Spread":
        return Spread(self.median / divisor, self.low / divisor, self.high / divisor)


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Ours divided by theirs, round by round: a slow minute of the machine slows both."""
    return Spread.of([one / other for one, other in zip(ours, theirs, strict=True)])


def ratio_of_medians(
    count: int, ours: Callable[[Sequence[int]], float], theirs: Callable[[Sequence[int]], float]
) -> Spread:
    """Ours divided by theirs, for values that exist only over many rounds, such as differences.

    Both are functions of the round numbers. The spread is a bootstrap: rounds are drawn at random,
    with repetition, many times. It is wide if the machine was noisy.
    """
    source = random.Random(1)
    everything = range(count)
    drawn = [source.choices(everything, k=count) for _ in range(_DRAWS)]
    spread = Spread.of([ours(numbers) / theirs(numbers) for numbers in drawn])
    return Spread(ours(everything) / theirs(everything), spread.low, spread.high)


def rounds(seconds: float, least: int, most: int) -> Iterator[int]:
    """Round numbers, for about so many seconds."""
    started = time.monotonic()
    for number in range(most):
        spent = time.monotonic() - started
        if number >= least and spent * (number + 1) / number > seconds:
            return
        yield number


def interleaved(
    measurements: Mapping[Name, Callable[[], Value]], numbers: Iterator[int]
) -> dict[Name, list[Value]]:
    """Take each measurement once in every round, in the opposite order in every other round."""
    taken: dict[Name, list[Value]] = {name: [] for name in measurements}
    for number in numbers:
        names = list(measurements)
        for name in names if number % 2 == 0 else reversed(names):
            taken[name].append(measurements[name]())
    return taken
