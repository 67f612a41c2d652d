"""``python -m bench.status.one_run USERS``: the command in a process of its own.

Prints the time, the memory and the result as JSON. What CloudFormation and Step Functions return
comes from memory: a real deployment would take most of the time.
"""

import io
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import boto3
from rich.console import Console

from bench.status.estate import REGION, account
from chime_expiration_cli.clients import SessionClients
from chime_expiration_cli.console import result_console
from chime_expiration_cli.status.build_report import build_report
from chime_expiration_cli.status.expirations import expirations_of
from chime_expiration_cli.status.options import StatusOptions
from chime_expiration_cli.status.sorting import Order
from chime_expiration_cli.status.terminal import View, print_report
from localaws.standins.cloudformation_account import CloudFormationAccount


class _Clients(SessionClients):
    """Those of the command, but for CloudFormation and Step Functions."""

    def __init__(self, account: CloudFormationAccount) -> None:
        super().__init__(boto3.Session("test", "test", region_name=REGION))
        self._account = account

    def cloudformation(self, region: str) -> Any:
        return self._account.cloudformation(region)

    def stepfunctions(self, region: str) -> Any:
        del region
        return _NoExecutions()


class _NoExecutions:
    def list_executions(self, **_: Any) -> dict[str, Any]:
        return {"executions": []}


class _Screen(io.StringIO):
    """A terminal that remembers."""

    def isatty(self) -> bool:
        return True


def main(users: int) -> None:
    """Run it once, and print what came of it."""
    found = account(users)
    screen = _Screen()
    started = time.monotonic()
    report = build_report(
        StatusOptions(ledger=True), (REGION,), _Clients(found), Console(file=screen)
    )
    read = time.monotonic()
    text = io.StringIO()
    print_report(report, result_console(text), View(Order.EXPIRES))
    printed = time.monotonic()
    [policy] = report.policies
    assert policy.ledger is not None, policy.reading.ledger
    json.dump(
        {
            "exit_status": report.exit_status,
            "seconds": printed - started,
            "seconds_to_print": printed - read,
            "seconds_to_scan": policy.ledger.seconds,
            "read_units": policy.ledger.read_units,
            "entries": policy.ledger.users,
            "users_in_calendar": expirations_of(report).all_users.total,
            "counts_on_screen": len(set(re.findall(rf"(\d+)/{users}", screen.getvalue()))),
            "peak_bytes": _peak_bytes(),
        },
        sys.stdout,
    )


def _peak_bytes() -> int:
    """The most memory that this process has had. Only Linux has the file."""
    # ru_maxrss of getrusage would be that of the process which started this one, if it is more.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024


if __name__ == "__main__":
    main(int(sys.argv[1]))
