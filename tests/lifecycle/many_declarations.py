"""One stack with as many declarations as fit, deployed against the rates of both services."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from lifecycle.cloudformation_model import Declaration
from lifecycle.deployments import CloudFormation
from lifecycle.world import BEGINNING, Conditions, World
from localaws.chime import RateLimits

DECLARATIONS = 490
OLD_DAYS = 30
NEW_DAYS = 90

_ALL_CALLS_PER_SECOND = 50.0


@dataclass(frozen=True)
class Rates:
    """Calls a second; None is unlimited. ``stack`` is for all calls to CloudFormation."""

    put: float | None = None
    stack: float | None = None


@dataclass
class Deployment:
    """What came of one deployment, and what it took."""

    succeeded: bool
    settings: Counter[int | None]
    chime_calls: int
    stack_calls: Counter[str]
    refused_stack_calls: int
    stranded: Counter[int | None]
    """The settings of users whose function lost its role before it could correct them."""
    seconds: float
    """Until the last invocation has ended."""
    stable_after: float
    """Until the stack is stable."""


@dataclass
class _StackLimits:
    rate: float | None
    world: World
    refused: int = 0
    _limits: RateLimits = field(init=False)

    def __post_init__(self) -> None:
        self._limits = RateLimits(
            per_operation={"any": self.rate or 0}, monotonic=self.world.time.now
        )

    def admit(self, _operation: str) -> bool:
        admitted = self.rate is None or self._limits.admit("any", "us-east-1")
        self.refused += not admitted
        return admitted


def deploy(
    rates: Rates,
    *,
    fails_after: float | None = None,
    exists: bool = True,
    declarations: int = DECLARATIONS,
    seed: int = 1,
) -> Deployment:
    """Create the stack, or change the days of each declaration of one that ``exists``."""
    chance = random.Random(seed)
    world = World(Conditions(chance))
    limits = _StackLimits(rates.stack, world)
    world.admit_stack_call = limits.admit
    chime = world.chime
    app_instance = chime.create_app_instance()
    users = [
        chime.create_user(
            app_instance,
            f"user-{number}",
            created=BEGINNING - timedelta(days=1),
            expiration_days=OLD_DAYS,
        )
        for number in range(declarations)
    ]

    def template(days: int) -> dict[str, Declaration]:
        return {f"User{number:03}": Declaration(user, days) for number, user in enumerate(users)}

    stack = CloudFormation(world, chance)
    result: list[tuple[bool, float]] = []
    began = 0.0

    def operate() -> None:
        nonlocal began
        if exists:
            stack.create(template(OLD_DAYS))
            world.time.sleep(60)
        began = world.time.now()
        chime.calls.clear()
        world.stack_calls.clear()
        if rates.put is not None:
            chime.limits = RateLimits(
                put_per_second=rates.put,
                total_per_second=_ALL_CALLS_PER_SECOND,
                monotonic=world.time.now,
            )
        operation = stack.update if exists else stack.create
        succeeded = operation(template(NEW_DAYS), fails_after)
        result.append((succeeded, world.time.now() - began))

    world.time.run([operate])
    [(succeeded, stable_after)] = result
    return Deployment(
        succeeded,
        Counter(chime.expiration_days(user) for user in users),
        len(chime.calls),
        Counter(world.stack_calls),
        limits.refused,
        Counter(chime.expiration_days(user) for user in world.stranded),
        world.time.now() - began,
        stable_after,
    )
