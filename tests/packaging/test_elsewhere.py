"""The wheel from a package index in an empty environment, with the app of another project."""

import json
import subprocess
from pathlib import Path

import pytest

from support.checkout import ROOT
from support.function_code import function_code

pytestmark = pytest.mark.slow


def test_python_app_py_builds_the_same_asset_and_imports_nothing_from_the_checkout(
    installed_python: Path, app_folder: Path, clean_environment: dict[str, str], asset_hash: str
) -> None:
    # WHEN
    printed = subprocess.run(
        [installed_python, "app.py"],
        cwd=app_folder,
        env={**clean_environment, "CDK_OUTDIR": "cdk.out"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    # THEN
    places = dict(line.split(" ", 1) for line in printed)
    installed = str(installed_python.parents[1])
    assert places["chime_expiration"].startswith(installed)
    assert places["chime_expiration_handler"].startswith(installed)
    assert places["constructs"].endswith("site-packages/constructs/__init__.py")
    roots = {str(ROOT), str(ROOT / "constructs"), str(ROOT / "lambda")}
    assert not roots & set(places["path"].split(" "))
    assert function_code(app_folder / "cdk.out") == asset_hash


def test_cdk_synth_builds_the_same_asset(
    installed_python: Path, app_folder: Path, clean_environment: dict[str, str], asset_hash: str
) -> None:
    # GIVEN
    (app_folder / "cdk.json").write_text(json.dumps({"app": f'"{installed_python}" app.py'}))

    # WHEN
    subprocess.run(
        [ROOT / "node_modules" / ".bin" / "cdk", "synth", "--quiet", "--no-version-reporting"],
        cwd=app_folder,
        env={**clean_environment, "CDK_DISABLE_CLI_TELEMETRY": "1", "CI": "true"},
        capture_output=True,
        check=True,
    )

    # THEN
    assert function_code(app_folder / "cdk.out") == asset_hash
