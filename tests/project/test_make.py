"""The targets of the Makefile, with stand-ins for the tools that they run."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.checkout import ROOT

CHECKS = ["ruff format", "ruff check", "lint-imports", "mypy"]

# Writes its command line into a log, and fails when it contains the text in the file `broken`.
TOOL = """\
#!/bin/sh
command="${0##*/} $*"
echo "$command" >> log
case "$command" in *"$(cat broken)"*) exit 1 ;; esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the Makefile, in which everything seems to be installed."""
    shutil.copyfile(ROOT / "Makefile", tmp_path / "Makefile")
    for name in ("requirements.txt", "package-lock.json"):
        (tmp_path / name).touch()
    tools = tmp_path / ".venv" / "bin"
    tools.mkdir(parents=True)
    for name in ("ruff", "lint-imports", "mypy", "python"):
        (tools / name).write_text(TOOL)
        (tools / name).chmod(0o755)
    (tmp_path / ".venv" / ".installed").touch()
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / ".package-lock.json").touch()
    (tmp_path / "log").touch()
    (tmp_path / "broken").write_text("nothing")
    return tmp_path


def make(checkout: Path, *targets: str) -> subprocess.CompletedProcess[str]:
    # `make test` passes its own options on to what it starts.
    environment = {name: text for name, text in os.environ.items() if "MAKE" not in name}
    return subprocess.run(
        ["make", *targets], cwd=checkout, env=environment, capture_output=True, text=True
    )


def test_make_test_runs_every_check_and_then_the_tests(checkout: Path) -> None:
    # WHEN
    made = make(checkout, "test")

    # THEN
    commands = (checkout / "log").read_text().splitlines()
    assert made.returncode == 0, made.stderr
    assert commands[-1].startswith("python -m pytest")
    assert all(any(each.startswith(check) for each in commands[:-1]) for check in CHECKS)


@pytest.mark.parametrize("check", CHECKS)
def test_make_test_fails_when_a_check_fails(checkout: Path, check: str) -> None:
    # GIVEN
    (checkout / "broken").write_text(check)

    # WHEN
    made = make(checkout, "test")

    # THEN
    assert made.returncode != 0
    assert "pytest" not in (checkout / "log").read_text()


@pytest.mark.parametrize(
    ("variables", "command"),
    [([], "python -m release tag"), (["DRY_RUN=1"], "python -m release tag --dry-run")],
)
def test_make_release_tags_unless_it_is_a_dry_run(
    checkout: Path, variables: list[str], command: str
) -> None:
    # WHEN
    made = make(checkout, "release", *variables)

    # THEN
    assert made.returncode == 0, made.stderr
    assert (checkout / "log").read_text().split("\n")[0].rstrip() == command


@pytest.mark.parametrize(
    ("targets", "command"),
    [
        (["prove"], "run"),
        (["prove", "DRY_RUN=1"], "run --dry-run"),
        (["prove", "POLICY=1"], "run --policy"),
        (["prove", "YES=1", "UNCHECKED=1"], "run --yes --unchecked-permissions"),
        (["prove", "YES=1", "SHARED=1"], "run --yes --shared-account"),
        (["prove", "WAIT_FOR_EXPIRATION=1", "REGION=eu-central-1"], "run --wait-for-expiration"),
        (["prove-clean"], "clean"),
        (["prove-clean", "RUN=0a1b2c3d"], "clean --run 0a1b2c3d"),
    ],
)
def test_the_variables_of_make_prove_are_options(
    checkout: Path, targets: list[str], command: str
) -> None:
    # WHEN
    made = make(checkout, *targets)

    # THEN
    assert made.returncode == 0, made.stderr
    assert (checkout / "log").read_text().split() == ["python", "-m", "proof", *command.split()]


def test_make_alone_lists_every_target_on_a_line_of_its_own(checkout: Path) -> None:
    # GIVEN
    [phony] = re.findall(r"^\.PHONY: (.*)$", (checkout / "Makefile").read_text(), re.MULTILINE)

    # WHEN
    made = make(checkout)

    # THEN
    lines = made.stdout.splitlines()
    assert [line.split()[1] for line in lines] == phony.split()
    assert all(re.fullmatch(r"make [a-z-]+ +\S.{10,}", line) for line in lines)
    assert (checkout / "log").read_text() == ""


def test_ci_runs_make_test() -> None:
    # WHEN
    script = (ROOT / ".ci" / "run").read_text()

    # THEN
    assert script.splitlines()[-1] == "exec make test"
