"""The command against services that are served in another process than its own."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3

from bench.places import PROJECT, SOURCE_ROOTS
from bench.status.estate import DAYS, LOBBY, REGION, TABLE, ledger
from bench.status.table_server import serve
from chime_expiration_cli.policies.ledger_scan import scan_ledger
from localaws.certificates import write_certificates
from localaws.chime import ChimeIdentity, ChimeServer, RateLimits

DESCRIBE = "DescribeAppInstanceUser"

# Amazon Chime SDK endpoints and quotas, AWS General Reference.
DESCRIPTIONS_PER_SECOND = 20
_ALL_PER_SECOND = 50

_CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


@dataclass(frozen=True)
class Run:
    """One run of the command, and what it has found and needed.

    ``ideal_seconds`` is the time of the reads at their rate.
    """

    ideal_seconds: float
    calls: int
    throttled: int
    found: dict[str, Any]


def run(users: int, entries: int, others_per_second: float = 0) -> Run:
    """Run it once, while an application makes ``others_per_second`` calls of its own."""
    chime = ChimeIdentity()
    chime.limits = RateLimits(
        per_operation={DESCRIBE: DESCRIPTIONS_PER_SECOND}, total_per_second=_ALL_PER_SECOND
    )
    chat = chime.create_app_instance("chat", REGION, app_instance_id="chat")
    for number in range(users):
        chime.create_user(chat, f"guest-{number}", expiration_days=DAYS)
    with _served(chime) as identity, serve(ledger(entries)) as table:
        _scan(table)
        with _application(chime, others_per_second):
            found = _run_command(users, {**identity, "AWS_ENDPOINT_URL_DYNAMODB": table})
    return Run(
        ideal_seconds=users / (DESCRIPTIONS_PER_SECOND - others_per_second),
        calls=len(chime.calls),
        throttled=len(chime.calls.of(error="ThrottledClientException")),
        found=found,
    )


def _run_command(users: int, variables: dict[str, str]) -> dict[str, Any]:
    path = os.pathsep.join([str(PROJECT), *SOURCE_ROOTS])
    process = subprocess.run(
        [sys.executable, "-m", "bench.status.one_run", str(users)],
        env={**os.environ, **variables, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(process.stdout)
    return found


def _scan(url: str) -> None:
    """Have the stand-in make its responses, so that their making is not measured."""
    client = boto3.client("dynamodb", REGION, endpoint_url=url, **_CREDENTIALS)
    now = datetime.now(UTC)
    scan_ledger(client, TABLE, LOBBY, now, now)


@contextlib.contextmanager
def _served(chime: ChimeIdentity) -> Iterator[dict[str, str]]:
    """Serve the users; the result is the environment of a client."""
    with tempfile.TemporaryDirectory() as folder:
        certificates = write_certificates(Path(folder))
        with ChimeServer(
            chime, certificate=certificates.certificate, private_key=certificates.private_key
        ) as server:
            yield {
                "AWS_ENDPOINT_URL_CHIME_SDK_IDENTITY": server.url,
                "AWS_CA_BUNDLE": str(certificates.authority),
            }


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
    try:
        yield
    finally:
        ended.set()
        thread.join()
