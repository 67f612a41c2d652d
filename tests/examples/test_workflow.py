"""The workflow example: what two linters report, its permissions and its order."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from chime_expiration_cli.__main__ import main
from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.plan import command
from chime_expiration_cli.plan.options import PlanOptions

WORKFLOW = Path("github-actions", ".github", "workflows", "expirations.yml")


@pytest.fixture(scope="module")
def workflow(examples: Path) -> Path:
    return examples / WORKFLOW


@pytest.mark.parametrize(
    "linter",
    [
        ["zizmor", "--offline", "--no-progress", "--persona", "pedantic"],
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows"],
    ],
    ids=["zizmor", "schema"],
)
def test_a_linter_reports_nothing(workflow: Path, linter: list[str]) -> None:
    # WHEN
    command: list[str | Path] = [Path(sys.executable).with_name(linter[0]), *linter[1:], workflow]
    linted = subprocess.run(command, capture_output=True, text=True)

    # THEN
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_only_the_jobs_have_permissions_and_only_for_oidc(workflow: Path) -> None:
    # WHEN
    content = yaml.safe_load(workflow.read_text())

    # THEN
    assert content["permissions"] == {}
    for job in content["jobs"].values():
        assert job["permissions"] == {"contents": "read", "id-token": "write"}


def test_every_action_is_pinned_to_a_commit(workflow: Path) -> None:
    # WHEN
    uses = re.findall(r"uses: (\S+)", workflow.read_text())

    # THEN
    assert len(uses) == 8
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action) for action in uses)


def test_deployments_wait_for_each_other(workflow: Path) -> None:
    # WHEN
    deploy = yaml.safe_load(workflow.read_text())["jobs"]["deploy"]

    # THEN
    assert deploy["concurrency"] == {"group": "expirations", "cancel-in-progress": False}


def test_the_plan_of_a_pull_request_is_a_command_that_exists(
    workflow: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN the command of the workflow
    steps = yaml.safe_load(workflow.read_text())["jobs"]["diff"]["steps"]
    [line] = [step["run"] for step in steps if "chime-expiration" in step.get("run", "")]
    words, _, file = line.partition(" >> ")
    received: list[PlanOptions] = []

    def run(options: PlanOptions) -> ExitStatus:
        received.append(options)
        return ExitStatus.NOTHING_REFUSED

    monkeypatch.setattr(command, "run", run)

    # WHEN
    assert main(words.split()[1:]) == 0

    # THEN
    assert file == '"$GITHUB_STEP_SUMMARY"'
    assert received[0].markdown
    assert received[0].assembly == "cdk.out"
