"""A cold start: from the start of the process until CloudFormation has the answer to a Create."""

from dataclasses import dataclass
from functools import partial

from bench.functions import FLOOR, NODE, OURS, SAMPLE, Function
from bench.panels import Bar, Panel
from bench.rows import Result, Row, milliseconds
from bench.samples import Spread, in_turn, ratio, rounds
from bench.stage import Stage

_GROUP = "handler, cold"


@dataclass(frozen=True)
class _Start:
    waited: float
    processor: float
    memory: int


def measure(stage: Stage, functions: dict[str, Function], seconds: float) -> Result:
    """Start every function again and again, for about so many seconds."""

    def start(function: Function) -> _Start:
        with stage.sandbox(function) as sandbox:
            waited = sandbox.first(stage.event(function, "Create"))
            memory = sandbox.peak_memory()
        return _Start(waited, sandbox.processor, memory)

    for function in functions.values():
        start(function)  # warms the cache of files
    taken = in_turn(
        {name: partial(start, function) for name, function in functions.items()},
        rounds(seconds, least=10, most=60),
    )
    times = {name: [start.waited for start in starts] for name, starts in taken.items()}
    worked = {name: [start.processor for start in starts] for name, starts in taken.items()}
    memory = {name: [float(start.memory) for start in starts] for name, starts in taken.items()}
    rows = [
        Row(
            _GROUP,
            "process start until answer",
            against,
            milliseconds(Spread.of(times[OURS])),
            milliseconds(Spread.of(times[against])),
            ratio(times[OURS], times[against]),
            limit,
            processor=ratio(worked[OURS], worked[against]),
        )
        for against, limit in ((FLOOR, 1.1), (SAMPLE, 0.85), (NODE, None))
    ]
    rows += [
        Row(
            _GROUP,
            "peak memory",
            against,
            _megabytes(memory[OURS]),
            _megabytes(memory[against]),
            ratio(memory[OURS], memory[against]),
            limit,
        )
        for against, limit in ((NODE, 0.65), (SAMPLE, None), (FLOOR, None))
    ]
    return Result(
        rows,
        [
            _panel("Cold start of the function, for a Create", "ms", times, 1000),
            _panel("Peak memory of the function", "MB", memory, 1e-6),
        ],
    )


def _megabytes(values: list[float]) -> str:
    return f"{Spread.of(values).median / 1e6:.1f} MB"


def _panel(title: str, unit: str, values: dict[str, list[float]], scale: float) -> Panel:
    names = (OURS, NODE, SAMPLE, FLOOR)
    return Panel(title, unit, [Bar(name, Spread.of(values[name]).median * scale) for name in names])
