"""cfn-lint and the validation of CDK accept the templates."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk.aws_sqs import CfnQueue


@pytest.mark.usefixtures("stack")
def test_cfn_lint_and_the_validation_of_cdk_find_nothing(app: App, tmp_path: Path) -> None:
    # WHEN
    app.synth()

    # THEN
    assembly = tmp_path / "cdk.out"
    report = json.loads((assembly / "validation-report.json").read_text())
    assert report["pluginReports"] == []
    templates = sorted(str(path) for path in assembly.glob("*.template.json"))
    assert len(templates) == 2
    linted = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), "--format", "parseable", "--", *templates],
        capture_output=True,
        text=True,
    )
    assert (linted.stdout, linted.returncode) == ("", 0)


def test_the_validation_of_cdk_reports_an_unknown_property(app: App, tmp_path: Path) -> None:
    # GIVEN
    CfnQueue(Stack(app, "Wrong"), "Queue").add_property_override("Unknown", "value")

    # WHEN
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()

    # THEN
    assert "Unknown" in (tmp_path / "cdk.out" / "validation-report.json").read_text()
