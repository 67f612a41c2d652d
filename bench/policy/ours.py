"""The policy for the users that the scripts are run for."""

from dataclasses import dataclass
from math import inf

from bench.policy.estate import Estate, Sweep
from bench.policy.population import DAYS, Harm, Population


@dataclass(frozen=True)
class Run:
    """What came of the first sweep."""

    sweep: Sweep
    not_set: int
    harm: Harm


def run_policy(users: int, killed_after: float = inf) -> Run:
    """Deploy a policy for so many users. Its function may be killed once."""
    estate = Estate()
    population = Population(estate.chime, users)
    estate.declare(ExpirationDays=f"{DAYS}")
    sweep = estate.sweep(killed_after)
    return Run(sweep, population.not_set, population.harm)


def run_killed_halfway(users: int) -> tuple[Run, Run]:
    """The run without and with a function that is killed after half of the time."""
    whole = run_policy(users)
    return whole, run_policy(users, whole.sweep.seconds / 2)
