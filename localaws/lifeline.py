"""Runs a command that must not outlive its parent, whatever becomes of the parent.

Started as a script, with a pipe from the parent as its standard input:

    python lifeline.py --remove DIRECTORY -- COMMAND...

The command gets a session of its own. When the pipe closes, or the parent is another process than
at the start, the command's whole process group is killed and the directory removed. A command that
ends by itself leaves the directory to the parent. An operating system closes the pipe of a process
that was killed, too: that is why this works where exit handlers do not. Only the standard library
is used here, so that it starts at once.
"""

import argparse
import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys

_GLANCE = 0.25
"""Seconds between looks at the command and at the parent."""


def main(arguments: list[str]) -> int:
    """Run the command until it ends or the parent is gone; return an exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--remove", help="a directory to remove when the parent is gone")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args(arguments)
    # Ctrl-C reaches a whole terminal session; the parent decides what it means, not this process.
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
    # What the command started may have outlived it.
    _kill_group(command)
    return command.returncode


def _default_signals() -> None:
    for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, signal.SIG_DFL)


def _pipe_closed() -> bool:
    readable, _, _ = select.select([0], [], [], _GLANCE)
    return bool(readable) and not os.read(0, 1024)


def _kill_group(command: "subprocess.Popen[bytes]") -> None:
    # The group outlives its leader: the processes it started are still there when it has died.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(command.pid, signal.SIGKILL)
    command.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
