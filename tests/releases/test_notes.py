"""The notes of a release name what it was tested with."""

from pathlib import Path

import yaml

from release.checkout import Checkout
from release.notes import release_notes
from release.versions import pythons
from support.checkout import ROOT, copy_checkout


def test_the_notes_have_the_changes_and_the_versions_that_the_tests_use(tmp_path: Path) -> None:
    # GIVEN
    root = copy_checkout(tmp_path / "checkout")
    (root / "CHANGELOG.md").write_text("## [0.1.0] - 2026-01-31\n\n### Added\n\n- A thing.\n")
    for name, old, new in [
        ("pyproject.toml", "aws-cdk-lib>=2.109.0", "aws-cdk-lib>=2.111.1"),
        ("requirements.txt", f"aws-cdk-lib=={pin('aws-cdk-lib')}", "aws-cdk-lib==2.999.9"),
    ]:
        text = (root / name).read_text()
        assert old in text
        (root / name).write_text(text.replace(old, new))

    # WHEN
    notes = release_notes(Checkout(root))

    # THEN
    newest = f"aws-cdk-lib 2.999.9, constructs {pin('constructs')}, crhelper {pin('crhelper')}"
    assert notes.startswith(f"### Added\n\n- A thing.\n\n### Tested with\n\n- {newest}, and the ")
    assert "\n- aws-cdk-lib 2.111.1, constructs 10.0.0, crhelper 2.0.12, the oldest that" in notes


def test_the_notes_name_the_interpreters_of_ci() -> None:
    # GIVEN
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())

    # THEN
    matrix = workflow["jobs"]["test"]["strategy"]["matrix"]
    assert pythons(Checkout(ROOT)) == matrix["python"]


def pin(name: str) -> str:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    [version] = [line.removeprefix(f"{name}==") for line in lines if line.startswith(f"{name}==")]
    return version
