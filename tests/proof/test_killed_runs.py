"""A run that is killed at five points, and the clean-up by another process.

``pytest -m late_kills`` runs the points that come late in a run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from localaws import LocalAws
from support.proof_runs import ProofProcess, ProofRuns, everything

pytestmark = [
    pytest.mark.deploys,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc"),
]


@dataclass(frozen=True)
class Point:
    """When a run is killed."""

    name: str
    arrive: Callable[[ProofRuns, ProofProcess], None]


def in_the_fixtures(runs: ProofRuns, process: ProofProcess) -> None:
    process.wait_until(lambda: runs.stack_status("fixtures") is not None, "the fixtures")


def in_the_questions(_: ProofRuns, process: ProofProcess) -> None:
    process.wait_for("asking ")


def in_the_first_deployment(runs: ProofRuns, process: ProofProcess) -> None:
    process.wait_until(
        lambda: runs.stack_status("app") == "CREATE_IN_PROGRESS", "the first deployment"
    )


def in_the_rollback(runs: ProofRuns, process: ProofProcess) -> None:
    process.wait_until(
        lambda: str(runs.stack_status("app")).startswith("UPDATE_ROLLBACK_"), "the rollback"
    )


def in_the_clean_up(_: ProofRuns, process: ProofProcess) -> None:
    process.wait_for("objects in the bucket")


EARLY = [Point("fixtures", in_the_fixtures), Point("questions", in_the_questions)]
LATE = [
    Point("first deployment", in_the_first_deployment),
    Point("rollback", in_the_rollback),
    Point("clean-up", in_the_clean_up),
]


@pytest.mark.parametrize(
    "point",
    [
        *(pytest.param(point, id=point.name) for point in EARLY),
        *(pytest.param(point, id=point.name, marks=pytest.mark.late_kills) for point in LATE),
    ],
)
def test_the_clean_up_removes_what_a_killed_run_has_left(
    point: Point, runs: ProofRuns, proof_aws: LocalAws
) -> None:
    # GIVEN
    before = everything(proof_aws)

    # WHEN
    with runs.start("run", "--yes") as process:
        point.arrive(runs, process)
        process.kill()
    [run_id] = runs.records()
    left = everything(proof_aws)
    status, output = runs.run("clean")

    # THEN
    assert status == 0, output
    assert left != before
    assert "Nothing is left" in output
    assert everything(proof_aws) == before
    assert runs.records() == []
    assert not (runs.folder / "work" / run_id).exists()
    assert runs.run("clean") == (0, "No run on this machine has left anything.\n")
