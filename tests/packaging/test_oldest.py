"""The lowest versions that pyproject.toml allows, installed over the network.

Run with ``pytest -m oldest``; it takes a minute.
"""

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from release.checkout import Checkout
from release.versions import oldest
from support.checkout import ROOT

pytestmark = pytest.mark.oldest


def test_consumer_app_synthesizes_with_the_oldest_versions(
    wheel: Path, tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    # GIVEN
    venv.create(tmp_path / "environment", symlinks=True)
    python = tmp_path / "environment" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    lowest = [f"{name}=={version}" for name, version in oldest(Checkout(ROOT)).items()]
    subprocess.run([*pip, str(wheel), *lowest], check=True)

    # WHEN
    subprocess.run(
        [python, Path(__file__).with_name("consumer_app.py")],
        cwd=tmp_path,
        env={**clean_environment, "CDK_OUTDIR": "cdk.out"},
        check=True,
    )

    # THEN
    template = (tmp_path / "cdk.out" / "Policies.template.json").read_text()
    assert "Custom::ChimeAppInstanceUserExpiration" in template
    assert "AWS::Events::Rule" in template
