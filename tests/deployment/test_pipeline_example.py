"""The stages of the pipeline example, deployed by the real CDK CLI."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from localaws import LocalAws
from localaws.cdk_cli import CdkCli
from support.checkout import ROOT

pytestmark = pytest.mark.deploys


@pytest.fixture
def users(bootstrapped_aws: LocalAws) -> dict[str, str]:
    """The guest of each stage."""
    chime = bootstrapped_aws.chime
    return {
        name: chime.create_user(chime.create_app_instance(name), "guest")
        for name in ("Test", "Production")
    }


@pytest.fixture
def cdk(
    bootstrapped_aws: LocalAws,
    users: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[CdkCli]:
    """The CLI in a copy of the example with our users in its context."""
    folder = tmp_path / "pipeline"
    shutil.copytree(ROOT / "examples" / "pipeline", folder)
    settings = json.loads((folder / "cdk.json").read_text())
    for name, user in users.items():
        settings["context"]["chats"][name]["guests"] = [user]
    (folder / "cdk.json").write_text(json.dumps(settings))
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'constructs'}{os.pathsep}{ROOT / 'lambda'}")
    cli = CdkCli(bootstrapped_aws, folder)
    yield cli
    cli.run("destroy", "Delivery/Test/*", "Delivery/Production/*", "--force")


def test_each_stage_deploys_its_own_days(
    cdk: CdkCli, bootstrapped_aws: LocalAws, users: dict[str, str]
) -> None:
    # WHEN
    for name in users:
        cdk.run("deploy", f"Delivery/{name}/*", "--require-approval", "never")

    # THEN
    days = {name: bootstrapped_aws.chime.expiration_days(user) for name, user in users.items()}
    assert days == {"Test": 7, "Production": 90}
