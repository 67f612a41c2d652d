"""Runs of callers who may do everything that a run needs, or not quite."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from localaws import LocalAws
from localaws.local_aws import CONFLICTING_VARIABLES
from proof import __main__ as program
from proof.conduct import Conductor
from proof.permissions.needed import needed
from proof.permissions.policy import policy_document
from proof.run import Run
from support.proof_runs import ProofRuns, everything
from support.restricted_caller import (
    Environment,
    Policy,
    session_of_role_with,
    user_with,
    without,
)

pytestmark = pytest.mark.deploys

REFUSED = 2

Prove = Callable[..., int]


@pytest.fixture(scope="module")
def policy(proof_aws: LocalAws) -> dict[str, Any]:
    return policy_document(proof_aws.account, proof_aws.region)


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The runs that have begun."""
    found: list[object] = []

    def begin(_: Conductor, entry: object, **__: object) -> int:
        found.append(entry)
        return 0

    monkeypatch.setattr(Conductor, "run", begin)
    return found


@pytest.fixture
def prove(
    proof_aws: LocalAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, begun: list[object]
) -> Prove:
    """Runs the command in this process, with the credentials of a caller."""
    assert begun == []
    for name in CONFLICTING_VARIABLES:
        monkeypatch.delenv(name, raising=False)

    def start(caller: Environment, *arguments: str) -> int:
        for name, value in {**proof_aws.environment, **caller}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        return program.main(["--out", str(tmp_path), "run", *arguments])

    return start


@pytest.fixture(autouse=True)
def nothing_is_created(proof_aws: LocalAws) -> Iterator[None]:
    before = everything(proof_aws)
    yield
    assert everything(proof_aws) == before


def test_the_printed_policy_is_enough(
    proof_aws: LocalAws,
    prove: Prove,
    begun: list[object],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """``test_whole_run`` does the whole run with it."""
    # GIVEN
    assert prove({}, "--policy") == 0
    printed = json.loads(capsys.readouterr().out)
    permissions = needed(Run("0a1b2c3d", proof_aws.account, proof_aws.region))

    # WHEN
    with user_with(proof_aws, printed) as caller:
        statuses = [prove(caller, "--dry-run"), prove(caller, "--yes")]

    # THEN
    captured = capsys.readouterr()
    assert (statuses, len(begun)) == ([0, 0], 1)
    assert captured.out.count(f"{len(permissions)} allowed, 0 denied, 0 not known") == 2
    assert captured.err == ""
    for permission in permissions:
        assert permission.action in captured.out

    # THEN the report has them too, and can be published
    rows = json.loads((tmp_path / "report.json").read_text())["permissions"]
    assert [row["action"] for row in rows] == [each.action for each in permissions]
    assert {
        "action": "sqs:CreateQueue",
        "resource": "arn:aws:sqs:us-east-1:111122223333:chime-proof-RUN-*",
        "purpose": "create, change and delete the queues",
        "result": "allowed",
        "reason": None,
    } in rows


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (
            "iam:PassRole",
            "arn:aws:iam::111122223333:role/chime-proof-RUN-*, to give their roles",
        ),
        (
            "lambda:InvokeFunction",
            "arn:aws:lambda:us-east-1:111122223333:function:chime-proof-RUN-*, to call",
        ),
        ("chime:CreateAppInstanceUser", "*, to create users"),
        ("s3:PutObject", "arn:aws:s3:::chime-proof-RUN-assets/*, to upload"),
        (
            "states:ListExecutions",
            "arn:aws:states:us-east-1:111122223333:stateMachine:chime-proof-RUN-*, to compare",
        ),
    ],
)
def test_a_run_does_not_begin_with_a_permission_missing(
    action: str,
    words: str,
    proof_aws: LocalAws,
    policy: Policy,
    prove: Prove,
    begun: list[object],
    capsys: pytest.CaptureFixture[str],
) -> None:
    # WHEN
    with user_with(proof_aws, without(policy, action)) as caller:
        status = prove(caller, "--yes")

    # THEN
    assert (status, begun) == (REFUSED, [])
    captured = capsys.readouterr()
    run_id = captured.out.partition("RUN=")[2][:8]
    assert f"  {action} on {words.replace('RUN', run_id)}" in captured.err
    assert captured.err.count("no policy of the caller allows it") == 1
    assert "POLICY=1` prints a policy" in captured.out


def test_a_process_with_a_permission_missing_creates_nothing(
    runs: ProofRuns, proof_aws: LocalAws, policy: Policy
) -> None:
    # GIVEN a caller who may do the first step
    with user_with(proof_aws, without(policy, "lambda:CreateFunction")) as caller:
        before = everything(proof_aws)

        # WHEN
        status, output = runs.run("run", "--yes", **caller)

        # THEN
        assert status == REFUSED
        assert everything(proof_aws) == before
        assert runs.records() == []
    assert "lambda:CreateFunction on arn:aws:lambda:us-east-1:111122223333:function:" in output


def test_the_permissions_of_a_session_are_those_of_its_role(
    proof_aws: LocalAws,
    policy: Policy,
    prove: Prove,
    begun: list[object],
    capsys: pytest.CaptureFixture[str],
) -> None:
    # WHEN
    with session_of_role_with(proof_aws, without(policy, "sqs:CreateQueue")) as caller:
        status = prove(caller, "--dry-run")

    # THEN
    captured = capsys.readouterr()
    assert (status, begun) == (REFUSED, [])
    assert "1 denied, 0 not known. The caller has a session of a role." in captured.out
    assert captured.err.count("  sqs:CreateQueue on ") == 1


def test_a_policy_for_one_region_does_not_allow_a_run_in_another(
    proof_aws: LocalAws, prove: Prove, begun: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN
    elsewhere = policy_document(proof_aws.account, "eu-central-1")

    # WHEN
    with user_with(proof_aws, elsewhere) as caller:
        status = prove(caller, "--yes")

    # THEN
    assert (status, begun) == (REFUSED, [])
    assert "sqs:CreateQueue on arn:aws:sqs:us-east-1:" in capsys.readouterr().err


def test_a_caller_who_may_not_simulate_is_asked(
    proof_aws: LocalAws,
    policy: Policy,
    prove: Prove,
    begun: list[object],
    capsys: pytest.CaptureFixture[str],
) -> None:
    # WHEN
    with user_with(proof_aws, without(policy, "iam:SimulatePrincipalPolicy")) as caller:
        statuses = [prove(caller, "--yes"), prove(caller, "--yes", "--unchecked-permissions")]

    # THEN
    assert (statuses, len(begun)) == ([REFUSED, 0], 1)
    captured = capsys.readouterr()
    assert "0 allowed, 0 denied" in captured.out
    assert captured.err.count("  all ") == 2
    assert "permissions: iam:SimulatePrincipalPolicy has failed: AccessDenied" in captured.err
