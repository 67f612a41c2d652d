"""The real CDK CLI, with a local AWS as its account."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from localaws import lifeline
from localaws.local_aws import LocalAws

_PROJECT = Path(__file__).parents[1]


class CdkError(RuntimeError):
    """The exit status of the CLI was not 0. The message is its output."""


class CdkCli:
    """Runs the installed ``cdk`` for the app in ``app_folder``.

    It does not see the credentials, the profiles and the cache of the developer. It ends when this
    process ends, even if this process is killed.
    """

    def __init__(self, local_aws: LocalAws, app_folder: Path = _PROJECT) -> None:
        self._local_aws = local_aws
        self._app_folder = app_folder
        # The CLI locks its output folder: with cdk.out, two CLIs could not run for one app.
        self._output = tempfile.mkdtemp(prefix="cdk.out-", dir=local_aws.directory)

    def run(self, *arguments: str, on_line: Callable[[str], None] = lambda _: None) -> str:
        """Run one command and return its output; ``on_line`` gets each line at once.

        Raises CdkError.
        """
        guard = [sys.executable, "-I", lifeline.__file__, "--"]
        cdk = str(_PROJECT / "node_modules" / ".bin" / "cdk")
        command = [cdk, *arguments, "--output", self._output]
        with subprocess.Popen(
            [*guard, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            cwd=self._app_folder,
            env=self._environment(),
        ) as process:
            assert process.stdout is not None
            lines = []
            for line in process.stdout:
                lines.append(line)
                on_line(line.rstrip())
        output = "".join(lines)
        if process.returncode != 0:
            raise CdkError(output)
        return output

    def _environment(self) -> dict[str, str]:
        environment = self._local_aws.process_environment()
        beside_python = str(Path(sys.executable).parent)
        return {
            **environment,
            "PATH": os.pathsep.join([beside_python, environment.get("PATH", "")]),
            "CDK_HOME": str(self._local_aws.directory / "cdk"),
            "CI": "true",
            "NO_COLOR": "1",
        }
