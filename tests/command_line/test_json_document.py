"""The report for programs."""

import json
import re
from dataclasses import replace
from typing import Any

from chime_expiration_cli.declaration_search import RegionSearch
from chime_expiration_cli.policies.sweep import SweepState
from chime_expiration_cli.status.drift_status import DriftStatus, NotCheckedReason, PolicyDifference
from chime_expiration_cli.status.json_document import json_document
from command_line.sample_policies import sample_policies
from command_line.sample_report import CHAT, sample_report
from command_line.sample_views import declarations_and_a_ledger
from support.checkout import ROOT


def test_the_document_is_json_with_a_version() -> None:
    # WHEN
    document = json.loads(json.dumps(json_document(sample_report())))

    # THEN
    assert document["version"] == 1
    assert document["exit_status"] == 1


def test_the_summary_counts_declarations_by_drift_status_and_reason() -> None:
    assert json_document(sample_report())["summary"] == {
        "declarations": 10,
        "drift_statuses": {
            "IN_SYNC": 3,
            "MODIFIED": 3,
            "DELETED": 1,
            "CONFLICTING": 0,
            "ORPHANED": 1,
            "NOT_CHECKED": 2,
        },
        "not_checked_reasons": {
            "IN_PROGRESS": 0,
            "NOT_CREATED": 0,
            "BEING_REMOVED": 0,
            "UNRESOLVED": 1,
            "ACCESS_DENIED": 1,
            "READ_FAILED": 0,
            "SWEEP_RUNNING": 0,
        },
        "expiring_soon": 2,
        "expired": 1,
        "policies": 0,
        "policy_drift_statuses": dict.fromkeys([status.name for status in DriftStatus], 0),
    }


def test_a_declaration_has_expected_and_actual_days() -> None:
    assert json_document(sample_report())["stacks"][0]["declarations"][1] == {
        "logical_id": "B",
        "resource_status": "CREATE_COMPLETE",
        "user_arn": f"{CHAT}guest-43",
        "drift_status": "MODIFIED",
        "not_checked_reason": None,
        "is_drift": True,
        "expected_days": 30,
        "missing_user": "FAIL",
        "actual_days": 90,
        "created_at": "2026-04-22T12:00:00Z",
        "expires_at": "2026-07-21T12:00:00Z",
        "expires_in_days": 50.0,
        "conflicts_with": [],
        "shared_with": [],
        "unresolved": [],
        "explanation": "expected 30 days, actual 90 days",
    }


def test_every_member_and_every_word_of_the_document_is_documented() -> None:
    # WHEN
    page = (ROOT / "docs" / "status-json.md").read_text()
    documented = set(re.findall(r"`(\w+)`", page))

    # THEN
    searched = replace(sample_report(), searches=(RegionSearch("us-east-1", 3),))
    assert members(json_document(searched)) <= documented
    assert members(json_document(sample_policies())) <= documented
    words = (*DriftStatus, *NotCheckedReason, *PolicyDifference, *SweepState)
    assert {word.name for word in words} <= documented


def test_a_policy_has_its_properties_counts_sweep_and_what_is_not_known() -> None:
    # WHEN
    document = json_document(sample_policies())
    [[in_sync], [running], [modified]] = [stack["policies"] for stack in document["stacks"]]

    # THEN
    assert document["summary"]["policies"] == 3
    assert document["summary"]["policy_drift_statuses"]["MODIFIED"] == 1
    assert (in_sync["drift_status"], in_sync["is_drift"]) == ("IN_SYNC", False)
    assert in_sync["expected"]["users"] == ["guest-*"]
    assert in_sync["expected"] == in_sync["actual"]
    assert in_sync["counts"] == {
        "kept": 11_978,
        "set": 23,
        "cleared": 0,
        "left_alone": 418,
        "overdue": 0,
        "failed": 0,
        "unsettled": 0,
        "not_governed": 12,
    }
    assert in_sync["ledger"]["kinds"]["SET"] == 12_001
    assert running["not_checked_reason"] == "SWEEP_RUNNING"
    assert running["sweep"]["state"] == "RUNNING"
    assert (running["sweep"]["users"], running["sweep"]["expected_users"]) == (24_040, 54_000)
    assert running["dead_letters"] is None
    assert running["not_known"].keys() == {"dead_letters"}
    assert modified["differences"] == ["USERS_FAILED", "DEAD_LETTERS"]
    assert modified["last_failed_execution"]["stopped_at"] == "2026-05-28T03:02:00Z"
    assert modified["sweep"]["seconds"] == 90.0


def test_the_calendar_has_the_users_of_each_period() -> None:
    # WHEN
    calendar = json_document(declarations_and_a_ledger())["calendar"]

    # THEN
    assert calendar["periods"][0] == {
        "first_day": "2026-06-01",
        "last_day": "2026-06-01",
        "declared_users": 1,
        "policy_users": 311,
    }
    assert calendar["expired"] == {"declared_users": 1, "policy_users": None}
    assert calendar["not_known"] == {"declared_users": 1, "policy_users": 418}
    assert (calendar["policies_included"], calendar["policies_not_included"]) == (1, 0)


def test_users_of_policies_are_not_known_without_a_ledger() -> None:
    # WHEN
    calendar = json_document(sample_report())["calendar"]

    # THEN
    assert calendar["never"] == {"declared_users": 1, "policy_users": None}


def test_problems_and_notes_are_the_sentences_of_the_terminal() -> None:
    # GIVEN
    searches = (RegionSearch("us-east-1", 3), RegionSearch("eu-west-1", 0))

    # WHEN
    document = json_document(replace(sample_report(), searches=searches))

    # THEN
    assert document["problems"][0] == {
        "kind": "users MODIFIED",
        "is_drift": True,
        "action": "run chime-expiration repair to set the declared days",
        "subject": "guest-43 in GuestPolicy (us-east-1)",
        "sentences": ["expected 30 days, actual 90 days"],
    }
    assert document["notes"] == ["no stack in eu-west-1"]
    assert document["searches"][1] == {"region": "eu-west-1", "stacks": 0}


def test_the_denied_calls_of_policies_are_those_of_the_document() -> None:
    assert [call["action"] for call in json_document(sample_policies())["denied_calls"]] == [
        "sqs:GetQueueAttributes"
    ]


def members(node: Any) -> set[str]:
    if isinstance(node, dict):
        return {*node, *(name for value in node.values() for name in members(value))}
    if isinstance(node, list):
        return {name for item in node for name in members(item)}
    return set()
