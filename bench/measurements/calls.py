"""The calls to Chime SDK Identity that each event takes."""

import tempfile
from pathlib import Path

from bench.functions import FLOOR, OURS, Function
from bench.rows import Result, Row, exactly
from bench.stage import Stage
from bench.synthesis import synthesize, template

_AT_MOST = {"Create": 2, "Update": 2, "Delete": 1}


def measure(stage: Stage, functions: dict[str, Function]) -> Result:
    """Count what the service received, event by event."""
    rows = []
    for request, most in _AT_MOST.items():
        calls = {
            name: _calls(stage, function, request)
            for name, function in functions.items()
            if name != FLOOR
        }
        others = ", ".join(f"{name} {count}" for name, count in calls.items() if name != OURS)
        rows.append(
            Row(
                "API calls",
                request.lower(),
                others,
                f"{calls[OURS]}",
                "",
                exactly(calls[OURS]),
                most,
                unit="",
            )
        )
    unchanged = 0 if _templates_are_equal() else _AT_MOST["Update"]
    rows.append(
        Row(
            "API calls",
            "nothing changed",
            "",
            f"{unchanged}",
            "",
            exactly(unchanged),
            0,
            unit="",
            note="an equal template is no event: CloudFormation calls nobody",
        )
    )
    return Result(rows, [])


def _calls(stage: Stage, function: Function, request: str) -> int:
    with stage.sandbox(function) as sandbox:
        stage.chime.calls.clear()
        sandbox.first(stage.event(function, request))
        return len(stage.chime.calls)


def _templates_are_equal() -> bool:
    with tempfile.TemporaryDirectory(prefix="bench-calls-") as folder:
        folders = [Path(folder) / name for name in ("one", "other")]
        for each in folders:
            synthesize("chime_expiration_app", 10, each)
        one, other = map(template, folders)
        return one == other
