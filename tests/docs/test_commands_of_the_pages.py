"""The commands of docs/guests.md, docs/operating.md and docs/pipelines.md, on a local AWS."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from aws_cdk import Duration, Stack

from chime_expiration import AppInstanceUserExpirationPolicy
from fakes.deployed_policy import DeployedPolicy
from fakes.deployment import Deployment, prepare
from localaws import LocalAws
from support.checkout import ROOT
from support.markdown import blocks, commands

pytestmark = pytest.mark.deploys

USERS = {"guest-1": None, "guest-2": None, "guest-3": 90, "customer": None}

SOURCES = os.pathsep.join(str(ROOT / root) for root in ("cli", "constructs", "lambda"))


@pytest.fixture(scope="module")
def local_aws() -> Iterator[LocalAws]:
    with LocalAws() as local_aws:
        yield local_aws


@pytest.fixture
def chat(local_aws: LocalAws) -> str:
    """An AppInstance with three guests, one of which has an expiration, and a customer."""
    chat = local_aws.chime.create_app_instance("chat")
    for name, days in USERS.items():
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
    python = shlex.quote(sys.executable)
    (tmp_path / "cdk.json").write_text(json.dumps({"app": f"{python} app.py"}))
    command = tmp_path / "bin" / "chime-expiration"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {python} -m chime_expiration "$@"\n')
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


def test_status_tells_when_a_wrong_number_is_cleared(
    local_aws: LocalAws, app: Path, chat: str, tmp_path: Path
) -> None:
    # GIVEN a policy that has set all three users without days of their own
    def wrong(stack: Stack) -> None:
        AppInstanceUserExpirationPolicy(
            stack, "Guests", app_instance_arn=chat, expire_after=Duration.days(3)
        )

    def disabled(stack: Stack) -> None:
        names = {"AppInstanceUserExpirationPolicy": AppInstanceUserExpirationPolicy}
        exec(example, names | {"self": stack, "CHAT": chat, "Duration": Duration})

    [example] = [block for block in blocks("docs/operating.md", "python") if "class " not in block]
    [status] = commands("docs/operating.md")
    prepare(local_aws)
    deployment = Deployment(local_aws, tmp_path / "assemblies", "GuestPolicy")
    assert deployment.deploy(wrong) == "CREATE_COMPLETE"

    # WHEN
    assert deployment.deploy(disabled) == "UPDATE_COMPLETE"
    DeployedPolicy(deployment, chat).wait_until_swept()
    found = run(status, app, local_aws)

    # THEN the command has succeeded
    assert "IN_SYNC, 4 users: 3 cleared, 1 not governed" in found
    assert "0 users: 0 set" in found
    assert {name: local_aws.chime.expiration_days(f"{chat}/user/{name}") for name in USERS} == USERS
    deployment.delete()


def test_the_status_of_many_accounts_fails_if_that_of_one_does(
    local_aws: LocalAws, app: Path, tmp_path: Path
) -> None:
    # GIVEN
    [loop] = blocks("docs/pipelines.md", "bash")
    variables = local_aws.process_environment()
    keys = "".join(
        f"{name.lower()} = {variables[name]}\n"
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    )
    configuration = tmp_path / "configuration"
    configuration.write_text(f"[profile chat-test]\n{keys}[profile chat-production]\n{keys}")

    # WHEN / THEN
    run(loop, app, local_aws, AWS_CONFIG_FILE=str(configuration))
    for profile in ("chat-test", "chat-production"):
        assert (app / f"status-{profile}.json").read_text().startswith("{")
    configuration.write_text(f"[profile chat-production]\n{keys}")
    with pytest.raises(AssertionError):
        run(loop, app, local_aws, AWS_CONFIG_FILE=str(configuration))
