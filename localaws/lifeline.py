"""Runs a command that must end when its parent ends, even if the parent is killed.

Started as a script, with a pipe from the parent as its standard input:

    python lifeline.py --remove DIRECTORY -- COMMAND...

The command runs in a session of its own. When the pipe closes or the parent process changes, the
process group of the command is killed and the directory is removed. The operating system closes the
pipe of a killed process too, although exit handlers do not run there. If the command ends, the
directory stays: the parent removes it. Only the standard library is imported, for a fast start.
"""

import argparse
import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys

_POLL_SECONDS = 0.25


def main(arguments: list[str]) -> int:
    """Run the command until it ends or the parent has ended; return an exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--remove", help="a directory to remove when the parent has ended")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args(arguments)
    # Ctrl-C goes to every process of the terminal. Only the parent reacts to it.
    for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, signal.SIG_IGN)
    parent = os.getppid()
    command = subprocess.Popen(
        options.command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_default_signals,
    )
    while command.poll() is None:
        if os.getppid() != parent or _pipe_closed():
            _kill_group(command)
            if options.remove:
                shutil.rmtree(options.remove, ignore_errors=True)
            return 0
    # Child processes of the command may still run.
    _kill_group(command)
    return command.returncode


def _default_signals() -> None:
    for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, signal.SIG_DFL)


def _pipe_closed() -> bool:
    readable, _, _ = select.select([0], [], [], _POLL_SECONDS)
    return bool(readable) and not os.read(0, 1024)


def _kill_group(command: "subprocess.Popen[bytes]") -> None:
    # The process group still exists after its leader has ended.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(command.pid, signal.SIGKILL)
    command.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
