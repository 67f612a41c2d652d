"""Runs that are interrupted, that run at the same time, or that must not begin."""

import json
from pathlib import Path

import pytest

from localaws import LocalAws
from support.proof_runs import ProofProcess, ProofRuns, everything

pytestmark = [
    pytest.mark.deploys,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc"),
]


def wait_for_the_first_deployment(runs: ProofRuns, process: ProofProcess) -> None:
    process.wait_until(
        lambda: runs.stack_status("app") == "CREATE_IN_PROGRESS", "the first deployment"
    )


def test_ctrl_c_starts_the_clean_up_and_two_more_stop_it(
    runs: ProofRuns, proof_aws: LocalAws
) -> None:
    # GIVEN
    before = everything(proof_aws)

    # WHEN it is interrupted once, and during the clean-up twice
    with runs.start("run", "--yes") as process:
        wait_for_the_first_deployment(runs, process)
        process.interrupt()
        process.wait_for("deleting the stack")
        process.interrupt()
        process.wait_for("The clean-up is in progress. Interrupt it once more to stop it")
        process.interrupt()
        status = process.end()
        descendants = process.descendants()

    # THEN the command line that goes on is named, and goes on
    assert status == 130
    assert descendants == []
    [run_id] = runs.records()
    assert f"The clean-up was stopped. Go on with it: make prove-clean RUN={run_id}" in (
        process.output
    )
    report = json.loads((runs.folder / "report.json").read_text())
    assert (report["run"]["outcome"], report["left_behind"]) == ("interrupted", None)
    status, output = runs.run("clean", "--run", run_id)
    assert (status, runs.records()) == (0, []), output
    assert everything(proof_aws) == before


def test_an_interrupted_run_leaves_nothing_and_another_run_alone(
    runs: ProofRuns, proof_aws: LocalAws, tmp_path: Path
) -> None:
    # GIVEN two runs at the same time in one account
    before = everything(proof_aws)
    (tmp_path / "other").mkdir()
    others = ProofRuns(proof_aws, tmp_path / "other")
    with runs.start("run", "--yes") as process, others.start("run", "--yes") as other:
        process.wait_for("asking")
        other.wait_for("asking")
        [other_id] = others.records()

        # WHEN somebody cleans up while they are in progress
        status, output = others.run("clean")

        # THEN
        assert status == 2
        assert f"run {other_id} is still in progress in another process" in output

        # WHEN the first one is interrupted
        process.interrupt()

        # THEN it is over, and everything of the other one is there
        assert process.end() == 130
        assert "Nothing is left" in process.output
        assert runs.records() == []
        left = [each for each in everything(proof_aws) if each not in before]
        assert f"cloudformation chime-proof-{other_id}-fixtures" in left
        assert not [each for each in left if "chime-proof-" in each and other_id not in each]

        # WHEN the other one is interrupted
        other.interrupt()

        # THEN
        assert other.end() == 130
    assert everything(proof_aws) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "nobody can be asked, there is no terminal: read this, then use --yes"),
        (("--dry-run",), "This was a dry run: nothing has been created."),
    ],
    ids=["without a terminal", "dry run"],
)
def test_nothing_is_created(
    arguments: tuple[str, ...], message: str, runs: ProofRuns, proof_aws: LocalAws
) -> None:
    # GIVEN
    before = everything(proof_aws)

    # WHEN
    status, output = runs.run("run", *arguments)

    # THEN
    assert status == (0 if arguments else 2)
    assert message in output
    assert "chime-proof-" in output
    assert everything(proof_aws) == before
    assert not (runs.folder / "runs").exists()


def test_a_region_without_chime_is_refused(runs: ProofRuns) -> None:
    # WHEN
    status, output = runs.run("run", "--yes", AWS_REGION="eu-west-1")

    # THEN
    assert (status, output.count("\n")) == (2, 1)
    assert "the region is 'eu-west-1': use us-east-1 or eu-central-1" in output


def test_an_environment_for_two_places_is_refused(runs: ProofRuns) -> None:
    # WHEN one service would be called on AWS
    status, output = runs.run(
        "run", "--yes", AWS_ENDPOINT_URL_S3="https://s3.us-east-1.amazonaws.com"
    )

    # THEN
    assert status == 2
    assert "the services would be called in different places" in output
