"""The real CDK CLI, led to a stage."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from localaws import lifeline
from localaws.stage import Stage

_PROJECT = Path(__file__).parents[1]


class CdkError(RuntimeError):
    """The CLI ended with another status than 0. The message is what it printed."""


class CdkCli:
    """Runs `cdk` for the app in `app_folder`, as its owner would, with what is installed here.

    The credentials, the profiles and the cache of the developer's own CLI are out of its sight, and
    it ends with this process, however that ends.
    """

    def __init__(self, stage: Stage, app_folder: Path = _PROJECT) -> None:
        self._stage = stage
        self._app_folder = app_folder
        # The CLI refuses to share the app's own cdk.out with another one that runs.
        self._output = tempfile.mkdtemp(prefix="cdk.out-", dir=stage.directory)

    def run(self, *arguments: str, on_line: Callable[[str], None] = lambda _: None) -> str:
        """Run one command and return what it printed; `on_line` sees each line as it comes.

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
        environment = self._stage.process_environment()
        beside_python = str(Path(sys.executable).parent)
        return {
            **environment,
            "PATH": os.pathsep.join([beside_python, environment.get("PATH", "")]),
            "CDK_HOME": str(self._stage.directory / "cdk"),
            "CI": "true",
            "NO_COLOR": "1",
        }
