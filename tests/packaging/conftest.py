import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
from aws_cdk import App, Duration, Stack

from chime_expiration import AppInstanceUserExpiration
from support.checkout import ROOT
from support.package_index import install_from, package_index


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run the tests that need a network only where ``-m`` names their mark."""
    unnamed = {"oldest", "network"} - set(config.option.markexpr.split())
    deselected = [item for item in items if any(map(item.get_closest_marker, unnamed))]
    config.hook.pytest_deselected(items=deselected)
    items[:] = [item for item in items if item not in deselected]


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel, built from the sdist, and the sdist.

    The variable DISTRIBUTIONS names a folder with those that are going to be published.
    """
    if "DISTRIBUTIONS" in os.environ:
        return Path(os.environ["DISTRIBUTIONS"])
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, text=True)
    return folder


@pytest.fixture(scope="session")
def wheel(distributions: Path) -> Path:
    [wheel] = distributions.glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def local_index(distributions: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a package index that has the wheel and the sdist, and nothing else."""
    with package_index(distributions, tmp_path_factory.mktemp("index")) as address:
        yield address


@pytest.fixture(scope="session")
def installed_python(local_index: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an empty environment with the wheel in it, from the local index.

    Its dependencies come from the environment of the tests, where pip finds them: no network.
    """
    folder = tmp_path_factory.mktemp("installed") / "environment"
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    site = sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})
    Path(site, "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    install_from(local_index, python, "cdk-chime-expiration[cli]")
    return python


@pytest.fixture
def clean_environment() -> dict[str, str]:
    """Environment variables without those of this project."""
    kept = ("HOME", "LANG", "PATH", "PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "SSL_CERT_FILE")
    return {name: os.environ[name] for name in kept if name in os.environ}


@pytest.fixture(scope="session")
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
    shutil.copyfile(Path(__file__).with_name("consumer_app.py"), folder / "app.py")
    return folder
