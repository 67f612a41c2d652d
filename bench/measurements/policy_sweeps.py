"""The sweeps of a policy in virtual time: time, calls, price and memory."""

from functools import partial

from bench.in_parallel import in_parallel
from bench.policy.life import Stage, live
from bench.policy.memory import peak_bytes
from bench.rows import Result, Row
from bench.samples import Spread

_FEW = 1_000
_NOT_IN_THE_PRICE = "without the calls to Chime SDK Identity, the log, metrics and storage"


def measure(users: int) -> Result:
    """Sweep, and compare with the ideal and with a policy for few users."""
    stages, few, many = in_parallel(
        [partial(live, users), partial(peak_bytes, _FEW), partial(peak_bytes, users)]
    )
    group = f"policy, {users:,} users"
    memory = Row(
        group,
        "peak memory of a sweep",
        f"that for {_FEW:,} users",
        f"{many / 1024:.0f} KiB",
        f"{few / 1024:.0f} KiB",
        Spread.exactly(many / few),
        1.2,
    )
    return Result(
        [
            *(_time(group, stage) for stage in stages),
            memory,
            *(_price(group, stage) for stage in stages),
        ],
        [],
    )


def _time(group: str, stage: Stage) -> Row:
    sweep = stage.sweep
    return Row(
        group,
        stage.name,
        "the ideal",
        f"{sweep.seconds:,.0f} s",
        f"{stage.needed.seconds:,.0f} s",
        Spread.exactly(stage.share_of_ideal),
        1.05,
        figures={**sweep.calls, "throttled calls": sweep.throttled, **sweep.counts},
    )


def _price(group: str, stage: Stage) -> Row:
    usage = stage.sweep.usage
    return Row(
        group,
        f"price of the {stage.name}",
        "",
        f"${usage.dollars:.3f}",
        "",
        Spread.exactly(usage.dollars),
        unit="dollars",
        note=_NOT_IN_THE_PRICE,
        figures={
            "Lambda seconds": usage.lambda_seconds,
            "Lambda requests": usage.lambda_requests,
            "read units": usage.read_units,
            "write units": usage.write_units,
            "state transitions": usage.state_transitions,
            **{f"dollars for {name}": price for name, price in usage.dollars_by_service.items()},
        },
    )
