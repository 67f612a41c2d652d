import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chime_expiration._handler_asset import copy_handler_to
from fakes.response_bucket import ResponseBucket
from fakes.runtime_api import Invocation, RuntimeApi
from fakes.telemetry import Telemetry


@dataclass
class Sandbox:
    """A function's process beside its Runtime API, and what came out of it."""

    process: subprocess.Popen[str]
    api: RuntimeApi
    bucket: ResponseBucket
    telemetry: Telemetry
    stderr: Path
    task_root: Path
    stopped: bool = False

    def invoke(self, event: dict[str, Any], seconds: float = 300) -> Invocation:
        """Have an event handled; as in Lambda, a function that is late is killed."""
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


@pytest.fixture(scope="session")
def task_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The asset, as it is staged for a deployment."""
    folder = tmp_path_factory.mktemp("var") / "task"
    copy_handler_to(folder)
    return folder


@pytest.fixture
def extra_environment() -> dict[str, str]:
    return {}


@pytest.fixture
def sandbox(
    tmp_path, task_root, chime_server, certificates, extra_environment
) -> Iterator[Sandbox]:
    environment = {
        "PATH": os.environ["PATH"],
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LAMBDA_TASK_ROOT": str(task_root),
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.14",
        "AWS_LAMBDA_FUNCTION_NAME": "Expirations-Handler",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_LOG_GROUP_NAME": "Expirations",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/23/[$LATEST]6f1c",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_REGION": "eu-west-3",
        "AWS_DEFAULT_REGION": "eu-west-3",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CA_BUNDLE": str(certificates.authority),
        "SSL_CERT_FILE": str(certificates.authority),
        "AWS_ENDPOINT_URL_CHIME_SDK_IDENTITY": chime_server.url,
        **extra_environment,
    }
    telemetry = Telemetry()
    stderr = tmp_path / "stderr"
    with (
        RuntimeApi() as api,
        ResponseBucket(certificates) as bucket,
        stderr.open("w") as errors,
    ):
        process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", "chime_expiration_handler.wiring.handler"],
            cwd=task_root,
            env=environment
            | {
                "AWS_LAMBDA_RUNTIME_API": api.address,
                "_LAMBDA_TELEMETRY_LOG_FD": str(telemetry.write_end),
            },
            pass_fds=[telemetry.write_end],
            stdout=subprocess.DEVNULL,
            stderr=errors,
            text=True,
        )
        sandbox = Sandbox(process, api, bucket, telemetry, stderr, task_root)
        try:
            yield sandbox
        finally:
            sandbox.stop()
