"""A command ends when its parent ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from localaws import lifeline

# A command with a child process. It writes both process ids.
FAMILY = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with open(sys.argv[1] + ".part", "w") as file:
    file.write(f"{os.getpid()} {child.pid}")
os.rename(sys.argv[1] + ".part", sys.argv[1])
time.sleep(600)
"""

PARENT = """
import subprocess, sys, time
guard = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, start_new_session=True)
time.sleep(600)
"""


def guarded(remove: Path, pids: Path) -> list[str]:
    guard = [sys.executable, "-I", lifeline.__file__, "--remove", str(remove), "--"]
    return [*guard, sys.executable, "-c", FAMILY, str(pids)]


def family(pids: Path) -> list[int]:
    while not pids.exists():
        time.sleep(0.01)
    return [int(pid) for pid in pids.read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def wait_until_gone(pids: list[int], directory: Path) -> None:
    deadline = time.monotonic() + 30
    while (any(map(is_alive, pids)) or directory.exists()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [pid for pid in pids if is_alive(pid)] == []
    assert not directory.exists()


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_the_command_ends_with_its_parent(tmp_path: Path, number: signal.Signals) -> None:
    # GIVEN a parent with a guarded command, which has a child
    directory = tmp_path / "directory"
    directory.mkdir()
    command = guarded(directory, tmp_path / "pids")
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, *command], stderr=subprocess.DEVNULL
    ) as parent:
        pids = family(tmp_path / "pids")

        # WHEN
        parent.send_signal(number)

    # THEN no process and no file is left
    wait_until_gone(pids, directory)


@needs_proc
def test_closing_the_pipe_ends_the_command(tmp_path: Path) -> None:
    # GIVEN a guarded command
    directory = tmp_path / "directory"
    directory.mkdir()
    with subprocess.Popen(guarded(directory, tmp_path / "pids"), stdin=subprocess.PIPE) as guard:
        pids = family(tmp_path / "pids")

        # WHEN the pipe is closed
        guard.communicate()

    # THEN no process and no file is left, and the guard succeeds
    wait_until_gone(pids, directory)
    assert guard.returncode == 0


@needs_proc
def test_an_interrupt_does_not_end_the_guard(tmp_path: Path) -> None:
    # GIVEN a guarded command
    directory = tmp_path / "directory"
    directory.mkdir()
    with subprocess.Popen(guarded(directory, tmp_path / "pids"), stdin=subprocess.PIPE) as guard:
        pids = family(tmp_path / "pids")

        # WHEN the guard gets the signal of Ctrl-C
        guard.send_signal(signal.SIGINT)
        os.kill(pids[0], 0)

        # THEN it still ends the command
        guard.communicate()
    wait_until_gone(pids, directory)


@needs_proc
def test_the_directory_stays_if_the_command_ends(tmp_path: Path) -> None:
    # GIVEN a command that fails
    directory = tmp_path / "directory"
    directory.mkdir()
    guard = [sys.executable, "-I", lifeline.__file__, "--remove", str(directory), "--"]

    # WHEN
    command = [*guard, sys.executable, "-c", "raise SystemExit(3)"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as running:
        running.wait()

    # THEN the guard has the same exit status, and the directory stays
    assert running.returncode == 3
    assert directory.exists()
