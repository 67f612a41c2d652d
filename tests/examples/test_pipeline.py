"""The pipeline example: what it synthesizes, and that linters have nothing to say."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chime_expiration.testing import has_expiration, snapshot_of
from support.checkout import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def assembly(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the CLI would have synthesized."""
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


def template(assembly: Path, name: str) -> dict:
    [file] = assembly.rglob(f"{name}.template.json")
    return dict(json.loads(file.read_text()))


@pytest.mark.parametrize(("stage", "days"), [("Test", 7), ("Production", 90)])
def test_each_stage_declares_its_own_days(assembly: Path, examples: Path, stage: str, days: int):
    # GIVEN
    chats = json.loads((examples / "pipeline" / "cdk.json").read_text())["context"]["chats"]

    # WHEN / THEN
    for guest in chats[stage]["guests"]:
        has_expiration(template(assembly, f"Delivery{stage}*"), guest, days)


def test_the_pipeline_is_the_one_that_was_reviewed(assembly: Path, snapshot):
    # WHEN / THEN
    assert snapshot_of(template(assembly, "Delivery")) == snapshot


def test_a_stage_is_the_one_that_was_reviewed(assembly: Path, snapshot):
    # WHEN / THEN
    assert snapshot_of(template(assembly, "DeliveryTest*")) == snapshot


def test_the_pipeline_updates_itself_before_it_deploys_and_asks_before_production(assembly: Path):
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
    assert "Manual" in stages["Production"]


def test_cfn_lint_has_nothing_to_say(assembly: Path):
    # WHEN
    pipeline, *stages = sorted(assembly.rglob("*.template.json"), key=lambda file: len(file.parts))
    # What CDK Pipelines writes itself is not ours to mend.
    its_own = ["--ignore-checks", "E3703", "W3005"]

    # THEN
    assert len(stages) == 2
    assert cfn_lint(*stages) == ("", 0)
    assert cfn_lint(pipeline, *its_own) == ("", 0)


def cfn_lint(*arguments: str | Path) -> tuple[str, int]:
    command = [Path(sys.executable).with_name("cfn-lint"), "--format", "parseable", *arguments]
    linted = subprocess.run(command, capture_output=True, text=True)
    return linted.stdout, linted.returncode
