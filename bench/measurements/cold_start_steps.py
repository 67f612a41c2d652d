"""The parts of a cold start: the time until each step that every function takes.

This is what no code of a function can change in the comparison with Node.js.
"""

import os
import sys
from collections.abc import Callable
from functools import partial

from bench.functions import NODE, Function
from bench.places import search_path
from bench.processes import Cost, run
from bench.rows import Result, compared
from bench.samples import interleaved, rounds

_STEPS = (
    ("the interpreter runs", "import os", "const none = 0"),
    (
        "the runtime client is loaded",
        "import awslambdaric.bootstrap",
        "require('node:http'); require('node:https')",
    ),
    (
        "the SDK is loaded",
        "import boto3",
        "const { ChimeSDKIdentityClient } = require('@aws-sdk/client-chime-sdk-identity')",
    ),
    (
        "the client is made",
        "boto3.client('chime-sdk-identity')",
        "new ChimeSDKIdentityClient({})",
    ),
)
_PYTHON, _NODE = 1, 2


def measure(functions: dict[str, Function], seconds: float) -> Result:
    """Run a process until each step, for about so many seconds."""
    environment = os.environ | {
        "PATH": search_path(),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        **functions[NODE].environment,
    }
    # The process of a function does not end, so the end of these processes must not take time.
    commands: dict[int, Callable[[str], list[str]]] = {
        _PYTHON: lambda source: [sys.executable, "-c", f"{source}; os._exit(0)"],
        _NODE: lambda source: [functions[NODE].command[0], "-e", f"{source}; process.exit()"],
    }
    programs: dict[tuple[int, int], Callable[[], Cost]] = {}
    for step in range(len(_STEPS)):
        for language, command in commands.items():
            source = "; ".join(each[language] for each in _STEPS[: step + 1])
            programs[language, step] = partial(run, command(source), environment)
    interleaved(programs, iter(range(1)))  # fills the file cache
    costs = interleaved(programs, rounds(seconds, least=10, most=60))
    waited = {program: [cost.waited for cost in samples] for program, samples in costs.items()}
    group = "cold start, time until"
    rows = [
        compared(group, what, "Node.js", waited[_PYTHON, step], waited[_NODE, step])
        for step, (what, _, _) in enumerate(_STEPS)
    ]
    return Result(rows, [])
