"""Two builds of a commit: the same bytes, wherever and whenever they are made."""

import subprocess
import sys
from pathlib import Path

import pytest

from release.builds import build_twice, sha256_of
from release.checkout import Checkout
from release.errors import ReleaseError
from support.checkout import copy_checkout
from support.git import start_repository

pytestmark = pytest.mark.slow

# Python imports this module when it starts: the clock is a hundred days ahead.
A_LATER_DAY = """\
import time

now = time.time
time.time = lambda: now() + 100 * 86400
"""

# A build that writes into the package where it happened.
DEPENDS_ON = """
[tool.hatch.build.hooks.custom]
"""
HOOK = """\
import os, time
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

class Hook(BuildHookInterface):
    def initialize(self, version, build_data):
        path = os.path.join(self.root, "constructs", "chime_expiration", "py.typed")
        with open(path, "w") as file:
            file.write(str({expression}))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    checkout = Checkout(copy_checkout(tmp_path_factory.mktemp("project")))
    start_repository(checkout)
    return checkout


def test_builds_on_different_days_and_in_different_folders_have_the_same_bytes(
    project: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a build beside a file that is not committed
    offender = project.root / "constructs" / "chime_expiration" / "offender.py"
    offender.write_text('"""Not in git."""\n')
    hashes = build_twice(project, tmp_path / "today")
    offender.unlink()
    # AND a clone, in which another build is made on a later day
    clone = tmp_path / "a clone"
    project.git("clone", "--quiet", ".", str(clone))
    (tmp_path / "sitecustomize.py").write_text(A_LATER_DAY)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    later = subprocess.run(
        [sys.executable, "-c", "import time; print(time.time())"], capture_output=True, check=True
    )
    assert float(later.stdout) > (tmp_path / "today").stat().st_mtime + 99 * 86400

    # THEN
    assert build_twice(Checkout(clone), tmp_path / "later") == hashes
    assert sha256_of(tmp_path / "later") == hashes
    assert sorted(Path(name).suffix for name in hashes) == [".gz", ".whl"]


@pytest.mark.parametrize("expression", ["self.root", "os.environ.get('TZ')"])
def test_a_build_that_depends_on_its_surroundings_is_refused(
    project: Checkout, tmp_path: Path, expression: str
) -> None:
    # GIVEN
    clone = Checkout(tmp_path / "clone")
    project.git("clone", "--quiet", ".", str(clone.root))
    with (clone.root / "pyproject.toml").open("a") as settings:
        settings.write(DEPENDS_ON)
    (clone.root / "hatch_build.py").write_text(HOOK.format(expression=expression))
    start_repository(clone)

    # WHEN
    with pytest.raises(ReleaseError) as refused:
        build_twice(clone, tmp_path / "dist")

    # THEN
    assert all(reason.startswith("two builds of cdk_") for reason in refused.value.reasons)
    assert not (tmp_path / "dist").exists()


def test_a_build_that_fails_says_why(project: Checkout, tmp_path: Path) -> None:
    # GIVEN
    clone = Checkout(tmp_path / "clone")
    project.git("clone", "--quiet", ".", str(clone.root))
    (clone.root / "README.md").unlink()
    start_repository(clone)

    # WHEN
    with pytest.raises(ReleaseError) as refused:
        build_twice(clone, tmp_path / "dist")

    # THEN
    assert "README.md" in refused.value.reasons[0]
