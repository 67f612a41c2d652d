"""What is in the wheel and the sdist, and what is not."""

import email
import re
import tarfile
import zipfile
from pathlib import Path

from support.checkout import ROOT


def sources() -> set[str]:
    """The files of the packages, as they are imported."""
    return {
        str(file.relative_to(ROOT / root))
        for root in ("cli", "constructs", "lambda")
        for file in (ROOT / root).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def test_the_wheel_contains_the_packages_and_nothing_else(wheel: Path) -> None:
    # WHEN
    names = set(zipfile.ZipFile(wheel).namelist())

    # THEN
    packages = {name for name in names if ".dist-info/" not in name}
    assert packages == sources()
    assert {name.partition("/")[0] for name in packages} == {
        "chime_expiration",
        "chime_expiration_cli",
        "chime_expiration_handler",
    }
    assert {name for name in packages if name.endswith("py.typed")} == {
        "chime_expiration/py.typed",
        "chime_expiration_cli/py.typed",
        "chime_expiration_handler/py.typed",
    }


def test_the_wheel_contains_its_licence_and_its_requirements(wheel: Path) -> None:
    # WHEN
    archive = zipfile.ZipFile(wheel)
    [metadata] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    fields = email.message_from_bytes(archive.read(metadata))

    # THEN
    assert any(name.endswith("licenses/LICENSE") for name in archive.namelist())
    assert fields["Name"] == "cdk-chime-expiration"
    assert fields["Requires-Python"] == ">=3.11"
    required = [re.split("[<>=]", each)[0] for each in fields.get_all("Requires-Dist", [])]
    assert required == [
        "aws-cdk-lib",
        "constructs",
        "crhelper",
        "boto3",
        "click",
        "jinja2",
        "pygal",
        "rich",
    ]


def test_the_sdist_contains_the_sources_and_the_files_of_the_build(distributions: Path) -> None:
    # WHEN
    [sdist] = distributions.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    # THEN
    roots = {name.partition("/")[0] for name in names}
    assert {"pyproject.toml", "README.md", "LICENSE", "cli", "constructs", "lambda"} <= roots
    assert roots <= {
        ".gitignore",
        "cli",
        "constructs",
        "lambda",
        "LICENSE",
        "PKG-INFO",
        "pyproject.toml",
        "README.md",
    }
    assert not any("__init__.py" in name and name.count("/") == 1 for name in names)
