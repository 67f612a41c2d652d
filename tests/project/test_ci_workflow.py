"""The workflows: two linters, pinned actions. CI: its interpreters, and the least permissions."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.checkout import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
WORKFLOWS = sorted(map(str, WORKFLOW.parent.glob("*.yml")))


@pytest.fixture(scope="module")
def jobs() -> dict[str, Any]:
    return dict(yaml.safe_load(WORKFLOW.read_text())["jobs"])


@pytest.mark.parametrize(
    "linter",
    [
        ["zizmor", "--offline", "--no-progress", "--persona", "pedantic"],
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows"],
        ["check-jsonschema", "--builtin-schema", "custom.github-workflows-require-timeout"],
    ],
    ids=["zizmor", "schema", "timeouts"],
)
def test_the_workflows_pass_a_linter(linter: list[str]) -> None:
    # WHEN
    linted = subprocess.run(
        [str(Path(sys.executable).with_name(linter[0])), *linter[1:], *WORKFLOWS],
        capture_output=True,
        text=True,
    )

    # THEN
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_the_matrix_has_the_interpreters_that_the_package_promises(jobs: dict[str, Any]) -> None:
    # GIVEN
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    promised = [
        match[1]
        for classifier in project["classifiers"]
        if (match := re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", classifier))
    ]

    # THEN
    assert jobs["test"]["strategy"]["matrix"]["python"] == promised


def test_the_tests_run_what_everybody_runs(jobs: dict[str, Any]) -> None:
    # THEN
    assert jobs["test"]["steps"][-1] == {"run": ".ci/run"}


def test_no_job_may_do_more_than_read_the_repository(jobs: dict[str, Any]) -> None:
    # THEN
    assert yaml.safe_load(WORKFLOW.read_text())["permissions"] == {}
    assert all(job["permissions"] == {"contents": "read"} for job in jobs.values())


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: Path(path).stem)
def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it(workflow: str) -> None:
    # WHEN
    uses = re.findall(r"- uses: (.+)", Path(workflow).read_text())

    # THEN
    assert uses
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v[\d.]+", each) for each in uses)
