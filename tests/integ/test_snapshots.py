"""Each ``integ_*.py`` still has the templates in its snapshot.

The check is that of CDK's integ-runner, which cannot be used yet: its last version reads cloud
assemblies up to schema 53, and aws-cdk-lib writes 55. As there, hashes of assets are not compared,
so a snapshot stays valid when the code of a function changes. ``make snapshots`` accepts changed
templates.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chime_expiration.testing import snapshot_of
from support.checkout import ROOT

pytestmark = pytest.mark.slow

INTEG_TESTS = sorted(Path(__file__).parent.glob("integ_*.py"))

# What integ-runner reads. The rest has paths of this machine, or copies of assets.
KEPT = ("cdk.out", "integ.json", "manifest.json", "*.assets.json", "*.template.json")

# The time of the synthesis, so that an assertion is made again in each deployment.
_SALT = re.compile(r'"salt": "\d+"')


def snapshot_folder(integ_test: Path) -> Path:
    """Where integ-runner looks for the snapshot."""
    return integ_test.with_name(f"{integ_test.name}.snapshot")


def synthesize(integ_test: Path, folder: Path) -> Path:
    """Synthesize with the feature flags of a new project; return the cloud assembly."""
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    flags = {name: value for name, value in context.items() if name.startswith("@aws-cdk/")}
    subprocess.run(
        [sys.executable, str(integ_test)],
        check=True,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join([str(ROOT / "constructs"), str(ROOT / "lambda")]),
            "CDK_CONTEXT_JSON": json.dumps(flags),
            "CDK_OUTDIR": str(folder),
        },
    )
    return folder


def compared(assembly: Path) -> dict[str, Any]:
    """The tests and the templates of a cloud assembly, without the hashes of assets."""
    tests = json.loads((assembly / "integ.json").read_text())["testCases"]
    templates = {
        path.name: snapshot_of(json.loads(_SALT.sub('"salt": ""', path.read_text())))
        for path in sorted(assembly.glob("*.template.json"))
    }
    return {"integ.json": tests, **templates}


def write_snapshot(assembly: Path, snapshot: Path) -> None:
    """Replace the snapshot by what the assembly has."""
    shutil.rmtree(snapshot, ignore_errors=True)
    snapshot.mkdir()
    for pattern in KEPT:
        for path in assembly.glob(pattern):
            text = path.read_text().rstrip("\n")
            (snapshot / path.name).write_text(f"{text}\n")


@pytest.mark.parametrize("integ_test", INTEG_TESTS, ids=lambda path: path.stem)
def test_the_templates_are_those_of_the_snapshot(
    integ_test: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    # WHEN
    snapshot = snapshot_folder(integ_test)
    actual = compared(synthesize(integ_test, tmp_path / "assembly"))
    expected = compared(snapshot) if (snapshot / "integ.json").exists() else None

    # THEN
    if request.config.getoption("--snapshot-update") and actual != expected:
        write_snapshot(tmp_path / "assembly", snapshot)
    else:
        assert actual == expected


def test_there_is_an_integ_test() -> None:
    assert INTEG_TESTS
