"""Clears the users of removed declarations whose clean-up CloudFormation has given up."""

import io
import json
from typing import Any

import pytest
from rich.console import Console

from chime_expiration_cli.status.build_report import build_report
from chime_expiration_cli.status.options import StatusOptions
from chime_expiration_cli.status.problems import problems_of
from chime_expiration_handler.contract.policy_properties import POLICY_RESOURCE_TYPE
from command_line.policy_account import policy_stack
from command_line.repair_account import CHAT, DESCRIBE, NOW, Repair, RepairAccount
from localaws.standins.cloudformation_account import FakeStack

ORPHAN = f"{CHAT}/user/orphan"


@pytest.fixture
def repair(capsys: pytest.CaptureFixture[str]) -> Repair:
    return Repair(capsys)


def gave_up(days: object = 30, user: str = ORPHAN, physical_id: str = ORPHAN) -> FakeStack:
    """A stack that has removed the declaration of the orphan, which had set these days.

    The events have no properties if ``days`` is None.
    """
    stack = FakeStack("Guests", status="UPDATE_COMPLETE")
    for status in ("CREATE_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_FAILED"):
        stack.reported(status, physical_id)
        if days is not None:
            stack.events[0]["ResourceProperties"] = json.dumps(
                {"ServiceToken": "arn", "AppInstanceUserArn": user, "ExpirationDays": str(days)}
            )
    return stack


def account_of(*stacks: FakeStack, days: int | None = 30) -> RepairAccount:
    account = RepairAccount(list(stacks))
    account.has("orphan", days)
    return account


@pytest.mark.parametrize("physical_id", [ORPHAN, f"{ORPHAN}#90"])
def test_an_orphan_with_the_days_that_the_removed_declaration_had_set_is_cleared(
    physical_id: str, repair: Repair
) -> None:
    # GIVEN
    account = account_of(gave_up(physical_id=physical_id))

    # WHEN
    repaired = repair(account)

    # THEN
    assert account.days("orphan") is None
    assert (repaired.outcomes, repaired.exit_status) == ({"orphan": "REPAIRED"}, 0)
    [cleared] = repaired.document["repairs"]
    assert (cleared["repair"], cleared["days_after"]) == ("CLEAR", None)


@pytest.mark.parametrize("options", [{}, {"clear_orphans": True}])
def test_an_orphan_with_other_days_is_left(options: dict[str, Any], repair: Repair) -> None:
    # GIVEN
    account = account_of(gave_up(30), days=60)

    # WHEN
    repaired = repair(account, **options)

    # THEN
    assert (account.days("orphan"), repaired.outcomes) == (60, {"orphan": "LEFT"})
    assert "had set 30 days, but the user has 60 days: somebody else has set" in repaired.details
    assert repaired.exit_status == 1


@pytest.mark.parametrize(
    "stack",
    [gave_up(None), gave_up("none"), gave_up(30, user=f"{CHAT}/user/other")],
    ids=["no properties", "wrong properties", "properties after the update"],
)
def test_an_orphan_whose_days_are_not_known_is_cleared_only_on_request(
    stack: FakeStack, repair: Repair
) -> None:
    # GIVEN
    account = account_of(stack)

    # WHEN
    left = repair(account)
    cleared = repair(account, clear_orphans=True)

    # THEN
    assert left.outcomes == {"orphan": "LEFT"}
    assert "add --clear-orphans" in left.details
    assert cleared.outcomes == {"orphan": "REPAIRED"}
    assert account.puts == ["orphan"]


@pytest.mark.parametrize("days", [30, None])
def test_what_status_says_of_an_orphan_clears_it_if_done_literally(
    days: object, repair: Repair
) -> None:
    # GIVEN
    account = account_of(gave_up(days))
    report = build_report(
        StatusOptions(), ("us-east-1",), account, Console(file=io.StringIO()), lambda: NOW
    )
    [problem] = problems_of(report)

    # WHEN
    words = problem.action.partition("chime-expiration repair")[2].split()
    options: dict[str, Any] = {word.strip("-").replace("-", "_"): True for word in words}
    repaired = repair(account, **options)

    # THEN
    assert repaired.outcomes == {"orphan": "REPAIRED"}
    assert "remove the expiration" not in "".join(problem.sentences)


def test_the_events_of_the_creation_tell_the_days_if_those_of_the_deletion_do_not(
    repair: Repair,
) -> None:
    # GIVEN
    stack = gave_up()
    for event in stack.events[:2]:
        del event["ResourceProperties"]

    # THEN
    assert repair(account_of(stack)).outcomes == {"orphan": "REPAIRED"}


def test_an_event_of_another_resource_does_not_tell_the_days(repair: Repair) -> None:
    # GIVEN
    stack = gave_up(30)
    stack.reported("UPDATE_COMPLETE", "other", logical_id="Other", type="Custom::Other")
    properties = {"AppInstanceUserArn": ORPHAN, "ExpirationDays": "60"}
    stack.events[0]["ResourceProperties"] = json.dumps(properties)

    # THEN
    assert repair(account_of(stack)).outcomes == {"orphan": "REPAIRED"}


def test_an_event_of_an_update_that_failed_does_not_tell_the_days(repair: Repair) -> None:
    # GIVEN
    stack = gave_up(60)
    stack.events = stack.events[:1]
    del stack.events[0]["ResourceProperties"]
    properties = {"AppInstanceUserArn": ORPHAN, "ExpirationDays": "30"}
    stack.events.append({**stack.events[0], "ResourceStatus": "UPDATE_FAILED"})
    stack.events[1]["ResourceProperties"] = json.dumps(properties)

    # THEN
    assert repair(account_of(stack)).outcomes == {"orphan": "LEFT"}


@pytest.mark.parametrize("names", [(), ("Guests",)])
def test_an_orphan_that_another_stack_declares_keeps_its_days(
    names: tuple[str, ...], repair: Repair
) -> None:
    # GIVEN a declaration that was moved to another stack
    account = account_of(gave_up(), FakeStack("Other").declares("A", ORPHAN, 30))

    # WHEN
    repaired = repair(account, stacks=names, clear_orphans=True)

    # THEN
    assert account.puts == []
    assert repaired.outcomes == ({"orphan": "LEFT"} if names else {})


def test_an_orphan_is_left_if_a_declaration_can_be_for_any_user(repair: Repair) -> None:
    # GIVEN
    unknown = {"Fn::GetAtt": ["Guest", "Arn"]}
    other = FakeStack("Other").defines("A", unknown, 30).has("A", "nothing-was-set")

    # WHEN
    repaired = repair(account_of(gave_up(), other))

    # THEN
    assert repaired.outcomes["orphan"] == "LEFT"
    assert "not known whether the user is declared by A in Other" in repaired.details


def test_an_orphan_is_left_if_not_all_stacks_could_be_read(repair: Repair) -> None:
    # GIVEN the other stack is not readable
    account = account_of(gave_up())
    client_for = account.cloudformation

    def without_list(region: str) -> Any:
        client = client_for(region)
        describe = client.describe_stacks

        def describe_stacks(StackName: str | None = None) -> Any:
            if StackName is None:
                account.account.denied.add("DescribeStacks")
            try:
                return describe(StackName)
            finally:
                account.account.denied.clear()

        client.describe_stacks = describe_stacks
        return client

    account.cloudformation = without_list

    # WHEN
    repaired = repair(account, stacks=("Guests",))

    # THEN
    assert (account.puts, repaired.outcomes) == ([], {"orphan": "LEFT"})
    assert "access denied: cloudformation:DescribeStacks on *" in repaired.details


@pytest.mark.parametrize(
    ("properties", "outcome"),
    [
        ({}, "LEFT"),
        ({"Users": ["guest-*"]}, "REPAIRED"),
        ({"ExceptUsers": ["orphan"]}, "REPAIRED"),
        ({"Enabled": False}, "REPAIRED"),
        ({"Users": {"Fn::GetAtt": ["Other", "Users"]}}, "LEFT"),
    ],
)
def test_an_orphan_that_a_policy_selects_is_left(
    properties: dict[str, Any], outcome: str, repair: Repair
) -> None:
    # GIVEN a policy for the AppInstance; its table is not read
    policy = policy_stack("Policy", AppInstanceArn=CHAT, **properties)
    for resource in policy.resources:
        if resource["PhysicalResourceId"].startswith("arn:aws:chime"):
            resource["PhysicalResourceId"] = CHAT
    account = account_of(gave_up(), policy)

    # WHEN
    repaired = repair(account, stacks=("Guests",))

    # THEN
    assert repaired.outcomes == {"orphan": outcome}
    if outcome == "LEFT":
        assert "selects the user, and the days can be its own" in repaired.details


def test_a_policy_that_was_removed_keeps_no_orphan(repair: Repair) -> None:
    # GIVEN
    removed = FakeStack("Policy", status="UPDATE_COMPLETE")
    removed.reported("DELETE_FAILED", CHAT, type=POLICY_RESOURCE_TYPE)
    account = account_of(gave_up(), removed)

    # THEN
    assert repair(account, stacks=("Guests",)).outcomes == {"orphan": "REPAIRED"}


def test_an_orphan_whose_days_change_after_it_was_shown_is_skipped(repair: Repair) -> None:
    # GIVEN
    account = account_of(gave_up())
    calls = 0

    def interrupt(operation: str) -> None:
        nonlocal calls
        calls += operation == DESCRIBE
        if calls == 2:
            account.chime.set_expiration(ORPHAN, 60)

    account.interrupt = interrupt

    # THEN
    assert repair(account).outcomes == {"orphan": "SKIPPED"}
    assert account.days("orphan") == 60


def test_an_orphan_of_a_stack_that_is_not_stable_is_left(repair: Repair) -> None:
    # GIVEN
    stack = gave_up()
    stack.status = "UPDATE_ROLLBACK_FAILED"

    # WHEN
    repaired = repair(account_of(stack))

    # THEN
    assert repaired.outcomes == {"orphan": "LEFT"}
    assert "continue the rollback" in repaired.details
