"""Ctrl-C ends a repair that is running, as a process."""

import signal
import subprocess
import sys

import pytest

from command_line.test_exit_statuses import ENVIRONMENT

pytestmark = pytest.mark.slow

# Twenty users, one write at a time: the service responds to the third one after Ctrl-C.
PROGRAM = """
import sys, threading
from chime_expiration_cli import clients
from chime_expiration_cli.__main__ import main
from chime_expiration_cli.repair import carry_out
from command_line.repair_account import NOW, RepairAccount, guests

carry_out.THREADS_PER_REGION = 1
names = [f"guest{number}" for number in range(20)]
account = RepairAccount([guests(**dict.fromkeys(names, 3650))])
for name in names:
    account.has(name, 90)
puts = 0

def interrupt(operation):
    global puts
    puts += operation.startswith("Put")
    if operation.startswith("Put") and puts == 3:
        print("third call", file=sys.stderr, flush=True)
        threading.Event().wait(1)

account.interrupt = interrupt
account.default_region = lambda: "us-east-1"
clients.SessionClients.from_configuration = classmethod(lambda _: account)
sys.exit(main(["repair", "--yes", "--rate", "1000", "--writes-per-second", "1000"]))
"""


def test_ctrl_c_waits_for_the_call_and_prints_what_was_done() -> None:
    # GIVEN
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        assert process.stderr.readline() == "third call\n"

        # WHEN
        process.send_signal(signal.SIGINT)
        output, error = process.communicate(timeout=30)
    finally:
        process.kill()
        process.communicate()

    # THEN
    assert (process.returncode, error) == (130, "interrupted: run repair again to do the rest\n")
    assert output.endswith("3 repaired, 17 not done in us-east-1\n")
