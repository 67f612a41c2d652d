"""The measurements by name, and what they share."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from bench.endpoints import Endpoints, endpoints
from bench.functions import Function, functions
from bench.measurements import (
    asset,
    burst,
    calls,
    cold_start,
    cold_start_steps,
    policy_deployed,
    policy_scripts,
    policy_sweeps,
    status,
    synth,
    template,
    warm_update,
)
from bench.rows import Result


@dataclass
class Shared:
    """What measurements share, made by the first one that needs it, until ``closing`` closes."""

    closing: contextlib.ExitStack
    quick: bool = False

    @cached_property
    def functions(self) -> dict[str, Function]:
        return functions()

    @cached_property
    def endpoints(self) -> Endpoints:
        return self.closing.enter_context(endpoints())

    def seconds(self, usual: float) -> float:
        """How long a measurement may take."""
        return usual * 0.1 if self.quick else usual

    def users(self, usual: int) -> int:
        """How many users a policy is measured with."""
        return usual // 50 if self.quick else usual


@dataclass(frozen=True)
class Measurement:
    """One part of the table. ``activity`` is shown meanwhile."""

    activity: str
    measure: Callable[[Shared], Result]


# In the order of the table.
MEASUREMENTS = {
    "synth": Measurement(
        "synthesizing", lambda to: synth.measure(to.seconds(480), least=2 if to.quick else 5)
    ),
    "template": Measurement("comparing templates", lambda _: template.measure()),
    "calls": Measurement("counting calls", lambda to: calls.measure(to.endpoints, to.functions)),
    "cold_start": Measurement(
        "starting functions",
        lambda to: cold_start.measure(to.endpoints, to.functions, to.seconds(120)),
    ),
    "cold_start_steps": Measurement(
        "starting functions, step by step",
        lambda to: cold_start_steps.measure(to.functions, to.seconds(30)),
    ),
    "warm_update": Measurement(
        "updating with warm functions",
        lambda to: warm_update.measure(to.endpoints, to.functions, to.seconds(30)),
    ),
    "burst": Measurement("deploying 490 declarations at once", lambda _: burst.measure()),
    "asset": Measurement("comparing assets", lambda to: asset.measure(to.functions)),
    "policy_sweeps": Measurement(
        "sweeping in virtual time", lambda to: policy_sweeps.measure(to.users(100_000))
    ),
    "policy_scripts": Measurement(
        # boto3's real client needs a millisecond for each of the calls.
        "running scripts in virtual time",
        lambda to: policy_scripts.measure(to.users(10_000)),
    ),
    "policy_deployed": Measurement(
        "sweeping on the local AWS", lambda to: policy_deployed.measure(to.users(10_000))
    ),
    "status": Measurement(
        "running status", lambda to: status.measure(to.users(2_000), to.users(100_000))
    ),
}
