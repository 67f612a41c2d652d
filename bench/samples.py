"""Many values of one measurement, taken in turn with the others."""

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
            return cls(values[0], values[0], values[0])
        low, _, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(statistics.median(values), low, high)


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Ours by theirs, round by round: what slows a machine down for a while slows both."""
    return Spread.of([one / other for one, other in zip(ours, theirs, strict=True)])


def ratio_of_medians(
    count: int, ours: Callable[[Sequence[int]], float], theirs: Callable[[Sequence[int]], float]
) -> Spread:
    """Ours by theirs, where each is what it is only over many rounds, such as a difference.

    Both are functions of the numbers of the rounds. The spread comes from drawing as many rounds
    again and again by chance: it is wide where the machine was too noisy to tell.
    """
    chance = random.Random(1)
    everything = range(count)
    drawn = [chance.choices(everything, k=count) for _ in range(_DRAWS)]
    spread = Spread.of([ours(numbers) / theirs(numbers) for numbers in drawn])
    return Spread(ours(everything) / theirs(everything), spread.low, spread.high)


def rounds(seconds: float, least: int, most: int) -> Iterator[int]:
    """Numbers of rounds, as many as the time is enough for."""
    started = time.monotonic()
    for number in range(most):
        spent = time.monotonic() - started
        if number >= least and spent * (number + 1) / number > seconds:
            return
        yield number


def in_turn(
    measurements: Mapping[Name, Callable[[], Value]], numbers: Iterator[int]
) -> dict[Name, list[Value]]:
    """Take each measurement once a round, every other round in the opposite order."""
    taken: dict[Name, list[Value]] = {name: [] for name in measurements}
    for number in numbers:
        names = list(measurements)
        for name in names if number % 2 == 0 else reversed(names):
            taken[name].append(measurements[name]())
    return taken
