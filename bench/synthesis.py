"""Synthesizes the apps, each in a process of its own, as the CDK CLI does."""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.places import PROJECT, SOURCE_ROOTS, search_path
from bench.processes import Cost, run


def synthesize(app: str, users: int, folder: Path) -> Cost:
    """Run one of ``bench.apps`` for a number of users; the cloud assembly stays in ``folder``."""
    shutil.rmtree(folder, ignore_errors=True)
    environment = os.environ | {
        "PATH": search_path(),
        "PYTHONPATH": os.pathsep.join([*SOURCE_ROOTS, str(PROJECT)]),
        "CDK_OUTDIR": str(folder),
    }
    return run([sys.executable, "-m", "bench.apps", app, str(users)], environment)


def template(app: str, users: int) -> dict[str, Any]:
    """The template of an app."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        out = Path(folder) / "cdk.out"
        synthesize(app, users, out)
        content: dict[str, Any] = json.loads((out / "Policy.template.json").read_text("utf-8"))
        return content


def staged_asset(app: str, folder: Path) -> Path:
    """The folder with the function's code that an app uploads."""
    synthesize(app, 1, folder)
    manifest = json.loads((folder / "Policy.assets.json").read_text("utf-8"))
    (source,) = (
        file["source"]["path"]
        for file in manifest["files"].values()
        if file["source"]["packaging"] == "zip"
    )
    return folder / str(source)
