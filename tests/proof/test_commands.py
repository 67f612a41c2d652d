import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from proof.commands import Commands
from proof.run import Run
from support.checkout import ROOT

pytestmark = pytest.mark.slow

RUN = Run("0a1b2c3d", "111122223333", "us-east-1")

PROGRAM = """
import sys
from pathlib import Path
from proof.commands import Commands
from proof.run import Run

writing = "import os, time; print(os.getpid(), file=open('pid', 'w'), flush=True); time.sleep(600)"
command = [sys.executable, "-c", writing.replace("'pid'", repr(sys.argv[1]))]
Commands(Run("0a1b2c3d", "111122223333", "us-east-1"), Path(".")).run(command, "")
"""


def wait_until_ended(pid: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    raise AssertionError(f"process {pid} still runs")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_command_ends_when_the_program_is_killed(number: signal.Signals, tmp_path: Path) -> None:
    # GIVEN
    pid_file = tmp_path / "pid"
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(pid_file)], env={**os.environ, "PYTHONPATH": paths}
    )
    while not (pid_file.exists() and pid_file.read_text()):
        assert program.poll() is None
        time.sleep(0.02)

    # WHEN
    program.send_signal(number)
    program.wait()

    # THEN
    wait_until_ended(int(pid_file.read_text()))


def test_the_output_and_the_exit_status_are_those_of_the_command(tmp_path: Path) -> None:
    # GIVEN
    writing = "import sys; print('document'); print('progress', file=sys.stderr); sys.exit(3)"

    # WHEN
    result = Commands(RUN, tmp_path).run([sys.executable, "-c", writing], "the command")

    # THEN
    assert (result.command, result.exit_status) == ("the command", 3)
    assert result.document == "document\n"
    assert result.output == "document\nprogress\n"


def test_the_lock_of_a_run_is_held_while_a_command_runs(tmp_path: Path) -> None:
    # GIVEN
    program = (
        "import os, sys; guard = os.getppid();"
        "links = [os.readlink(f'/proc/{guard}/fd/{fd}') for fd in os.listdir(f'/proc/{guard}/fd')];"
        "print(sys.argv[1] in links)"
    )
    if not Path("/proc/self/fd").exists():
        pytest.skip("reads /proc")
    with (tmp_path / "record").open("wb") as lock:
        commands = Commands(RUN, tmp_path, lock.fileno())

        # WHEN
        result = commands.run([sys.executable, "-c", program, str(tmp_path / "record")], "")

    # THEN the process that ends the command has it
    assert result.document == "True\n"
