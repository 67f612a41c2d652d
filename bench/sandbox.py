"""A function's process, started as Lambda starts it, beside a Runtime API."""

import contextlib
import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from bench.answers import Answers
from bench.functions import Function
from bench.places import tools
from bench.runtime_api import RuntimeApi

Event = dict[str, Any]


class Sandbox:
    """One process of a function, from `with` until it is left.

    Nothing that Python compiles is kept, as in Lambda, where a function's files are read-only.
    `processor` is known when it has been left: seconds of processor time.
    """

    def __init__(self, function: Function, answers: Answers, trust: Mapping[str, str]) -> None:
        self._function = function
        self._answers = answers
        self._trust = trust
        self._api = RuntimeApi()
        self._closing = contextlib.ExitStack()
        self.processor = 0.0

    def __enter__(self) -> Self:
        self._closing.enter_context(self._api)
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def first(self, event: Event) -> float:
        """Start the process with an event waiting; seconds until its answer had come."""
        self._api.put(event | {"ResponseURL": self._answers.url})
        started = time.perf_counter()
        self._process = subprocess.Popen(
            self._function.command,
            cwd=self._function.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._closing.callback(self._stop)
        return self._answered() - started

    def next(self, event: Event) -> float:
        """Give the process another event; seconds from its handing out until the answer."""
        self._api.put(event | {"ResponseURL": self._answers.url})
        answered = self._answered()
        return answered - self._started_at

    def peak_memory(self) -> int:
        """The most bytes that were resident so far."""
        status = Path(f"/proc/{self._process.pid}/status").read_text("ascii")
        (peak,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) * 1024

    def _answered(self) -> float:
        self._started_at = self._api.handed_out()
        answered, answer = self._answers.next()
        if answer["Status"] != "SUCCESS":
            raise RuntimeError(f"{self._function.name} answered {answer}")
        self._api.finish()
        return answered

    def _stop(self) -> None:
        self._process.kill()
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self.processor = usage.ru_utime + usage.ru_stime

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": tools(),
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "PYTHONDONTWRITEBYTECODE": "1",
            "_HANDLER": self._function.handler,
            "LAMBDA_TASK_ROOT": str(self._function.folder),
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "AWS_LAMBDA_FUNCTION_NAME": "bench",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_LAMBDA_LOG_GROUP_NAME": "bench",
            "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/01/[$LATEST]0",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "BENCH_RESPONSE_PORT": str(self._answers.port),
            **self._trust,
            **self._function.environment,
        }
