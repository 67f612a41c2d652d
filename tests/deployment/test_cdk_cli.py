"""The CDK CLI as the tests and the demo run it."""

import json
import os
from pathlib import Path

import pytest

from localaws import LocalAws
from localaws.cdk_cli import CdkCli

pytestmark = pytest.mark.deploys

APP = """
from aws_cdk import App, CfnOutput, Stack

app = App()
CfnOutput(Stack(app, "Nothing"), "Output", value="value")
app.synth()
"""


def test_two_cdk_clis_can_run_for_the_same_app(bootstrapped_aws: LocalAws, tmp_path: Path) -> None:
    # GIVEN
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "cdk.json").write_text(json.dumps({"app": "python3 app.py"}))
    output = tmp_path / "cdk.out"
    output.mkdir()
    # The lock of another CLI: the process id is that of a running process.
    (output / f"read.{os.getpid()}.1.lock").touch()

    # WHEN
    stacks = CdkCli(bootstrapped_aws, tmp_path).run("list")

    # THEN
    assert stacks.split() == ["Nothing"]
