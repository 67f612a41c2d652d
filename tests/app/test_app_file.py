"""``python app.py`` in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

from chime_expiration.testing import expirations_of, has_policy
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


Completed: TypeAlias = "subprocess.CompletedProcess[str]"


def run_app(folder: Path, environment: Mapping[str, str], umask: int = 0o022) -> Completed:
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
def test_two_checkouts_give_the_same_template_and_assets_on_different_machines(
    tmp_path: Path, no_network: dict[str, str]
) -> None:
    # GIVEN
    here = copy_checkout(tmp_path / "here")
    there = copy_checkout(tmp_path / "some where else")
    # jsii unpacks aws-cdk-lib here, which takes most of a minute in a new HOME.
    unpacked = Path.home() / ".cache" / "aws" / "jsii" / "package-cache"
    machine = {
        "HOME": str(tmp_path),
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(unpacked),
        "TZ": "Pacific/Chatham",
        "LANG": "tr_TR.UTF-8",
    }

    # WHEN
    run_app(here, {"HOME": os.environ["HOME"]}).check_returncode()
    completed = run_app(there, {**machine, **no_network}, umask=0o077)

    # THEN
    assert completed.returncode == 0, completed.stderr
    first, second = (dict(files_of(folder / "cdk.out")) for folder in (here, there))
    assert sorted(first) == sorted(second)
    different = {name for name in first if first[name] != second[name]}
    # The CLI reads these on the same machine; they contain paths and times.
    assert different <= {"manifest.json", "tree.json"}


def test_the_fixture_refuses_connections_from_python_and_node(no_network: dict[str, str]) -> None:
    # WHEN
    environment = {**os.environ, **no_network}
    python = [sys.executable, "-c", "import socket; socket.create_connection(('127.0.0.1', 9))"]
    node = ["node", "-e", "require('http').get('http://127.0.0.1:9')"]

    # THEN
    for command in (python, node):
        completed = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert "no network in this test" in completed.stderr


@pytest.mark.slow
def test_the_app_deploys_the_policies_of_the_context_beside_the_declarations_of_cdk_json(
    tmp_path: Path,
) -> None:
    # GIVEN the environment that the CLI sets for `-c policies=…`
    app_instance = "arn:aws:chime:us-east-1:111122223333:app-instance/a"
    context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    context["policies"] = f"{app_instance}=30 days"
    from_cli = {"CDK_CONTEXT_JSON": json.dumps(context), "CDK_OUTDIR": str(tmp_path)}

    # WHEN
    completed = run_app(ROOT, {**from_cli, "HOME": os.environ["HOME"]})

    # THEN
    assert completed.returncode == 0, completed.stderr
    [template] = tmp_path.glob("*.template.json")
    declared = json.loads(template.read_text(encoding="utf-8"))
    has_policy(declared, app_instance, 30)
    assert len(expirations_of(declared)) == len(*context["expirations"].values())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("expirations", "message"),
    [
        (
            {},
            "context: expirations declares no user and policies declares no policy: add one",
        ),
        (
            {"arn:aws:chime:us-east-1:111122223333:app-instance/a/user/b": "0 days"},
            (
                "context: "
                "expirations['arn:aws:chime:us-east-1:111122223333:app-instance/a/user/b']: "
                "expire_after is 0 days"
            ),
        ),
    ],
    ids=["refused by the app", "refused by the construct"],
)
def test_an_invalid_context_fails_with_one_line_and_no_traceback(
    tmp_path: Path, expirations: object, message: str
) -> None:
    # GIVEN the environment that the CLI sets
    from_cli = {
        "CDK_CONTEXT_JSON": json.dumps({"expirations": expirations}),
        "CDK_OUTDIR": str(tmp_path),
    }

    # WHEN
    completed = run_app(ROOT, {**from_cli, "HOME": os.environ["HOME"]})

    # THEN
    assert completed.returncode == 1
    assert completed.stderr.startswith(message)
    assert completed.stderr.count("\n") == 1
