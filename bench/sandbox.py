"""The process of a function, started as Lambda starts it, with a Runtime API."""

import contextlib
import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from bench.functions import Function
from localaws.standins.response_bucket import ResponseBucket
from localaws.standins.runtime_api import RuntimeApi

Event = dict[str, Any]

# Less than the two minutes that crhelper's sample sleeps in a Delete by default.
_FUNCTION_SECONDS = 60


class Sandbox:
    """One process of a function, for one ``with`` block. Afterwards ``processor`` is known."""

    def __init__(
        self, function: Function, bucket: ResponseBucket, environment: Mapping[str, str]
    ) -> None:
        self._function = function
        self._bucket = bucket
        self._environment = environment
        self._api = RuntimeApi()
        self._closing = contextlib.ExitStack()
        self.processor = 0.0
        """Seconds of processor time."""

    def __enter__(self) -> Self:
        self._closing.enter_context(self._api)
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def start(self, event: Event) -> float:
        """Start the process; return the seconds from its start until the response to the event."""
        started = time.perf_counter()
        self._process = subprocess.Popen(
            self._function.command,
            cwd=self._function.folder,
            env={
                **self._environment,
                "_HANDLER": self._function.handler,
                "AWS_LAMBDA_RUNTIME_API": self._api.address,
                **self._function.environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._closing.callback(self._stop)
        return self._respond(event)[1] - started

    def next(self, event: Event) -> float:
        """Return the seconds from when the process takes the event until the response."""
        taken, responded = self._respond(event)
        return responded - taken

    def peak_memory(self) -> float:
        """The largest number of resident bytes until now."""
        status = Path(f"/proc/{self._process.pid}/status").read_text("ascii")
        (peak,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
        return float(peak.split()[1]) * 1024

    def _respond(self, event: Event) -> tuple[float, float]:
        invocation = self._api.invoke(event | {"ResponseURL": self._bucket.url}, _FUNCTION_SECONDS)
        arrived, response = self._bucket.next()
        if not invocation.done.wait(_FUNCTION_SECONDS) or invocation.error:
            raise RuntimeError(f"{self._function.name} failed: {invocation.error}")
        if response["Status"] != "SUCCESS":
            raise RuntimeError(f"{self._function.name} responded {response}")
        return invocation.taken_at, arrived

    def _stop(self) -> None:
        self._process.kill()
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self.processor = usage.ru_utime + usage.ru_stime
