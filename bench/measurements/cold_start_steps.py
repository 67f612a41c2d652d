"""What a cold start is made of: how long a process takes up to each step that every function takes.

This is the profile behind the comparison with Node.js: what no code of a function can change.
"""

import os
import sys
from collections.abc import Callable
from functools import partial

from bench.functions import NODE, Function
from bench.places import tools
from bench.processes import Cost, run
from bench.rows import Result, Row, milliseconds
from bench.samples import Spread, in_turn, ratio, rounds

_STEPS = (
    ("the interpreter runs", "import os", "const none = 0"),
    (
        "the loop around the function is loaded",
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
_PYTHON, _NODE = "Python", "Node.js"

_Program = tuple[str, int]


def measure(functions: dict[str, Function], seconds: float) -> Result:
    """Run a process up to each step, for about so many seconds."""
    environment = os.environ | {
        "PATH": tools(),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        **functions[NODE].environment,
    }
    # A function's process does not end by itself, so its ending does not count.
    commands = {
        _PYTHON: lambda source: [sys.executable, "-c", f"{source}; os._exit(0)"],
        _NODE: lambda source: [functions[NODE].command[0], "-e", f"{source}; process.exit()"],
    }
    programs: dict[_Program, Callable[[], Cost]] = {}
    for step in range(len(_STEPS)):
        for language, column in ((_PYTHON, 1), (_NODE, 2)):
            source = "; ".join(each[column] for each in _STEPS[: step + 1])
            programs[language, step] = partial(run, commands[language](source), environment)
    in_turn(programs, iter(range(1)))  # warms the cache of files
    costs = in_turn(programs, rounds(seconds, least=10, most=60))
    waited = {program: [cost.waited for cost in taken] for program, taken in costs.items()}
    return Result(
        [
            Row(
                "cold start, up to where",
                what,
                "Node.js",
                milliseconds(Spread.of(waited[_PYTHON, step])),
                milliseconds(Spread.of(waited[_NODE, step])),
                ratio(waited[_PYTHON, step], waited[_NODE, step]),
            )
            for step, (what, _, _) in enumerate(_STEPS)
        ],
        [],
    )
