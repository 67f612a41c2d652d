"""What a run has found, as JSON that ``report.schema.json`` describes. It can be published."""

import json
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from proof.answer import Answer
from proof.redaction import redacted, redacted_texts
from proof.run import Run
from proof.step import Step

VERSION = 1
SCHEMA = Path(__file__).with_name("report.schema.json")

_PROJECT = Path(__file__).parents[2]
_PACKAGES = ("aws-cdk-lib", "boto3", "constructs", "crhelper")

Outcome = Literal["completed", "interrupted", "failed"]


@dataclass
class Report:
    """``commit`` is what ``commit_of_project`` returns; ``seconds`` is None until the end.

    ``left_behind`` is None as long as the services were not asked after the clean-up.
    """

    run: Run
    is_local: bool
    started: datetime
    versions: dict[str, str]
    commit: str | None = None
    seconds: float | None = None
    outcome: Outcome = "failed"
    error: str | None = None
    steps: list[Step] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    permissions: list[dict[str, Any]] = field(default_factory=list)
    left_behind: list[str] | None = None

    @property
    def passed(self) -> bool:
        """Return whether the run was completed, each step passed and nothing is left."""
        return (
            self.outcome == "completed"
            and all(step.passed for step in self.steps)
            and self.left_behind == []
        )

    def to_json(self) -> dict[str, Any]:
        """Return the document."""
        return {
            "version": VERSION,
            "run": {
                "place": "local" if self.is_local else "aws",
                "region": self.run.region,
                "started": self.started.isoformat(timespec="seconds"),
                "seconds": self.seconds,
                "outcome": self.outcome,
                "error": None if self.error is None else redacted(self.error, self.run),
                "passed": self.passed,
                "commit": self.commit,
                "versions": self.versions,
            },
            "permissions": self.permissions,
            "steps": [_step(step, self.run) for step in self.steps],
            "answers": {each.question: _answer(each, self.run) for each in self.answers},
            "left_behind": (
                None
                if self.left_behind is None
                else [redacted(each, self.run) for each in self.left_behind]
            ),
        }

    def write(self, path: Path) -> None:
        """Write the document."""
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.to_json(), indent=2, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")


def commit_of_project() -> str | None:
    """Return the commit of the files of this project, with a ``+`` if they were changed since.

    None if they are not in a repository of git.
    """
    try:
        commit = _git("rev-parse", "HEAD")
        return commit + ("+" if _git("status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(_PROJECT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def versions() -> dict[str, str]:
    """Return the versions of what a run uses."""
    found = {name: metadata.version(name) for name in _PACKAGES}
    cli = _PROJECT / "node_modules" / "aws-cdk" / "package.json"
    found["aws-cdk"] = str(json.loads(cli.read_text(encoding="utf-8"))["version"])
    # The project itself is not installed in its own environment.
    lines = (_PROJECT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    [line] = [line for line in lines if line.startswith("version = ")]
    found["cdk-chime-expiration"] = line.split('"')[1]
    found["python"] = platform.python_version()
    return dict(sorted(found.items()))


def _step(step: Step, run: Run) -> dict[str, Any]:
    found = asdict(step)
    return {
        **found,
        "commands": _redacted(step.commands, run),
        "problems": _redacted(step.problems, run),
        "passed": step.passed,
    }


def _answer(answer: Answer, run: Run) -> dict[str, Any]:
    reason = None if answer.reason is None else redacted(answer.reason, run)
    return {"value": redacted_texts(answer.value, run), "reason": reason}


def _redacted(texts: Iterable[str], run: Run) -> Sequence[str]:
    return [redacted(text, run) for text in texts]
