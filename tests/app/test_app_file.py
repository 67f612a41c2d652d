"""`python app.py` and `cdk`, as processes of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

from support.checkout import ROOT, copy_checkout

REFUSES_SOCKETS = """
import socket

def refuse(self, address, *rest):
    if self.family != socket.AF_UNIX:
        raise OSError(f"no network in this test: {address}")

socket.socket.connect = socket.socket.connect_ex = refuse
"""
REFUSES_CONNECTIONS = """
const refuse = () => { throw new Error("no network in this test"); };
require("net").Socket.prototype.connect = refuse;
require("dns").lookup = refuse;
"""


Ended: TypeAlias = "subprocess.CompletedProcess[str]"


def run_app(folder: Path, environment: Mapping[str, str], umask: int = 0o022) -> Ended:
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "CDK_OUTDIR": "cdk.out", **environment},
        capture_output=True,
        text=True,
        umask=umask,
    )


@pytest.fixture
def no_network(tmp_path: Path) -> dict[str, str]:
    """An environment in which neither Python nor Node.js can connect to anything."""
    folder = tmp_path / "no-network"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(REFUSES_SOCKETS)
    (folder / "refuse.js").write_text(REFUSES_CONNECTIONS)
    return {"PYTHONPATH": str(folder), "NODE_OPTIONS": f"--require {folder / 'refuse.js'}"}


def files_of(assembly: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(assembly.rglob("*")):
        if file.is_file():
            yield str(file.relative_to(assembly)), file.read_bytes()


@pytest.mark.slow
def test_two_checkouts_give_the_same_template_and_assets_whatever_the_machine_is_like(
    tmp_path: Path, no_network: dict[str, str]
) -> None:
    # GIVEN
    here = copy_checkout(tmp_path / "here")
    there = copy_checkout(tmp_path / "some where else")
    # Where jsii unpacks aws-cdk-lib, which takes most of a minute in a new home.
    unpacked = Path.home() / ".cache" / "aws" / "jsii" / "package-cache"
    machine = {
        "HOME": str(tmp_path),
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(unpacked),
        "TZ": "Pacific/Chatham",
        "LANG": "tr_TR.UTF-8",
    }

    # WHEN
    run_app(here, {"HOME": os.environ["HOME"]}).check_returncode()
    ended = run_app(there, {**machine, **no_network}, umask=0o077)

    # THEN
    assert ended.returncode == 0, ended.stderr
    kept = [dict(files_of(folder / "cdk.out")) for folder in (here, there)]
    assert sorted(kept[0]) == sorted(kept[1])
    different = {name for name in kept[0] if kept[0][name] != kept[1][name]}
    # These are for the CLI on this machine, with paths and times in them.
    assert different <= {"manifest.json", "tree.json"}


def test_the_network_is_refused_where_the_test_says_so(no_network: dict[str, str]) -> None:
    # WHEN
    environment = {**os.environ, **no_network}
    python = [sys.executable, "-c", "import socket; socket.create_connection(('127.0.0.1', 9))"]
    node = ["node", "-e", "require('http').get('http://127.0.0.1:9')"]

    # THEN
    for command in (python, node):
        ended = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert "no network in this test" in ended.stderr


@pytest.mark.parametrize(
    ("expirations", "said"),
    [
        ({}, "context: expirations declares no user: add one"),
        (
            {"arn:aws:chime:us-east-1:111122223333:app-instance/a/user/b": "0 days"},
            "context: expirations['arn:aws:chime:us-east-1:111122223333:app-instance/a/user/b']: "
            "expire_after is 0 days",
        ),
    ],
    ids=["by the app", "by the construct"],
)
def test_a_refusal_is_one_line_and_no_traceback(
    tmp_path: Path, expirations: object, said: str
) -> None:
    # GIVEN what the CLI hands over
    handed_over = {
        "CDK_CONTEXT_JSON": json.dumps({"expirations": expirations}),
        "CDK_OUTDIR": str(tmp_path),
    }

    # WHEN
    ended = run_app(ROOT, {**handed_over, "HOME": os.environ["HOME"]})

    # THEN
    assert ended.returncode == 1
    assert ended.stderr.startswith(said)
    assert ended.stderr.count("\n") == 1
