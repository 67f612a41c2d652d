"""A warm function: from an Update's being handed out until CloudFormation has the answer."""

import contextlib
from functools import partial

from bench.functions import FLOOR, NODE, OURS, SAMPLE, Function
from bench.panels import Bar, Panel
from bench.rows import Result, Row, milliseconds
from bench.samples import Spread, in_turn, ratio, rounds
from bench.stage import Stage

_WARMING_UP = 5


def measure(stage: Stage, functions: dict[str, Function], seconds: float) -> Result:
    """Keep every function running, and give each an update in turn."""
    with contextlib.ExitStack() as closing:
        sandboxes = {}
        for name, function in functions.items():
            sandboxes[name] = closing.enter_context(stage.sandbox(function))
            sandboxes[name].first(stage.event(function, "Create"))
        days = 30

        def update(name: str) -> float:
            nonlocal days
            days = 30 + (days + 1) % 30
            return sandboxes[name].next(stage.event(functions[name], "Update", days))

        updates = {name: partial(update, name) for name in functions}
        in_turn(updates, iter(range(_WARMING_UP)))
        times = in_turn(updates, rounds(seconds, least=30, most=300))
    rows = [
        Row(
            "handler, warm",
            "one update",
            against,
            milliseconds(Spread.of(times[OURS])),
            milliseconds(Spread.of(times[against])),
            ratio(times[OURS], times[against]),
            limit,
        )
        for against, limit in ((FLOOR, 1.2), (SAMPLE, None), (NODE, None))
    ]
    bars = [Bar(name, Spread.of(times[name]).median * 1000) for name in (OURS, NODE, SAMPLE, FLOOR)]
    return Result(rows, [Panel("One update, with the function warm", "ms", bars)])
