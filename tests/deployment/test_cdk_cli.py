"""The CLI as the tests and the demo run it."""

import json
import os

import pytest

from localaws.cdk_cli import CdkCli

pytestmark = pytest.mark.deploys

APP = """
from aws_cdk import App, CfnOutput, Stack

app = App()
CfnOutput(Stack(app, "Nothing"), "Nobody", value="nothing")
app.synth()
"""


def test_another_cli_that_runs_for_the_same_app_is_not_in_its_way(bootstrapped_stage, tmp_path):
    # GIVEN
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "cdk.json").write_text(json.dumps({"app": "python3 app.py"}))
    output = tmp_path / "cdk.out"
    output.mkdir()
    # As a CLI writes it while it reads, with the id of a process that runs.
    (output / f"read.{os.getpid()}.1.lock").touch()

    # WHEN
    stacks = CdkCli(bootstrapped_stage, tmp_path).run("list")

    # THEN
    assert stacks.split() == ["Nothing"]
