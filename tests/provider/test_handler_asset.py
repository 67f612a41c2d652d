"""The code of the function: the same files everywhere, or a sentence that names what is wrong."""

import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk.aws_s3_assets import Asset

from chime_expiration._provider import handler_asset
from chime_expiration._provider.handler_asset import copy_handler_to
from support.checkout import ROOT

REINSTALL = "run pip install --force-reinstall --no-deps crhelper"
DAMAGED = "the installation of crhelper is damaged: {} is missing or changed; " + REINSTALL


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    folder = tmp_path / "reference"
    copy_handler_to(folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def hash_of(folder: Path) -> str:
    return str(Asset(Stack(App(), "Any"), "Code", path=str(folder)).asset_hash)


@pytest.fixture
def strict_umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


# A healthy installation.


def test_the_asset_has_the_handler_crhelper_and_its_licence(reference: Path) -> None:
    # WHEN
    names = set(contents(reference))

    # THEN
    assert "chime_expiration_handler/user/handler.py" in names
    assert "chime_expiration_handler/contract/__init__.py" in names
    assert "crhelper/resource_helper.py" in names
    others = {name for name in names if not name.endswith(".py")}
    assert {name.rpartition("/")[2] for name in others} == {"LICENSE", "NOTICE"}


@pytest.mark.usefixtures("strict_umask")
def test_a_strict_umask_makes_the_same_files_readable_by_all(
    tmp_path: Path, reference: Path
) -> None:
    # WHEN
    folder = tmp_path / "asset"
    copy_handler_to(folder)

    # THEN
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    assert modes == {0o644}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o755}
    assert hash_of(folder) == hash_of(reference)


@pytest.mark.usefixtures("strict_umask")
def test_a_strict_umask_makes_the_files_of_the_assembly_readable_by_all(tmp_path: Path) -> None:
    # GIVEN
    stack = Stack(App(outdir=str(tmp_path / "cdk.out")), "Any")
    copy_handler_to(tmp_path / "asset")

    # WHEN
    Asset(stack, "Code", path=str(tmp_path / "asset"))

    # THEN
    [staged] = (tmp_path / "cdk.out").glob("asset.*")
    files = [path for path in staged.rglob("*") if path.is_file()]
    assert len(files) > 20
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o644}


def test_what_lies_beside_the_sources_changes_nothing(tmp_path: Path, reference: Path) -> None:
    # GIVEN a folder that an earlier version has filled, and compiled modules
    folder = tmp_path / "asset"
    shutil.copytree(reference, folder)
    (folder / "left_over.py").write_text("")
    (folder / "chime_expiration_handler" / "__pycache__").mkdir(exist_ok=True)

    # WHEN
    copy_handler_to(folder)

    # THEN
    assert contents(folder) == contents(reference)


PROGRAM = """
import sys
import chime_expiration_handler
from aws_cdk import App, Duration, Stack
from chime_expiration import AppInstanceUserExpiration

app = App(outdir=sys.argv[1])
AppInstanceUserExpiration(
    Stack(app, "Any"),
    "Guest",
    app_instance_user_arn="arn:aws:chime:us-east-1:111122223333:app-instance/a/user/guest",
    expire_after=Duration.days(30),
)
app.synth()
print(chime_expiration_handler.__file__)
"""


def test_a_handler_that_is_imported_from_a_zip_archive_gives_the_same_asset(
    tmp_path: Path, reference: Path
) -> None:
    # GIVEN
    archive = tmp_path / "handler.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for file in sorted((ROOT / "lambda").rglob("*.py")):
            zipped.write(file, file.relative_to(ROOT / "lambda"))
    environment = os.environ | {"PYTHONPATH": f"{archive}{os.pathsep}{ROOT / 'constructs'}"}

    # WHEN
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "cdk.out")],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    # THEN
    assert ran.stdout.startswith(f"{archive}/")
    [staged] = (tmp_path / "cdk.out").glob("asset.*")
    assert contents(staged) == contents(reference)
    assert staged.name == f"asset.{hash_of(reference)}"


# A damaged one.


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the installed crhelper, to be damaged; it is the one that is found."""
    folder = tmp_path / "site-packages"
    installed = distribution("crhelper")
    for file in installed.files or ():
        source = Path(str(file.locate()))
        if ".." not in file.parts and source.is_file() and source.suffix != ".pyc":
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / file)
    [metadata] = folder.glob("*.dist-info")
    monkeypatch.setattr(handler_asset, "distribution", lambda _: Distribution.at(metadata))
    return folder


def edit(file: Path) -> None:
    file.write_text(file.read_text() + "# edited\n")


def empty(file: Path) -> None:
    file.write_text("")


def test_a_copy_of_the_installation_gives_the_same_asset(
    tmp_path: Path, site: Path, reference: Path
) -> None:
    # WHEN
    copy_handler_to(tmp_path / "asset")

    # THEN
    assert site.is_dir()
    assert contents(tmp_path / "asset") == contents(reference)


@pytest.mark.parametrize("damage", [edit, empty])
@pytest.mark.parametrize("name", ["crhelper/resource_helper.py", "crhelper/__init__.py"])
def test_a_file_that_differs_from_the_record_is_named(
    tmp_path: Path, site: Path, damage: Callable[[Path], None], name: str
) -> None:
    # GIVEN
    damage(site / name)

    # WHEN / THEN
    with pytest.raises(RuntimeError) as refusal:
        copy_handler_to(tmp_path / "asset")
    assert str(refusal.value) == DAMAGED.format(name)


@pytest.mark.parametrize("name", ["crhelper/resource_helper.py", "crhelper/log_helper.py"])
def test_a_missing_file_is_named(tmp_path: Path, site: Path, name: str) -> None:
    # GIVEN
    (site / name).unlink()

    # WHEN / THEN
    with pytest.raises(RuntimeError) as refusal:
        copy_handler_to(tmp_path / "asset")
    assert str(refusal.value) == DAMAGED.format(name)


@pytest.mark.parametrize("record", [None, "", "crhelper-2.0.12.dist-info/METADATA,,\n"])
def test_a_record_without_code_is_refused(tmp_path: Path, site: Path, record: str | None) -> None:
    # GIVEN
    [file] = site.glob("*.dist-info/RECORD")
    if record is None:
        file.unlink()
    else:
        file.write_text(record)

    # WHEN / THEN
    message = f"^the RECORD of crhelper lists no code: {REINSTALL}$"
    with pytest.raises(RuntimeError, match=message):
        copy_handler_to(tmp_path / "asset")


def test_a_crhelper_that_is_not_installed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    monkeypatch.setattr(handler_asset, "_CRHELPER", "crhelper-that-nobody-has-installed")

    # WHEN / THEN
    with pytest.raises(RuntimeError, match=f"^crhelper is not installed: {REINSTALL}$"):
        copy_handler_to(tmp_path / "asset")
