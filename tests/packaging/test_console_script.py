"""The console script of the built wheel."""

import subprocess
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_the_wheel_declares_the_console_script(wheel: Path) -> None:
    # WHEN
    archive = zipfile.ZipFile(wheel)
    [entry_points] = [name for name in archive.namelist() if name.endswith("entry_points.txt")]

    # THEN
    assert archive.read(entry_points).decode().split("\n")[:2] == [
        "[console_scripts]",
        "chime-expiration = chime_expiration_cli.__main__:main",
    ]


@pytest.mark.parametrize("arguments", [[], ["status"]])
def test_the_installed_console_script_prints_its_help(
    installed_python: Path, clean_environment: dict[str, str], arguments: list[str]
) -> None:
    # WHEN
    result = subprocess.run(
        [installed_python.with_name("chime-expiration"), *arguments, "--help"],
        env=clean_environment,
        capture_output=True,
        text=True,
        timeout=60,
    )

    # THEN
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(" ".join(["Usage: chime-expiration", *arguments]))
