"""A warm function: from when the process takes an Update until the response."""

import contextlib
import itertools
from functools import partial

from bench.endpoints import Endpoints
from bench.functions import BASELINE, NODE, OURS, SAMPLE, Function
from bench.rows import Result, compared, panel
from bench.samples import interleaved, rounds

_WARM_UP_ROUNDS = 5


def measure(shared: Endpoints, functions: dict[str, Function], seconds: float) -> Result:
    """Keep every function running, and send interleaved updates."""
    days = itertools.cycle(range(30, 60))
    with contextlib.ExitStack() as closing:
        sandboxes = {}
        for name, function in functions.items():
            sandboxes[name] = closing.enter_context(shared.sandbox(function))
            sandboxes[name].start(shared.event(function, "Create"))

        def update(name: str) -> float:
            return sandboxes[name].next(shared.event(functions[name], "Update", next(days)))

        updates = {name: partial(update, name) for name in functions}
        interleaved(updates, iter(range(_WARM_UP_ROUNDS)))
        times = interleaved(updates, rounds(seconds, least=30, most=300))
    rows = [
        compared("handler, warm", "one update", peer, times[OURS], times[peer], limit)
        for peer, limit in ((BASELINE, 1.2), (SAMPLE, None), (NODE, None))
    ]
    return Result(rows, [panel("One update, with the function warm", "ms", times, 1000)])
