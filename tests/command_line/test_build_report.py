"""From deployed stacks and users to the report."""

import io
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError
from rich.console import Console

from chime_expiration_cli.declaration_search import RegionSearch
from chime_expiration_cli.status.build_report import build_report
from chime_expiration_cli.status.options import StatusOptions
from chime_expiration_cli.status.report import Report
from command_line.policy_account import NOW, PolicyAccount
from localaws.standins.cloudformation_account import UPDATED, CloudFormationAccount, FakeStack

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d"
GUEST = f"{APP_INSTANCE}/user/guest"
OTHER = f"{APP_INSTANCE}/user/other"


class Clients:
    """An account whose users have the expirations in ``days``; the others do not exist."""

    def __init__(self, account: CloudFormationAccount, days: dict[str, int | None]) -> None:
        self.cloudformation = account.cloudformation
        self._days = days

    def identity(self, region: str) -> "Clients":
        assert region == "us-east-1"
        return self

    dynamodb = stepfunctions = sqs = identity

    def describe_app_instance_user(self, AppInstanceUserArn: str) -> dict[str, Any]:
        if AppInstanceUserArn not in self._days:
            raise ClientError({"Error": {"Code": "NotFound", "Message": ""}}, "Any")
        user: dict[str, Any] = {"CreatedTimestamp": UPDATED}
        days = self._days[AppInstanceUserArn]
        if days:
            user["ExpirationSettings"] = {"ExpirationDays": days}
        return {"AppInstanceUser": user}


def report(stack: FakeStack, days: dict[str, int | None], *names: str) -> Report:
    clients = Clients(CloudFormationAccount(stack), days)
    return build_report(
        StatusOptions(stacks=names),
        ("us-east-1",),
        clients,
        Console(file=io.StringIO()),
        lambda: UPDATED + timedelta(days=1),
    )


def results(report: Report) -> list[tuple[str, str]]:
    return [(each.declaration.logical_id, each.drift_status.name) for each in report.findings]


def test_an_orphaned_user_of_a_stack_without_declarations_is_drift() -> None:
    # GIVEN
    stack = FakeStack("Guests", status="UPDATE_COMPLETE").reported("DELETE_FAILED", GUEST)

    # WHEN
    found = report(stack, {GUEST: 30})

    # THEN
    assert results(found) == [("Guest", "ORPHANED")]
    assert found.exit_status == 1


def test_a_stack_whose_orphaned_user_has_no_expiration_any_more_is_not_reported() -> None:
    # GIVEN
    stack = FakeStack("Guests", status="UPDATE_COMPLETE").reported("DELETE_FAILED", GUEST)

    # WHEN
    found = report(stack, {GUEST: None})

    # THEN
    assert found.stacks == ()
    assert found.exit_status == 0


def test_a_named_stack_without_declarations_is_reported() -> None:
    # WHEN
    found = report(FakeStack("Guests"), {}, "Guests")

    # THEN
    assert [each.stack.name for each in found.stacks] == ["Guests"]
    assert found.exit_status == 0


def test_the_stacks_that_were_searched_are_counted_in_each_region() -> None:
    # GIVEN
    stacks = FakeStack("Guests").declares("A", GUEST, 30), FakeStack("Other"), FakeStack("More")
    account = CloudFormationAccount(*stacks)

    # WHEN
    found = build_report(
        StatusOptions(),
        ("us-east-1", "eu-west-1"),
        Clients(account, {GUEST: 30}),
        Console(file=io.StringIO()),
    )

    # THEN
    assert found.searches == (RegionSearch("us-east-1", 3), RegionSearch("eu-west-1", 0))
    assert not found.are_named
    assert not found.reads_ledger


def test_a_region_in_which_a_call_was_denied_has_an_unknown_number_of_stacks() -> None:
    # GIVEN
    account = CloudFormationAccount(FakeStack("Guests"))
    account.denied.add("DescribeStacks")

    # WHEN
    found = build_report(
        StatusOptions(), ("us-east-1",), Clients(account, {}), Console(file=io.StringIO())
    )

    # THEN
    assert found.searches == (RegionSearch("us-east-1", None),)


def test_named_stacks_are_the_only_ones_that_are_searched() -> None:
    # WHEN
    found = report(FakeStack("Guests"), {}, "Guests")

    # THEN
    assert found.searches == (RegionSearch("us-east-1", 1),)
    assert found.are_named


def test_a_user_that_does_not_exist_leaves_the_exit_status_at_0() -> None:
    # GIVEN
    stack = FakeStack("Guests").declares("A", GUEST, 30).declares("B", OTHER, 30)

    # WHEN
    found = report(stack, {GUEST: 30})

    # THEN
    assert results(found) == [("A", "IN_SYNC"), ("B", "DELETED")]
    assert found.exit_status == 0


def test_a_resource_for_another_user_than_the_declared_one_is_not_in_sync() -> None:
    # GIVEN
    stack = FakeStack("Guests", status="UPDATE_ROLLBACK_COMPLETE")
    stack.defines("A", GUEST, 30).has("A", OTHER)

    # WHEN
    found = report(stack, {GUEST: None, OTHER: 30})

    # THEN
    assert results(found) == [("A", "NOT_CHECKED")]
    assert found.exit_status == 3


def test_a_first_deployment_that_failed_is_not_checked() -> None:
    # GIVEN
    stack = FakeStack("Guests", status="ROLLBACK_COMPLETE")
    stack.declares("A", GUEST, 30, status="DELETE_COMPLETE")

    # WHEN
    found = report(stack, {GUEST: None})

    # THEN
    assert results(found) == [("A", "NOT_CHECKED")]
    assert found.exit_status == 3


def policy_report(account: PolicyAccount, **options: Any) -> Report:
    return build_report(
        StatusOptions(**options),
        ("us-east-1",),
        account,
        Console(file=io.StringIO()),
        lambda: NOW,
    )


def swept() -> PolicyAccount:
    account = PolicyAccount()
    account.declare()
    account.sweep(kept=1)
    return account


def test_a_stack_with_a_policy_only_is_reported_and_its_ledger_is_not_read() -> None:
    # GIVEN
    account = swept()

    # WHEN
    found = policy_report(account)

    # THEN
    [stack] = found.stacks
    assert [each.drift_status.name for each in stack.policies] == ["IN_SYNC"]
    assert (found.exit_status, account.scans) == (0, 0)


def test_the_ledger_is_read_on_request() -> None:
    # WHEN
    found = policy_report(swept(), ledger=True)

    # THEN
    [policy] = found.policies
    assert policy.ledger is not None
    assert found.reads_ledger
    assert found.exit_status == 0


def test_a_policy_that_is_modified_is_drift() -> None:
    # GIVEN
    account = swept()
    account.dead_letters = 1

    # THEN
    assert policy_report(account).exit_status == 1


def test_a_policy_whose_sweep_is_running_is_not_checked() -> None:
    # GIVEN
    account = swept()
    account.begin(-1)

    # THEN
    assert policy_report(account).exit_status == 3


def test_a_denied_call_for_a_policy_leaves_it_in_sync_but_not_everything_was_checked() -> None:
    # GIVEN
    account = swept()
    account.denied = {"states:ListExecutions"}

    # WHEN
    found = policy_report(account)

    # THEN
    assert [each.drift_status.name for each in found.policies] == ["IN_SYNC"]
    assert [call.action for call in found.all_denied_calls] == ["states:ListExecutions"]
    assert found.exit_status == 3
