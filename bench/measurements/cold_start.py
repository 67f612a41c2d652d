"""A cold start: from the start of the process until the response to a Create."""

from dataclasses import dataclass
from functools import partial

from bench.endpoints import Endpoints
from bench.functions import BASELINE, NODE, OURS, SAMPLE, Function
from bench.rows import Result, compared, megabytes, panel
from bench.samples import interleaved, ratio, rounds

_GROUP = "handler, cold"


@dataclass(frozen=True)
class _Start:
    waited: float
    processor: float
    memory: float


def measure(shared: Endpoints, functions: dict[str, Function], seconds: float) -> Result:
    """Start every function many times, for about so many seconds."""

    def start(function: Function) -> _Start:
        with shared.sandbox(function) as sandbox:
            waited = sandbox.start(shared.event(function, "Create"))
            memory = sandbox.peak_memory()
        return _Start(waited, sandbox.processor, memory)

    starts = {name: partial(start, function) for name, function in functions.items()}
    interleaved(starts, iter(range(1)))  # fills the file cache
    taken = interleaved(starts, rounds(seconds, least=10, most=60))
    times = {name: [each.waited for each in samples] for name, samples in taken.items()}
    worked = {name: [each.processor for each in samples] for name, samples in taken.items()}
    memory = {name: [each.memory for each in samples] for name, samples in taken.items()}
    rows = [
        compared(
            _GROUP,
            "process start until response",
            peer,
            times[OURS],
            times[peer],
            limit,
            processor=ratio(worked[OURS], worked[peer]),
        )
        for peer, limit in ((BASELINE, 1.1), (SAMPLE, 0.85), (NODE, None))
    ]
    rows += [
        compared(_GROUP, "peak memory", peer, memory[OURS], memory[peer], limit, megabytes)
        for peer, limit in ((NODE, 0.65), (SAMPLE, None), (BASELINE, None))
    ]
    panels = [
        panel("Cold start of the function, for a Create", "ms", times, 1000),
        panel("Peak memory of the function", "MB", memory, 1e-6),
    ]
    return Result(rows, panels)
