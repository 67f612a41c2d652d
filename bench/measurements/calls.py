"""The calls to Chime SDK Identity for each event."""

from bench.endpoints import Endpoints
from bench.functions import BASELINE, OURS, Function
from bench.rows import Result, counted
from bench.synthesis import template

_GROUP = "API calls"
_AT_MOST = {"Create": 2, "Update": 2, "Delete": 1}


def measure(shared: Endpoints, functions: dict[str, Function]) -> Result:
    """Count the calls that the service received, event by event."""
    rows = []
    for request, most in _AT_MOST.items():
        calls = {
            name: _calls(shared, function, request)
            for name, function in functions.items()
            if name != BASELINE
        }
        ours = calls.pop(OURS)
        peers = ", ".join(f"{name} {count}" for name, count in calls.items())
        rows.append(counted(_GROUP, request.lower(), peers, ours, "", most))
    one, other = (template("chime_expiration", 10) for _ in range(2))
    unchanged = 0 if one == other else _AT_MOST["Update"]
    note = "no change in the template is no event: CloudFormation invokes nothing"
    rows.append(counted(_GROUP, "nothing changed", "", unchanged, "", 0, note=note))
    return Result(rows, [])


def _calls(shared: Endpoints, function: Function, request: str) -> int:
    with shared.sandbox(function) as sandbox:
        shared.chime.calls.clear()
        sandbox.start(shared.event(function, request))
        return len(shared.chime.calls)
