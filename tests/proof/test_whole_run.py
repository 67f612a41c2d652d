"""A whole run on a local AWS, and its report."""

import json
import os
from pathlib import Path

import jsonschema
import pytest

from localaws import LocalAws
from localaws.chime.answers import FILE, VARIABLE
from proof.adopt import adopt
from proof.permissions import policy_document
from proof.report import SCHEMA
from proof.story import USERS
from support.proof_runs import ProofRuns, everything
from support.restricted_caller import session_of_role_with

pytestmark = pytest.mark.deploys

STEPS = [
    "create",
    "rename",
    "swap",
    "change_days",
    "replace",
    "roll_back",
    "express",
    "no_rollback",
    "forward",
    "drift",
    "express_replacement",
    "destroy",
]


def test_a_run_takes_all_steps_and_leaves_nothing(runs: ProofRuns, proof_aws: LocalAws) -> None:
    # GIVEN a caller with the printed policy. The local AWS denies every other call.
    before = everything(proof_aws)
    policy = policy_document(proof_aws.account, proof_aws.region)

    # WHEN
    with (
        session_of_role_with(proof_aws, policy) as caller,
        runs.start("run", "--yes", **caller) as process,
    ):
        status = process.end()
        output, descendants = process.output, process.descendants()

    # THEN
    assert status == 0, output
    assert descendants == []
    assert everything(proof_aws) == before
    assert runs.records() == []
    assert f"{len(STEPS)} steps taken, 0 FAILED." in output
    document = json.loads((runs.folder / "report.json").read_text())
    jsonschema.validate(document, json.loads(SCHEMA.read_text()))
    assert (document["run"]["place"], document["run"]["passed"]) == ("local", True)
    assert document["left_behind"] == []
    assert {each["result"] for each in document["permissions"]} == {"allowed"}
    assert [step["name"] for step in document["steps"]] == STEPS
    assert all(step["passed"] and step["expected"] == step["actual"] for step in document["steps"])
    # The days of each step differ from those of the step before, where it changes something.
    days = [step["actual"] for step in document["steps"]]
    assert [days[at] != days[at - 1] for at in range(1, len(days))] == [
        name not in ("rename", "roll_back", "drift") for name in STEPS[1:]
    ]
    # A replacement that CloudFormation refuses leaves the new user as our function has set it.
    express = document["answers"]["express_replacement"]["value"]
    left = {"parameter-1": express["days_of_the_new_user"]} if "message" in express else {}
    assert {user: days[-1][user] for user in USERS} == {**USERS, **left}
    # The service was told what it answers.
    told = json.loads(Path(os.environ.get(VARIABLE) or FILE).read_text())
    changes = adopt(document, told, allow_local=True).changes
    # A rate is measured, which a busy machine cannot: test_questions.py asks it in virtual time.
    assert [
        change
        for change in changes
        if not change.endswith(": confirmed") and not change.startswith("put_rate: ")
    ] == []

    # THEN the page says the same, and neither has what must not be published
    page = (runs.folder / "report.md").read_text()
    assert "a local AWS, which is not AWS" in page
    assert f"steps: {len(STEPS)} taken, 0 FAILED" in page
    run_id = output.partition("make prove-clean RUN=")[2][:8]
    for text in (page, json.dumps(document)):
        assert run_id not in text
        assert str(Path(runs.folder).resolve()) not in text
