import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chime_expiration._provider.handler_asset import copy_handler_to
from fakes.telemetry import Telemetry
from localaws.certificates import Certificates
from localaws.chime import ChimeServer
from localaws.standins.function_environment import function_environment
from localaws.standins.response_bucket import ResponseBucket
from localaws.standins.runtime_api import RuntimeApi
from runtime.sandbox import Sandbox


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
    tmp_path: Path,
    task_root: Path,
    chime_server: ChimeServer,
    certificates: Certificates,
    extra_environment: dict[str, str],
) -> Iterator[Sandbox]:
    environment = {
        "PATH": os.environ["PATH"],
        **function_environment(task_root, certificates, chime_server.url, "eu-west-3"),
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
            [sys.executable, "-m", "awslambdaric", "chime_expiration_handler.user.handler.handler"],
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
