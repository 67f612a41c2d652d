"""How long ``status`` takes for 2,000 users in five stacks, at the rates that AWS documents.

Run it with ``python -m bench.status_scale``. The client, the wire and the limits are as for
AWS. What CloudFormation returns comes from memory: a real deployment would take most of the time.
"""

import argparse
import contextlib
import io
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from rich.console import Console

from chime_expiration_cli.clients import SessionClients
from chime_expiration_cli.status.build_report import build_report
from chime_expiration_cli.status.drift_status import DriftStatus
from chime_expiration_cli.status.options import StatusOptions
from localaws.certificates import write_certificates
from localaws.chime import ChimeIdentity, ChimeServer, RateLimits
from localaws.standins.cloudformation_account import CloudFormationAccount, FakeStack

DESCRIBE = "DescribeAppInstanceUser"
REGION = "us-east-1"

# Amazon Chime SDK endpoints and quotas, AWS General Reference.
DESCRIPTIONS_PER_SECOND = 20
ALL_PER_SECOND = 50

STACKS = 5
DAYS = 30


class Clients(SessionClients):
    """Those of the command, but for CloudFormation."""

    def __init__(self, account: CloudFormationAccount) -> None:
        super().__init__(boto3.Session("test", "test", region_name=REGION))
        self._account = account

    def cloudformation(self, region: str) -> Any:
        return self._account.cloudformation(region)


class Screen(io.StringIO):
    """A terminal that remembers."""

    def isatty(self) -> bool:
        return True


def main(arguments: list[str] | None = None) -> int:
    """Run it once, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=2000)
    parser.add_argument(
        "--others", type=float, default=0, help="calls a second that an application makes meanwhile"
    )
    options = parser.parse_args(arguments)
    chime = ChimeIdentity()
    chime.limits = RateLimits(
        per_operation={DESCRIBE: DESCRIPTIONS_PER_SECOND}, total_per_second=ALL_PER_SECOND
    )
    stacks = _stacks(chime, options.users)
    screen = Screen()
    with _served(chime), _application(chime, options.others):
        started = time.monotonic()
        clients = Clients(CloudFormationAccount(*stacks))
        report = build_report(StatusOptions(), (REGION,), clients, Console(file=screen))
        seconds = time.monotonic() - started
    ideal = options.users / (DESCRIPTIONS_PER_SECOND - options.others)
    shown = set(re.findall(rf"(\d+)/{options.users}", screen.getvalue()))
    print(f"users              {options.users} in {len(report.stacks)} stacks")
    print(f"in sync            {report.drift_statuses[DriftStatus.IN_SYNC]}")
    print(f"ideal              {ideal:.1f} s")
    print(f"took               {seconds:.1f} s ({seconds / ideal:.1%} of the ideal)")
    print(f"calls              {len(chime.calls)}")
    print(f"of them throttled  {len(chime.calls.of(error='ThrottledClientException'))}")
    print(f"progress           {len(shown)} different counts on the screen")
    return report.exit_status


def _stacks(chime: ChimeIdentity, users: int) -> list[FakeStack]:
    stacks = [FakeStack(f"Policy{number}") for number in range(STACKS)]
    chat = chime.create_app_instance("chat", REGION)
    for number in range(users):
        user = chime.create_user(chat, f"guest-{number}", expiration_days=DAYS)
        stacks[number % STACKS].declares(f"Guest{number}", user, DAYS)
    return stacks


@contextlib.contextmanager
def _served(chime: ChimeIdentity) -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder:
        certificates = write_certificates(Path(folder))
        with ChimeServer(
            chime, certificate=certificates.certificate, private_key=certificates.private_key
        ) as server:
            os.environ["AWS_ENDPOINT_URL_CHIME_SDK_IDENTITY"] = server.url
            os.environ["AWS_CA_BUNDLE"] = str(certificates.authority)
            yield


@contextlib.contextmanager
def _application(chime: ChimeIdentity, per_second: float) -> Iterator[None]:
    """Uses up a part of the quota."""
    ended = threading.Event()

    def call() -> None:
        while per_second and not ended.wait(1 / per_second):
            assert chime.limits is not None
            chime.limits.admit(DESCRIBE, REGION)

    thread = threading.Thread(target=call)
    thread.start()
    yield
    ended.set()
    thread.join()


if __name__ == "__main__":
    sys.exit(main())
