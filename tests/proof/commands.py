"""The commands that a run starts: the CDK CLI, and the command line of this project."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from localaws import lifeline
from proof.run import Run

_PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Result:
    """What a command said. ``output`` is both of its streams, ``document`` standard output."""

    command: str
    exit_status: int
    output: str
    document: str


class Commands:
    """Runs commands that end when this process ends, even if it is killed.

    Otherwise a CLI that outlives the program could create the stack after the clean-up. ``lock`` is
    the file descriptor of the run's record: a command holds the lock as long as it runs. ``folder``
    is for the files of the CLI.
    """

    def __init__(self, run: Run, folder: Path, lock: int | None = None) -> None:
        self._run = run
        self._folder = folder
        self._lock = lock

    def cdk(self, *arguments: str) -> Result:
        """Run the CDK CLI of this project."""
        cdk = str(_PROJECT / "node_modules" / ".bin" / "cdk")
        return self.run([cdk, *arguments, "--no-notices"], f"cdk {_without_paths(arguments)}")

    def chime_expiration(self, *arguments: str) -> Result:
        """Run the command line of this project."""
        command = [sys.executable, "-m", "chime_expiration_cli", *arguments]
        return self.run(command, f"chime-expiration {_without_paths(arguments)}")

    def run(self, command: Sequence[str], shown: str) -> Result:
        """Run a command to its end. ``shown`` is what a report shows of it."""
        guard = [sys.executable, "-I", lifeline.__file__, "--"]
        # Files, not pipes: ``communicate()`` closes the pipe that keeps the command alive.
        with (
            tempfile.TemporaryFile() as output,
            tempfile.TemporaryFile() as errors,
            subprocess.Popen(
                [*guard, *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=errors,
                cwd=_PROJECT,
                env=self._environment(),
                pass_fds=[] if self._lock is None else [self._lock],
            ) as process,
        ):
            process.wait()
            printed, complained = _text(output), _text(errors)
        return Result(shown, process.returncode, printed + complained, printed)

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
            "PYTHONPATH": os.pathsep.join([str(_PROJECT / "cli"), str(_PROJECT / "lambda")]),
            "AWS_REGION": self._run.region,
            "AWS_DEFAULT_REGION": self._run.region,
            "CDK_HOME": str(self._folder / "cdk-home"),
            "CDK_DISABLE_CLI_TELEMETRY": "1",
            "CDK_DISABLE_VERSION_CHECK": "1",
            # The CLI asks nothing and draws nothing.
            "CI": "true",
            "NO_COLOR": "1",
        }


def _without_paths(arguments: Sequence[str]) -> str:
    """The arguments as a report shows them, without folders of this machine."""
    return " ".join(Path(each).name if each.startswith("/") else each for each in arguments)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")
