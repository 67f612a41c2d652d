"""cfn-lint, and CDK's own validation of templates."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk.aws_sqs import CfnQueue


@pytest.mark.usefixtures("stack")
def test_cfn_lint_and_cdks_own_validation_find_nothing(app: App, tmp_path: Path) -> None:
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


def test_cdks_own_validation_would_say_so(app: App, tmp_path: Path) -> None:
    # GIVEN
    CfnQueue(Stack(app, "Wrong"), "Queue").add_property_override("Unheard", "of")

    # WHEN
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()

    # THEN
    assert "Unheard" in (tmp_path / "cdk.out" / "validation-report.json").read_text()
