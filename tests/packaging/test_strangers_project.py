"""An empty environment in which a stranger's project installs what is published, over the network.

Run with ``pytest -m network``; it takes four minutes.
"""

import json
import subprocess
import venv
from pathlib import Path

import pytest
import yaml

from release.checkout import Checkout
from release.versions import pinned
from support.checkout import ROOT
from support.function_code import function_code
from support.package_index import install_from, pip_install

pytestmark = pytest.mark.network

RELEASE_WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"


@pytest.fixture
def empty_python(tmp_path: Path) -> Path:
    """The interpreter of an environment in which nothing is installed, not even pip."""
    venv.create(tmp_path / "environment", symlinks=True)
    return tmp_path / "environment" / "bin" / "python"


def synthesize(python: Path, app_folder: Path, environment: dict[str, str]) -> str:
    """Synthesize the stranger's app, and return the hash of the function's code."""
    subprocess.run(
        [python, "app.py"],
        cwd=app_folder,
        env={**environment, "CDK_OUTDIR": "cdk.out"},
        capture_output=True,
        check=True,
    )
    return function_code(app_folder / "cdk.out")


def test_the_wheel_from_a_package_index_synthesizes_the_same_asset(
    local_index: str,
    empty_python: Path,
    app_folder: Path,
    clean_environment: dict[str, str],
    asset_hash: str,
) -> None:
    # GIVEN the wheel from the local index only: the name on other indexes is not ours
    wanted = f"cdk-chime-expiration=={Checkout(ROOT).version}"
    install_from(local_index, empty_python, "--no-deps", wanted)
    subprocess.run([*pip_install(empty_python), wanted], check=True)

    # THEN
    assert synthesize(empty_python, app_folder, clean_environment) == asset_hash


def test_the_sdist_synthesizes_the_same_asset(
    distributions: Path,
    empty_python: Path,
    app_folder: Path,
    clean_environment: dict[str, str],
    asset_hash: str,
) -> None:
    # GIVEN
    [sdist] = distributions.glob("*.tar.gz")
    subprocess.run([*pip_install(empty_python), str(sdist)], check=True)

    # THEN
    assert synthesize(empty_python, app_folder, clean_environment) == asset_hash


def test_the_bill_of_materials_lists_what_the_wheel_requires_and_nothing_else(
    distributions: Path, tmp_path: Path
) -> None:
    # GIVEN
    for name in ("pyproject.toml", "requirements.txt", "README.md", "LICENSE"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "dist").symlink_to(distributions)
    (tmp_path / "release").mkdir()
    steps = yaml.safe_load(RELEASE_WORKFLOW.read_text())["jobs"]["build"]["steps"]
    [script] = [step["run"] for step in steps if "cyclonedx" in step.get("run", "")]

    # WHEN
    subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, check=True, capture_output=True)

    # THEN
    text = (tmp_path / "release" / "bill-of-materials.cdx.json").read_text()
    bill = json.loads(text)
    listed = {component["name"]: component["version"] for component in bill["components"]}
    assert bill["metadata"]["component"]["version"] == Checkout(ROOT).version
    assert pinned(Checkout(ROOT)).items() <= listed.items()
    assert {"boto3", "click", "rich"} <= set(listed)
    assert not {"pip", "pytest", "cyclonedx-bom"} & set(listed)
    assert str(tmp_path) not in text
