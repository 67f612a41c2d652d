"""The drift status of a policy."""

import json
from typing import Any

import pytest

from chime_expiration import NewUsers
from chime_expiration_cli.status.drift_status import (
    DriftStatus,
    NotCheckedReason,
    PolicyDifference,
)
from chime_expiration_cli.status.policy_comparison import PolicyFinding, compare_policies
from chime_expiration_cli.status.policy_explanation import explain_policy
from chime_expiration_handler.contract.ledger import Entry, Kind, Mode
from chime_expiration_handler.contract.policy_properties import POLICY_RESOURCE_TYPE
from command_line.policy_account import (
    CHAT,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    PolicyAccount,
    finding_of,
    policies,
    policy_stack,
    read,
)

OWNED = Entry(f"{CHAT}/user/guest", Kind.SET, days=30, ttl=int(NOW.timestamp()) + 9 * DAY)


def swept(**properties: Any) -> PolicyAccount:
    """An account whose policy was swept a day ago, without failures."""
    account = PolicyAccount(policy_stack(**properties))
    account.declare()
    account.sweep(kept=7, set=2, overdue=1, left_alone=3)
    return account


def sentences(finding: PolicyFinding) -> str:
    return "; ".join(explain_policy(finding))


def test_a_policy_that_was_swept_as_declared_is_in_sync() -> None:
    # WHEN
    finding = finding_of(swept(NoticeDays=14, Users=["guest-*"]))

    # THEN overdue users and those left alone are what the policy is to do
    assert finding.result is DriftStatus.IN_SYNC
    assert not finding.is_drift
    assert explain_policy(finding) == []


@pytest.mark.parametrize(
    ("changed", "explanation"),
    [
        ({"ExpirationDays": "60"}, "days: expected 30 days, actual 60 days"),
        ({"Users": ["guest-*"]}, "Users: expected *, actual guest-*"),
        ({"ExceptUsers": ["a", "b"]}, "ExceptUsers: expected none, actual a, b"),
        ({"CallsPerSecond": "4"}, "CallsPerSecond: expected 8, actual 4"),
        ({"NoticeDays": "2"}, "days: expected 30 days, actual 30 days, notice 2"),
        ({"AllowImmediateExpiration": "true"}, "days: expected 30 days, actual 30 days at once"),
        ({"Enabled": "false"}, "Enabled: expected true, actual false"),
        ({"StateMachineArn": "other"}, "StateMachineArn: expected arn:"),
        ({"ExpirationDays": "none"}, "those in the table cannot be read"),
    ],
)
def test_other_properties_than_the_declared_ones_are_drift(
    changed: dict[str, Any], explanation: str
) -> None:
    # GIVEN
    account = PolicyAccount()
    account.declare(**changed)
    account.sweep(kept=1)

    # WHEN
    finding = finding_of(account)

    # THEN
    assert finding.result is DriftStatus.MODIFIED
    assert finding.differences == (PolicyDifference.PROPERTIES_DIFFER,)
    assert f"properties differ: {explanation}" in sentences(finding)


def test_an_enabled_policy_that_clears_is_drift() -> None:
    # GIVEN what a Delete that failed leaves behind
    account = PolicyAccount()
    account.declare(mode=Mode.CLEAR)
    account.sweep(cleared=1)

    # THEN
    assert finding_of(account).differences == (PolicyDifference.PROPERTIES_DIFFER,)


def test_a_sweep_that_failed_is_drift_with_its_error() -> None:
    # GIVEN
    account = PolicyAccount()
    account.declare()
    account.begin(-HOUR)
    account.finish(-HOUR, "not allowed: chime:ListAppInstanceUsers")

    # WHEN
    finding = finding_of(account)

    # THEN
    assert finding.result is DriftStatus.MODIFIED
    assert finding.differences == (PolicyDifference.SWEEP_FAILED,)
    assert "sweep failed: not allowed: chime:ListAppInstanceUsers" in sentences(finding)


def test_users_that_failed_are_drift_and_one_of_the_failures_is_quoted() -> None:
    # GIVEN
    account = PolicyAccount()
    account.declare()
    account.begin(-DAY)
    account.finish(-DAY + HOUR, "", "ConflictException: no", set=9, failed=2)

    # WHEN
    finding = finding_of(account)

    # THEN
    assert finding.differences == (PolicyDifference.USERS_FAILED,)
    assert "users failed: 2, one of them with: ConflictException: no" in sentences(finding)


@pytest.mark.parametrize(
    ("schedule", "ended", "is_overdue"),
    [
        ("rate(1 day)", -2 * DAY + MINUTE, False),
        ("rate(1 day)", -2 * DAY - MINUTE, True),
        ("rate(1 minute)", -9 * MINUTE, False),
        ("rate(1 minute)", -11 * MINUTE, True),
        ("cron(0 3 * * ? *)", -99 * DAY, False),
    ],
)
def test_a_sweep_is_overdue_after_twice_the_time_of_a_rate(
    schedule: str, ended: float, is_overdue: bool
) -> None:
    # GIVEN
    account = PolicyAccount(policy_stack(schedule=schedule))
    account.declare(ended - HOUR)
    account.sweep(ended - MINUTE, ended, kept=1)

    # WHEN
    finding = finding_of(account)

    # THEN
    assert (PolicyDifference.SWEEP_OVERDUE in finding.differences) is is_overdue
    assert ("sweep overdue: the schedule is rate(" in sentences(finding)) is is_overdue


def test_dead_letters_are_drift() -> None:
    # GIVEN
    account = swept()
    account.dead_letters = 3

    # WHEN
    finding = finding_of(account)

    # THEN
    assert finding.differences == (PolicyDifference.DEAD_LETTERS,)
    assert "creation events that failed again and again, about 3" in sentences(finding)


def test_a_policy_without_a_dead_letter_queue_is_in_sync() -> None:
    assert finding_of(swept(new_users=NewUsers.BY_SWEEP)).result is DriftStatus.IN_SYNC


def test_a_running_sweep_is_not_checked() -> None:
    # GIVEN
    account = swept()
    account.begin(-MINUTE)

    # THEN
    assert finding_of(account).result is NotCheckedReason.SWEEP_RUNNING


def test_users_that_have_failed_already_are_drift_while_the_sweep_runs() -> None:
    # GIVEN
    account = swept()
    account.begin(-2 * MINUTE)
    account.progress(-MINUTE, "no", kept=1, failed=1)

    # THEN
    assert finding_of(account).result is DriftStatus.MODIFIED


def test_differences_during_a_deployment_are_not_checked() -> None:
    # GIVEN
    account = PolicyAccount(policy_stack(status="UPDATE_IN_PROGRESS"))
    account.declare(ExpirationDays="60")
    account.sweep(kept=1)

    # WHEN
    finding = finding_of(account)

    # THEN
    assert finding.result is NotCheckedReason.IN_PROGRESS
    assert "a deployment is in progress: check again after it; properties" in sentences(finding)
    assert sentences(finding).endswith(
        "the stack is UPDATE_IN_PROGRESS, the resource is CREATE_COMPLETE"
    )


def test_a_disabled_policy_that_has_cleared_its_users_is_in_sync() -> None:
    # GIVEN
    account = PolicyAccount(policy_stack(Enabled=False))
    account.declare(mode=Mode.CLEAR)
    account.sweep(cleared=9)

    # THEN
    assert finding_of(account, ledger=True).result is DriftStatus.IN_SYNC


def test_users_that_a_disabled_policy_still_owns_are_drift_where_the_ledger_was_counted() -> None:
    # GIVEN
    account = PolicyAccount(policy_stack(Enabled=False))
    account.declare(mode=Mode.CLEAR)
    account.sweep(cleared=9)
    account.remember(OWNED)

    # THEN
    assert finding_of(account).result is DriftStatus.IN_SYNC
    finding = finding_of(account, ledger=True)
    assert finding.differences == (PolicyDifference.USERS_NOT_CLEARED,)
    assert "users not cleared: 1 can still have" in sentences(finding)


def test_users_that_a_running_sweep_has_still_to_clear_are_not_drift() -> None:
    # GIVEN
    account = PolicyAccount(policy_stack(Enabled=False))
    account.declare(mode=Mode.CLEAR)
    account.begin(-MINUTE)
    account.remember(OWNED)

    # THEN
    assert finding_of(account, ledger=True).result is NotCheckedReason.SWEEP_RUNNING


@pytest.mark.parametrize("missing", ["table", "item"])
def test_a_policy_whose_table_or_item_is_missing_is_deleted(missing: str) -> None:
    # GIVEN
    account = PolicyAccount()
    if missing == "table":
        account.storage.name = "Other"

    # WHEN
    finding = finding_of(account)

    # THEN
    assert finding.result is DriftStatus.DELETED
    assert finding.is_drift
    assert "nobody knows which users the policy has set" in sentences(finding)


def test_a_policy_with_unresolved_days_is_not_checked_unless_something_else_is_wrong() -> None:
    # GIVEN
    account = swept()
    assert isinstance(account.stack.template, dict)
    for resource in account.stack.template["Resources"].values():
        if resource["Type"] == POLICY_RESOURCE_TYPE:
            resource["Properties"]["ExpirationDays"] = {"Fn::GetAtt": ["Rules", "Days"]}

    # WHEN
    finding = finding_of(account)

    # THEN the counts are known
    assert finding.result is NotCheckedReason.UNRESOLVED
    assert "unresolved: ExpirationDays: Fn::GetAtt Rules.Days" in sentences(finding)
    assert finding.item is not None
    assert finding.item.counts["kept"] == 7

    # WHEN
    account.dead_letters = 1

    # THEN
    assert finding_of(account).result is DriftStatus.MODIFIED


def test_a_policy_that_is_being_removed_shows_how_far_it_is() -> None:
    # GIVEN a Delete that took too long: "delete again to go on"
    account = PolicyAccount(policy_stack(status="DELETE_FAILED"))
    for resource in account.stack.resources:
        resource["ResourceStatus"] = "DELETE_FAILED"
    account.declare(mode=Mode.CLEAR)
    account.begin(-HOUR)
    account.progress(-1, cleared=70)

    # WHEN
    finding = finding_of(account)

    # THEN
    assert finding.result is NotCheckedReason.BEING_REMOVED
    assert finding.sweep is not None
    assert finding.sweep.users == 70


def orphan() -> PolicyAccount:
    """A policy that was removed in an update, whose Delete has failed."""
    account = PolicyAccount()
    stack = account.stack
    stack.status, stack.resources, stack.template = "UPDATE_COMPLETE", [], {}
    stack.reported("DELETE_FAILED", CHAT, logical_id="Policy", type=POLICY_RESOURCE_TYPE)
    stack.events[0]["ResourceProperties"] = json.dumps({"TableName": "Table"})
    return account


def test_a_removed_policy_whose_deletion_failed_is_orphaned() -> None:
    # GIVEN
    account = orphan()

    # THEN whether its table exists or not
    finding = finding_of(account)
    assert finding.result is DriftStatus.ORPHANED
    assert finding.is_drift
    assert "no longer declared, but users can keep what the policy has set" in sentences(finding)


def test_a_removed_policy_that_has_cleared_all_users_after_its_deletion_failed_is_no_orphan() -> (
    None
):
    # GIVEN
    account = orphan()
    account.table.declare(Mode.CLEAR, {"AppInstanceArn": CHAT, "ExpirationDays": "1"}, 1)
    account.begin(-HOUR)

    def findings() -> list[PolicyFinding]:
        found = policies(account.account)
        return compare_policies(found, lambda policy: read(account, policy), lambda: NOW)

    # THEN
    assert len(findings()) == 1

    # WHEN
    account.finish(-MINUTE, "", "", cleared=9)

    # THEN
    assert findings() == []
