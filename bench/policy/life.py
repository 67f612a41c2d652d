"""The life of a policy: each of its sweeps, in virtual time."""

from dataclasses import dataclass

from bench.policy.estate import Estate, Sweep
from bench.policy.ideal import Needed
from chime_expiration_handler.contract.ledger import Mode

_LOOK = "DescribeAppInstanceUser"


@dataclass(frozen=True)
class Stage:
    """One sweep, and the calls that it needs."""

    name: str
    sweep: Sweep
    needed: Needed

    @property
    def share_of_ideal(self) -> float:
        return self.sweep.seconds / self.needed.seconds


def live(users: int) -> list[Stage]:
    """Deploy a policy for so many users, change its days, sweep twice, and take it back."""
    estate = Estate()
    estate.create(users)
    estate.declare()
    stages = [Stage("first sweep", estate.sweep(), Needed(users, users, users))]
    estate.declare(ExpirationDays="60")
    stages.append(Stage("change of days", estate.sweep(), Needed(users, users, users)))
    stages.append(_daily("daily sweep, nothing to do", estate, 0))
    estate.create(users // 100)
    stages.append(_daily("daily sweep, 1 % new users", estate, users // 100))
    estate.declare(Mode.CLEAR)
    # What was set is in the table: nothing has to be listed.
    total = len(estate.chime.users)
    stages.append(Stage("clearing", estate.sweep(), Needed(total, total, 0)))
    return stages


def _daily(name: str, estate: Estate, new: int) -> Stage:
    sweep = estate.sweep()
    # Which users are in the share that is looked at each day depends on a hash of their ARNs, so
    # the looks are those that were counted: a seventh of the users, and the new ones.
    return Stage(name, sweep, Needed(new, sweep.calls.get(_LOOK, 0), len(estate.chime.users)))
