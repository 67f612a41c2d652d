"""The commands of the workflow example, in the order in which a runner runs them."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from localaws import LocalAws
from support.checkout import ROOT, copy_checkout

pytestmark = pytest.mark.deploys

WORKFLOW = ROOT / "examples" / "github-actions" / ".github" / "workflows" / "expirations.yml"

# These commands install packages from registries. All of them are installed already.
SET_UP = ["python -m pip install --requirement requirements.txt", "npm ci"]


def commands_of(job: str) -> list[str]:
    steps = yaml.safe_load(WORKFLOW.read_text())["jobs"][job]["steps"]
    commands = [step["run"] for step in steps if "run" in step]
    assert commands[: len(SET_UP)] == SET_UP
    return commands[len(SET_UP) :]


@pytest.fixture
def user(bootstrapped_aws: LocalAws) -> str:
    chime = bootstrapped_aws.chime
    return chime.create_user(chime.create_app_instance("workflow"), "guest")


@pytest.fixture
def runner(bootstrapped_aws: LocalAws, user: str, tmp_path: Path) -> Iterator["Runner"]:
    """A checkout of this project, whose app declares our user, with its dependencies set up."""
    folder = copy_checkout(tmp_path / "work")
    settings = json.loads((folder / "cdk.json").read_text())
    settings["context"]["expirations"] = {user: "30 days"}
    (folder / "cdk.json").write_text(json.dumps(settings))
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    # The console script that pip would install.
    script = tmp_path / "bin" / "chime-expiration"
    script.parent.mkdir()
    sources = os.pathsep.join([str(ROOT / "cli"), str(ROOT / "lambda")])
    script.write_text(
        f"#!/bin/sh\nPYTHONPATH={shlex.quote(sources)} exec {shlex.quote(sys.executable)} "
        '-m chime_expiration_cli "$@"\n'
    )
    script.chmod(0o755)
    runner = Runner(bootstrapped_aws, folder)
    yield runner
    runner.run("npx cdk destroy --force")


class Runner:
    """A runner of the code host, with the local AWS as its account."""

    def __init__(self, local_aws: LocalAws, folder: Path) -> None:
        self._folder = folder
        self.summary = folder.parent / "summary.md"
        self._environment = {
            **local_aws.process_environment(),
            "HOME": str(local_aws.directory),
            "CI": "true",
            "NO_COLOR": "1",
            "npm_config_offline": "true",
            "PATH": os.pathsep.join([str(folder.parent / "bin"), os.environ["PATH"]]),
            "GITHUB_STEP_SUMMARY": str(self.summary),
        }

    def run(self, command: str) -> str:
        """Run one command as the shell of the runner does; return its output."""
        ended = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command],
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert ended.returncode == 0, ended.stdout
        return ended.stdout


def test_a_pull_request_shows_what_would_happen_and_the_main_branch_deploys_them(
    runner: Runner, bootstrapped_aws: LocalAws, user: str
) -> None:
    # WHEN
    diff, plan = commands_of("diff")
    shown = runner.run(diff)
    runner.run(plan)

    # THEN
    assert "[+] Custom::ChimeAppInstanceUserExpiration" in shown
    summary = runner.summary.read_text()
    assert summary.startswith("## User expirations: nothing would be refused")
    assert "| `guest` | SET | none | 30 days |" in summary
    assert bootstrapped_aws.chime.expiration_days(user) is None

    # WHEN
    [deploy] = commands_of("deploy")
    runner.run(deploy)

    # THEN
    assert bootstrapped_aws.chime.expiration_days(user) == 30
