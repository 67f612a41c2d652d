"""The pipeline example: its templates, and what a linter reports about them."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from chime_expiration.testing import expirations_of, snapshot_of
from chime_expiration_cli.__main__ import main
from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.plan import command
from chime_expiration_cli.plan.cloud_assembly import read_assembly
from chime_expiration_cli.plan.options import PlanOptions
from support.checkout import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def assembly(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cloud assembly, synthesized with the context that the CLI passes."""
    folder = tmp_path_factory.mktemp("pipeline")
    context = json.loads((examples / "pipeline" / "cdk.json").read_text())["context"]
    subprocess.run(
        [sys.executable, "app.py"],
        cwd=examples / "pipeline",
        env={
            "PATH": os.environ["PATH"],
            "HOME": os.environ["HOME"],
            "PYTHONPATH": os.pathsep.join([str(ROOT / "constructs"), str(ROOT / "lambda")]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "CDK_OUTDIR": str(folder),
            "CDK_CONTEXT_JSON": json.dumps(context),
        },
        check=True,
    )
    return folder


def template(assembly: Path, name: str) -> dict[str, Any]:
    [file] = assembly.rglob(f"{name}.template.json")
    return dict(json.loads(file.read_text()))


@pytest.mark.parametrize(("stage", "days"), [("Test", 7), ("Production", 90)])
def test_each_stage_declares_its_own_days(
    assembly: Path, examples: Path, stage: str, days: int
) -> None:
    # GIVEN
    chats = json.loads((examples / "pipeline" / "cdk.json").read_text())["context"]["chats"]

    # WHEN
    declared = expirations_of(template(assembly, f"Delivery{stage}*"))

    # THEN
    assert declared == dict.fromkeys(chats[stage]["guests"], days)


def test_the_pipeline_is_the_one_that_was_reviewed(
    assembly: Path, snapshot: SnapshotAssertion
) -> None:
    # WHEN / THEN
    assert snapshot_of(template(assembly, "Delivery")) == snapshot


def test_a_stage_is_the_one_that_was_reviewed(assembly: Path, snapshot: SnapshotAssertion) -> None:
    # WHEN / THEN
    assert snapshot_of(template(assembly, "DeliveryTest*")) == snapshot


def test_the_pipeline_updates_itself_before_it_deploys_and_needs_approval_for_production(
    assembly: Path,
) -> None:
    # WHEN
    [pipeline] = [
        resource
        for resource in template(assembly, "Delivery")["Resources"].values()
        if resource["Type"] == "AWS::CodePipeline::Pipeline"
    ]
    stages = {
        stage["Name"]: [action["ActionTypeId"]["Provider"] for action in stage["Actions"]]
        for stage in pipeline["Properties"]["Stages"]
    }

    # THEN
    assert list(stages) == ["Source", "Build", "UpdatePipeline", "Assets", "Test", "Production"]
    assert "Manual" not in stages["Test"]
    assert stages["Test"][0] == "CodeBuild", "the plan"
    assert stages["Production"][:2] == ["CodeBuild", "Manual"], "the plan, then the approval"


def test_each_stage_is_planned_by_a_command_that_exists(
    assembly: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN the commands of the pipeline
    projects = json.dumps(template(assembly, "Delivery"))
    commands = set(re.findall(r"chime-expiration (plan assembly [^\\\"]+)", projects))
    received: list[PlanOptions] = []

    def run(options: PlanOptions) -> ExitStatus:
        received.append(options)
        return ExitStatus.NOTHING_REFUSED

    monkeypatch.setattr(command, "run", run)

    # WHEN
    for each in commands:
        assert main(each.split()) == 0

    # THEN each names a stack of the assembly
    stacks = {stack.display_name for stack in read_assembly(assembly)}
    planned = {name for options in received for name in options.stacks}
    assert planned == {"Delivery/Test/GuestPolicy", "Delivery/Production/GuestPolicy"}
    assert planned <= stacks
    assert {each.fail_on_deletion_within_days for each in received} == {2}
    assert {each.fail_on_users_set for each in received} == {100}
    assert all(each.sample_size > 10**9 for each in received), "all users are read"


def test_cfn_lint_reports_nothing(assembly: Path) -> None:
    # WHEN
    pipeline, *stages = sorted(assembly.rglob("*.template.json"), key=lambda file: len(file.parts))
    # CDK Pipelines itself causes these two.
    ignored = ["--ignore-checks", "E3703", "W3005"]

    # THEN
    assert len(stages) == 2
    assert cfn_lint(*stages) == ("", 0)
    assert cfn_lint(pipeline, *ignored) == ("", 0)


def test_the_requirements_name_the_wheel_of_this_version(examples: Path) -> None:
    # GIVEN
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    name = project["name"].replace("-", "_")

    # WHEN
    requirements = (examples / "pipeline" / "requirements.txt").read_text().splitlines()

    # THEN
    assert f"./vendor/{name}-{project['version']}-py3-none-any.whl[cli]" in requirements


def cfn_lint(*arguments: str | Path) -> tuple[str, int]:
    command = [Path(sys.executable).with_name("cfn-lint"), "--format", "parseable", *arguments]
    linted = subprocess.run(command, capture_output=True, text=True)
    return linted.stdout, linted.returncode
