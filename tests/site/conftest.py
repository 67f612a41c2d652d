"""The documentation site, built as ``make docs`` builds it."""

import fcntl
import subprocess
from pathlib import Path

import pytest

from support.checkout import ROOT

OUTPUT = "docs.out"


def build_command() -> str:
    """The command in the Makefile that runs Sphinx."""
    installed = (".venv/.installed", "node_modules/.package-lock.json")
    dry_run = subprocess.run(
        # `make test` sets variables for its children, which change what is printed.
        ["env", "--unset=MAKEFLAGS", "--unset=MAKELEVEL", "make", "--dry-run", "docs"]
        + [f"--assume-old={file}" for file in installed],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    [command] = [line for line in dry_run.stdout.splitlines() if line.startswith("sphinx-build")]
    return command


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder of the site. The workers of a test run share it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / OUTPUT
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            # Under its name, there is only a site without a warning.
            unchecked = folder.with_suffix(".unchecked")
            command = build_command().replace(f" {OUTPUT} ", f" {unchecked} ").split()
            built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            assert built.returncode == 0, built.stderr
            unchecked.rename(folder)
    return folder / "html"
