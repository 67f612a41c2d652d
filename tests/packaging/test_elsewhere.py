"""The wheel in an empty environment, with the app of another project in another folder."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from aws_cdk import App, Duration, Stack

from chime_expiration import AppInstanceUserExpiration
from support.checkout import ROOT

pytestmark = pytest.mark.slow

APP = Path(__file__).with_name("consumer_app.py")


@pytest.fixture(scope="module")
def asset_hash(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The hash of the function's code, synthesized from this checkout."""
    folder = tmp_path_factory.mktemp("checkout")
    app = App(outdir=str(folder))
    AppInstanceUserExpiration(
        Stack(app, "Policies"),
        "Guest",
        app_instance_user_arn="arn:aws:chime:us-east-1:111122223333:app-instance/a/user/b",
        expire_after=Duration.days(30),
    )
    app.synth()
    [asset] = folder.glob("asset.*")
    return asset.name.removeprefix("asset.")


@pytest.fixture
def app_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "other project"
    folder.mkdir()
    shutil.copyfile(APP, folder / "app.py")
    return folder


def function_code(assembly: Path) -> str:
    template = json.loads((assembly / "Policies.template.json").read_text())
    [function] = [
        resource
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    ]
    key: str = function["Properties"]["Code"]["S3Key"]
    return key.removesuffix(".zip")


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
