"""The versions of the dependencies that the tests use: the oldest, and the pinned ones."""

import json

from packaging.requirements import Requirement

from release.checkout import Checkout

_PYTHON = "Programming Language :: Python :: 3."


def oldest(checkout: Checkout) -> dict[str, str]:
    """The lowest version that pyproject.toml allows of each dependency."""
    lowest = {}
    for line in checkout.project["dependencies"]:
        required = Requirement(line)
        [lowest[required.name]] = [
            bound.version for bound in required.specifier if bound.operator == ">="
        ]
    return lowest


def pinned(checkout: Checkout) -> dict[str, str]:
    """The version in requirements.txt of each dependency of pyproject.toml."""
    lines = (checkout.root / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if "==" in line)
    return {name: pins[name] for name in oldest(checkout)}


def cdk_cli(checkout: Checkout) -> str:
    """The version of the CDK CLI in package.json."""
    package = json.loads((checkout.root / "package.json").read_text(encoding="utf-8"))
    return str({**package.get("dependencies", {}), **package.get("devDependencies", {})}["aws-cdk"])


def pythons(checkout: Checkout) -> list[str]:
    """The versions of Python that pyproject.toml names, which CI runs the tests with."""
    classifiers = checkout.project["classifiers"]
    return [f"3.{c.removeprefix(_PYTHON)}" for c in classifiers if c.startswith(_PYTHON)]
