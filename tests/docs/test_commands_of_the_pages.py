"""The commands of docs/guests.md and docs/pipelines.md, on a local AWS."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from localaws import LocalAws
from support.checkout import ROOT
from support.markdown import blocks, commands

pytestmark = pytest.mark.deploys

SOURCES = os.pathsep.join(str(ROOT / root) for root in ("cli", "constructs", "lambda"))


@pytest.fixture(scope="module")
def local_aws() -> Iterator[LocalAws]:
    with LocalAws() as local_aws:
        yield local_aws


@pytest.fixture
def chat(local_aws: LocalAws) -> str:
    """An AppInstance with three guests, one of which has an expiration, and a customer."""
    chat = local_aws.chime.create_app_instance("chat")
    for name, days in {"guest-1": None, "guest-2": None, "guest-3": 90, "customer": None}.items():
        local_aws.chime.create_user(chat, name, expiration_days=days)
    return chat


@pytest.fixture
def app(chat: str, tmp_path: Path) -> Path:
    """The app of the README in a folder of its own, with ``chime-expiration`` on the path."""
    policy, _ = blocks("README.md", "python")
    (tmp_path / "guest_policy.py").write_text(policy)
    (tmp_path / "app.py").write_text(
        "from aws_cdk import App\nimport guest_policy\n"
        f"guest_policy.CHAT = {chat!r}\n"
        "app = App()\nguest_policy.GuestPolicy(app, 'GuestPolicy')\napp.synth()\n"
    )
    (tmp_path / "cdk.json").write_text(f'{{"app": "{sys.executable} app.py"}}')
    command = tmp_path / "bin" / "chime-expiration"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m chime_expiration "$@"\n')
    command.chmod(0o755)
    return tmp_path


def run(command: str, folder: Path, local_aws: LocalAws, **variables: str) -> str:
    """Run ``command`` in ``folder``; return its output."""
    environment = local_aws.process_environment()
    environment["PATH"] = f"{folder / 'bin'}{os.pathsep}{environment['PATH']}"
    completed = subprocess.run(
        ["bash", "-eu", "-c", command],
        cwd=folder,
        env=environment | {"PYTHONPATH": SOURCES, "CI": "true"} | variables,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert completed.returncode == 0, completed.stderr
    return completed.stdout


def test_the_plan_without_a_stack_counts_guests_with_an_expiration(
    local_aws: LocalAws, app: Path, chat: str
) -> None:
    # GIVEN
    [plan] = commands("docs/guests.md")

    # WHEN
    output = run(plan, app, local_aws, CHAT=chat)

    # THEN
    counts = dict(
        line.split()[:2]
        for line in output.splitlines()
        if line.strip().startswith(("LEFT_", "SET "))
    )
    assert counts == {"LEFT_ALONE": "1", "SET": "2"}


def test_a_pipeline_plans_the_app_and_looks_for_drift(local_aws: LocalAws, app: Path) -> None:
    # GIVEN
    synth, plan, status = commands("docs/pipelines.md")

    # WHEN
    run(synth, app, local_aws)
    planned = run(plan, app, local_aws)
    found = run(status, app, local_aws)

    # THEN
    assert "GuestPolicy" in planned
    assert "APPLIED 30 days, notice 14 for guest-*" in planned
    assert found.startswith("{")
