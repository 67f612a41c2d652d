"""Synthesizes the apps, each in a process of its own, as the CDK CLI does."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from bench.places import PROJECT, SOURCE_ROOTS, tools
from bench.processes import Cost, run


def synthesize(app: str, users: int, folder: Path) -> Cost:
    """Run one of `bench.apps` for a number of users; the cloud assembly is left in `folder`."""
    shutil.rmtree(folder, ignore_errors=True)
    environment = os.environ | {
        "PATH": tools(),
        "PYTHONPATH": os.pathsep.join([*SOURCE_ROOTS, str(PROJECT)]),
        "CDK_OUTDIR": str(folder),
    }
    return run([sys.executable, "-m", f"bench.apps.{app}", str(users)], environment)


def template(folder: Path) -> dict[str, Any]:
    """The template in a cloud assembly."""
    content: dict[str, Any] = json.loads((folder / "Policy.template.json").read_text("utf-8"))
    return content


def staged_asset(app: str, folder: Path) -> Path:
    """The folder of the function's code that the app would upload."""
    synthesize(app, 1, folder)
    manifest = json.loads((folder / "Policy.assets.json").read_text("utf-8"))
    (source,) = (
        file["source"]["path"]
        for file in manifest["files"].values()
        if file["source"]["packaging"] == "zip"
    )
    return folder / str(source)
