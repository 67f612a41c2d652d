"""The checkout that is released: what git and pyproject.toml say about it."""

import re
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from release.changelog import Changelog

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_MAIN = "main"


@dataclass(frozen=True)
class Checkout:
    """A checkout of this project."""

    root: Path

    def git(self, *arguments: str, standard_input: str | None = None) -> str:
        """Run git and return what it prints. Raises CalledProcessError."""
        command = ["git", "-C", str(self.root), *arguments]
        ran = subprocess.run(
            command, input=standard_input, stdout=subprocess.PIPE, text=True, check=True
        )
        return ran.stdout.strip()

    @property
    def project(self) -> dict[str, Any]:
        settings = tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))
        return dict(settings["project"])

    @property
    def version(self) -> str:
        return str(self.project["version"])

    @property
    def tag(self) -> str:
        """The name of the tag of this version."""
        return f"v{self.version}"

    @property
    def commit(self) -> str:
        return self.git("rev-parse", "HEAD")

    @property
    def changelog(self) -> Changelog:
        return Changelog.parse((self.root / "CHANGELOG.md").read_text(encoding="utf-8"))

    def problems(self) -> list[str]:
        """Why this checkout cannot be tagged."""
        return [
            *self._branch_problems(),
            *self._version_problems(),
            *self.changelog.problems(self.version),
        ]

    def problems_with(self, tag: str) -> list[str]:
        """Why this checkout cannot be published as ``tag``, which somebody has pushed."""
        found = self.changelog.problems(self.version)
        if tag != self.tag:
            found.append(
                f"the tag '{tag}' does not name the version {self.version} of pyproject.toml: "
                "delete the tag and run make release"
            )
        mains = [f"refs/heads/{_MAIN}", f"refs/remotes/*/{_MAIN}"]
        if not self.git("for-each-ref", "--contains", "HEAD", *mains):
            found.append(
                f"the commit of '{tag}' is not on {_MAIN}: merge it, and tag the merged commit"
            )
        return found

    def _branch_problems(self) -> list[str]:
        found = []
        branch = self.git("branch", "--show-current")
        if branch != _MAIN:
            found.append(
                f"the branch is '{branch}': releases are tagged on {_MAIN}; merge, and switch to it"
            )
        changed = self.git("status", "--porcelain").splitlines()
        if changed:
            names = ", ".join(line.split(maxsplit=1)[1] for line in changed[:3])
            found.append(
                f"files are changed or not in git: {names}{', …' if changed[3:] else ''}; "
                "commit or remove them"
            )
        return found

    def _version_problems(self) -> list[str]:
        found: list[str] = []
        if not _VERSION.fullmatch(self.version):
            found.append(
                f"the version '{self.version}' in pyproject.toml is not three numbers: "
                "use MAJOR.MINOR.PATCH"
            )
            return found
        tags = self.git("tag", "--list", "v*").splitlines()
        if self.tag in tags:
            found.append(f"the tag '{self.tag}' exists: set a newer version in pyproject.toml")
        released = [tag for tag in tags if _VERSION.fullmatch(tag.removeprefix("v"))]
        newest = max(released, key=_numbers, default=None)
        if newest and _numbers(self.tag) < _numbers(newest):
            found.append(
                f"the version {self.version} is older than the tag '{newest}': "
                "set a newer version in pyproject.toml"
            )
        return found


def _numbers(tag: str) -> tuple[int, ...]:
    return tuple(int(number) for number in tag.removeprefix("v").split("."))
