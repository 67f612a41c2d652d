"""A function under the runtime client of Lambda."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes.telemetry import Telemetry
from localaws.standins.response_bucket import ResponseBucket
from localaws.standins.runtime_api import Invocation, RuntimeApi


@dataclass
class Sandbox:
    """The process of a function with its Runtime API, its responses and its log."""

    process: subprocess.Popen[str]
    api: RuntimeApi
    bucket: ResponseBucket
    telemetry: Telemetry
    stderr: Path
    task_root: Path
    stopped: bool = False

    def invoke(self, event: dict[str, Any], seconds: float = 300) -> Invocation:
        """Send an event; like Lambda, stop the function when it is not done in ``seconds``."""
        invocation = self.api.invoke(event | {"ResponseURL": self.bucket.url}, seconds)
        if not invocation.done.wait(min(seconds, 30)):
            self.stop()
        return invocation

    def stop(self) -> None:
        """End the process and read the rest of its log."""
        if self.stopped:
            return
        self.stopped = True
        self.process.kill()
        self.process.wait(timeout=10)
        self.telemetry.finish()
