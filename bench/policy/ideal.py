"""The time that a sweep cannot do without."""

from dataclasses import dataclass
from math import ceil

from bench.policy.rates import CALLS_PER_SECOND

_PAGE_SIZE = 50


@dataclass(frozen=True)
class Needed:
    """The calls that a sweep needs: users that it sets or clears, looks at, and lists."""

    sets: int
    looks: int
    listed: int

    @property
    def seconds(self) -> float:
        """How long they take at the rates of the policy, where all three kinds start at once.

        The policy keeps a rate for each of the quotas: ``calls_per_second`` for sets and for pages
        of the list, twice as much for looks. So the slowest of the three is the limit.
        """
        return max(
            self.sets / CALLS_PER_SECOND,
            self.looks / (2 * CALLS_PER_SECOND),
            ceil(self.listed / _PAGE_SIZE) / CALLS_PER_SECOND,
        )
