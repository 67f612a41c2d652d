import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from proof import cost
from proof.answer import Answer
from proof.consent import consent_text
from proof.redaction import redacted
from proof.report import SCHEMA, Report, commit_of_project, versions
from proof.report_page import page_of
from proof.run import Run
from proof.step import Step
from support.checkout import ROOT

RUN = Run("0a1b2c3d", "123456789012", "us-east-1")


def step(*problems: str) -> Step:
    return Step(
        "create",
        "create the stack",
        ("cdk deploy",),
        {"guest-1": 30, "guest-2": None, "gone": 5},
        {"guest-1": 30, "guest-2": 60},
        1.5,
        problems,
    )


def report(*steps: Step, **changes: Any) -> Report:
    found = Report(RUN, False, datetime(2026, 1, 2, tzinfo=UTC), versions(), steps=list(steps))
    found.seconds, found.outcome, found.left_behind = 3.0, "completed", []
    for name, value in changes.items():
        setattr(found, name, value)
    return found


@pytest.mark.parametrize(
    ("changes", "passed"),
    [
        ({}, True),
        ({"steps": [step("a problem")]}, False),
        ({"outcome": "interrupted"}, False),
        ({"left_behind": None}, False),
        ({"left_behind": ["queue chime-proof-0a1b2c3d-x"]}, False),
    ],
)
def test_a_report_passed_only_if_everything_did(changes: dict[str, Any], passed: bool) -> None:
    # WHEN
    document = report(step(), **changes).to_json()

    # THEN
    assert document["run"]["passed"] is passed
    jsonschema.validate(document, json.loads(SCHEMA.read_text()))


def test_the_schema_refuses_what_a_report_never_has() -> None:
    # GIVEN
    document = report(step()).to_json()
    document["run"]["account"] = RUN.account

    # THEN
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json.loads(SCHEMA.read_text()))


def test_a_report_can_be_published(tmp_path: Path) -> None:
    # GIVEN
    secret = (
        f"arn:aws:chime:us-east-1:{RUN.account}:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c20 "
        f"of {RUN.app_stack} from 10.1.2.3 in /home/somebody/cdk.out"
    )
    found = report(step(secret), error=secret, answers=[Answer("missing_user", reason=secret)])

    # WHEN
    found.write(tmp_path / "a" / "report.json")

    # THEN
    text = (tmp_path / "a" / "report.json").read_text() + page_of(found.to_json(), "")
    for each in (RUN.account, RUN.id, "6a5c7b1e", "10.1.2.3", "somebody"):
        assert each not in text
    assert "arn:aws:chime:us-east-1:111122223333:app-instance/UUID of chime-proof-RUN-app" in text


def test_a_redacted_text_keeps_addresses_of_pages_and_versions() -> None:
    # GIVEN
    text = "see https://docs.aws.amazon.com/a/b.html for 2.275.0 or 90 days/year"

    # THEN
    assert redacted(text, RUN) == text


def test_the_page_shows_what_was_expected_where_a_step_has_failed() -> None:
    # WHEN
    page = page_of(report(step("guest-2 must be: no expiration; is: 60 days")).to_json(), "none")

    # THEN
    assert "- place: AWS, region us-east-1" in page
    assert "| create | create the stack | 2 | FAILED |" in page
    assert "| guest-2 | none | 60 days |" in page
    assert "| gone | 5 days | does not exist |" in page


def test_the_page_of_a_local_aws_does_not_say_that_it_was_aws() -> None:
    # WHEN
    page = page_of(report(step(), is_local=True).to_json(), "")

    # THEN
    assert "- place: a local AWS, which is not AWS, region us-east-1" in page


def test_the_costs_are_added_up() -> None:
    # WHEN
    text = consent_text(RUN, "arn", endpoint=None, waits_for_expiration=False)

    # THEN
    lines = [line for line in text.splitlines() if " at $" in line]
    assert len(lines) == len(cost.ITEMS)
    sum_of_lines = sum(float(line.rpartition("$")[2]) for line in lines)
    assert sum_of_lines == pytest.approx(cost.most(), abs=0.001)
    assert "It costs at most $0.10, before taxes" in text
    assert "It costs at most $0.10." in (ROOT / "docs" / "proof.md").read_text()


def test_the_time_is_that_of_the_longest_wait() -> None:
    # WHEN
    text = consent_text(RUN, "arn", endpoint=None, waits_for_expiration=True)

    # THEN
    assert "It takes up to 31 hours" in text


def test_a_local_aws_costs_nothing() -> None:
    # WHEN
    text = consent_text(RUN, "arn", endpoint="https://localhost:1", waits_for_expiration=True)

    # THEN
    assert "$" not in text
    assert "Nothing is created in an account on AWS" in text


def test_a_report_names_the_commit_and_says_if_files_were_changed() -> None:
    # WHEN
    commit = commit_of_project()

    # THEN
    if commit is not None:  # Not every copy of the project is a repository.
        assert re.fullmatch(r"[0-9a-f]{40,64}\+?", commit)
    assert "commit of this project: not known" in page_of(report().to_json(), "")
