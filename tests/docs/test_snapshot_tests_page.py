"""docs/snapshot-tests.md: the tests pass with the stack of the README, and fail after a change."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from support.checkout import ROOT
from support.markdown import blocks, commands

pytestmark = pytest.mark.slow

PAGE = "docs/snapshot-tests.md"


def test_the_example_tests_pass_and_fail_after_a_change(tmp_path: Path) -> None:
    # GIVEN
    policy, _ = blocks("README.md", "python")
    of_policy, of_one_user = blocks(PAGE, "python")
    (tmp_path / "guest_policy.py").write_text(policy)
    (tmp_path / "test_guest_policy.py").write_text(of_policy)
    (tmp_path / "test_kiosk.py").write_text(of_one_user)
    accept, check = commands(PAGE)

    def summary(command: str) -> str:
        completed = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": f"{ROOT / 'constructs'}{os.pathsep}{ROOT / 'lambda'}"},
            capture_output=True,
            text=True,
        )
        return re.sub(r"[^\w ,]+", "", completed.stdout.splitlines()[-1]).strip()

    # WHEN / THEN
    assert summary(accept).startswith("3 passed")
    assert summary(check).startswith("3 passed")
    (tmp_path / "guest_policy.py").write_text(policy.replace("days(30)", "days(31)"))
    assert summary(check).startswith("2 failed, 1 passed")
