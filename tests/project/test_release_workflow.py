"""The workflow of releases: what it publishes is what was tested, and who may do what."""

import re
from typing import Any

import pytest
import yaml

from support.checkout import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"


@pytest.fixture(scope="module")
def workflow() -> dict[Any, Any]:
    return dict(yaml.safe_load(WORKFLOW.read_text()))


@pytest.fixture(scope="module")
def jobs(workflow: dict[Any, Any]) -> dict[str, Any]:
    return dict(workflow["jobs"])


def steps_with(job: dict[str, Any], action: str) -> list[dict[str, Any]]:
    return [step for step in job["steps"] if step.get("uses", "").startswith(f"{action}@")]


def test_only_a_tag_starts_a_release(workflow: dict[Any, Any]) -> None:
    # THEN YAML reads the key `on` as true
    assert workflow[True] == {"push": {"tags": ["v*"]}}


def test_each_job_waits_for_the_one_before_it_and_the_first_is_ci(jobs: dict[str, Any]) -> None:
    # THEN
    order = ["ci", "build", "attest", "publish", "announce"]
    assert list(jobs) == order
    assert jobs["ci"]["uses"] == "./.github/workflows/ci.yml"
    assert [jobs[name]["needs"] for name in order[1:]] == order[:-1]


def test_each_job_may_do_what_it_needs(workflow: dict[Any, Any], jobs: dict[str, Any]) -> None:
    # THEN
    assert workflow["permissions"] == {}
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "ci": {"contents": "read"},
        "build": {"contents": "read"},
        "attest": {"attestations": "write", "id-token": "write"},
        "publish": {"id-token": "write"},
        "announce": {"contents": "write"},
    }
    assert "secrets." not in WORKFLOW.read_text()


def test_jobs_that_may_write_run_nothing_of_the_checkout(jobs: dict[str, Any]) -> None:
    # THEN
    for name in ("attest", "publish", "announce"):
        assert steps_with(jobs[name], "actions/checkout") == []
        commands = [step["run"] for step in jobs[name]["steps"] if "run" in step]
        assert all(command.startswith("gh release create") for command in commands)


def test_the_files_are_built_once_and_tested_before_they_are_published(
    jobs: dict[str, Any],
) -> None:
    # GIVEN
    commands = [step.get("run", "") for step in jobs["build"]["steps"]]
    [build] = [at for at, run in enumerate(commands) if run == "python -m release build"]
    [check] = [at for at, run in enumerate(commands) if run.startswith("python -m release check")]
    tests = [at for at, run in enumerate(commands) if "pytest" in run]

    # THEN
    assert check < build < min(tests)
    assert jobs["build"]["env"]["DISTRIBUTIONS"] == "dist"
    [publish] = steps_with(jobs["publish"], "pypa/gh-action-pypi-publish")
    assert publish["with"] == {"attestations": True, "print-hash": True}
    assert jobs["publish"]["environment"] == "pypi"
    [downloaded] = steps_with(jobs["publish"], "actions/download-artifact")
    assert downloaded["with"] == {"name": "dist", "path": "dist/"}


def test_the_files_are_attested_and_so_is_their_bill_of_materials(jobs: dict[str, Any]) -> None:
    # WHEN
    provenance, bill = steps_with(jobs["attest"], "actions/attest")

    # THEN
    assert provenance["with"] == {"subject-path": "dist/*"}
    assert bill["with"] == {
        "subject-path": "dist/*",
        "sbom-path": "release/bill-of-materials.cdx.json",
    }


def test_every_tool_is_pinned(jobs: dict[str, Any]) -> None:
    # WHEN
    installed = re.findall(r"pip install (\S+)", "\n".join(map(str, jobs["build"]["steps"])))

    # THEN
    assert installed
    assert all(each == "--requirement" or "==" in each for each in installed)


def test_the_owner_is_told_the_name_of_the_environment(jobs: dict[str, Any]) -> None:
    # GIVEN
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    [release] = re.findall(r"## Release\n(.*?)\n## ", text, re.DOTALL)

    # THEN
    assert f"environment `{jobs['publish']['environment']}`" in release
    assert f"`{WORKFLOW.name}`" in release
