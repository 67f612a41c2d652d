"""Searches deployed stacks for declarations."""

from datetime import timedelta
from typing import Any

import pytest

from chime_expiration_cli.declaration_search import DeclarationSearch, search_declarations
from chime_expiration_cli.declarations import DeploymentState
from chime_expiration_cli.errors import CommandError
from localaws.standins.cloudformation_account import UPDATED, CloudFormationAccount, FakeStack

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d"
GUEST = f"{APP_INSTANCE}/user/guest"
BOTH = ("us-east-1", "eu-central-1")
NOW = UPDATED + timedelta(days=30)


def search(
    account: CloudFormationAccount, *names: str, regions: tuple[str, ...] = ("us-east-1",)
) -> DeclarationSearch:
    return search_declarations(account.cloudformation, regions, names, lambda _: None, NOW)


def stack_names(found: DeclarationSearch) -> list[str]:
    return [stack.name for stack, _ in found.stacks]


def guests(name: str = "Guests", region: str = "us-east-1", **stack: Any) -> FakeStack:
    return FakeStack(name, region, **stack).declares("A", GUEST, 30)


def test_without_names_all_stacks_are_searched_and_only_needed_templates_are_read() -> None:
    # GIVEN
    account = CloudFormationAccount(*(FakeStack(f"Other{n}") for n in range(7)), guests())

    # WHEN
    found = search(account)

    # THEN
    assert stack_names(found) == ["Guests"]
    assert len(found.declarations) == 1
    assert account.calls.count("GetTemplate") == 1
    assert account.calls.count("DescribeStacks") == 1


def test_the_nested_stacks_of_a_named_stack_are_searched_too() -> None:
    # GIVEN
    inner = guests("Inner")
    outer = FakeStack("Outer").has("Inner", inner.id, "AWS::CloudFormation::Stack")

    # WHEN
    found = search(CloudFormationAccount(outer, inner), "Outer", "Inner")

    # THEN
    assert stack_names(found) == ["Outer", "Inner"]
    assert [each.stack.name for each in found.declarations] == ["Inner"]


def test_without_names_a_nested_stack_is_read_once() -> None:
    # GIVEN DescribeStacks lists nested stacks too
    inner = guests("Inner")
    outer = FakeStack("Outer").has("Inner", inner.id, "AWS::CloudFormation::Stack")
    account = CloudFormationAccount(outer, inner)

    # WHEN
    found = search(account)

    # THEN
    assert stack_names(found) == ["Inner"]
    assert account.calls.count("ListStackResources") == 2


def test_a_named_stack_may_be_in_any_of_the_regions() -> None:
    # GIVEN
    account = CloudFormationAccount(guests("Here"), guests("There", "eu-central-1"))

    # WHEN
    found = search(account, "Here", "There", regions=BOTH)

    # THEN
    assert stack_names(found) == ["Here", "There"]


def test_a_named_stack_that_no_region_has_is_an_error() -> None:
    with pytest.raises(CommandError, match="stack Billing not found in us-east-1: correct --stack"):
        search(CloudFormationAccount(guests()), "Guests", "Billing")


def test_a_named_stack_that_is_deleted_while_it_is_read_is_an_error() -> None:
    # GIVEN
    account = CloudFormationAccount(guests())

    def client_for(region: str) -> Any:
        client = account.cloudformation(region)
        read = client.list_stack_resources

        def delete_and_read(StackName: str) -> list[dict[str, Any]]:
            account.stacks.clear()
            return read(StackName)

        client.list_stack_resources = delete_and_read  # type: ignore[method-assign]
        return client

    # THEN
    with pytest.raises(CommandError, match="stack Guests is deleted: use the name of a stack"):
        search_declarations(client_for, ("us-east-1",), ("Guests",), lambda _: None, NOW)


@pytest.mark.parametrize("name", ["Gests", "GUESTS", "guest"])
def test_a_mistyped_stack_name_gets_a_suggestion_from_all_regions(name: str) -> None:
    # GIVEN
    account = CloudFormationAccount(FakeStack("Billing"), guests(region="eu-central-1"))

    # THEN
    with pytest.raises(CommandError, match=r"not found in .*: did you mean Guests\?$"):
        search(account, name, regions=BOTH)


def test_without_the_permission_to_list_stacks_there_is_no_suggestion() -> None:
    # GIVEN
    account = CloudFormationAccount(guests())

    def client_for(region: str) -> Any:
        client = account.cloudformation(region)
        describe = client.describe_stacks

        def describe_one(StackName: str | None = None) -> list[dict[str, Any]]:
            account.denied = set() if StackName else {"DescribeStacks"}
            return describe(StackName)

        client.describe_stacks = describe_one  # type: ignore[method-assign]
        return client

    # THEN
    with pytest.raises(CommandError, match="stack Gests not found in us-east-1: correct --stack"):
        search_declarations(client_for, ("us-east-1",), ("Gests",), lambda _: None, NOW)


def test_stacks_of_one_name_in_two_regions_are_both_found() -> None:
    # GIVEN
    account = CloudFormationAccount(guests(), guests(region="eu-central-1"))

    # WHEN
    found = search(account, "Guests", regions=BOTH)

    # THEN
    assert [stack.region for stack, _ in found.stacks] == list(BOTH)


def test_a_deleted_stack_is_an_error_that_says_so() -> None:
    # GIVEN DescribeStacks still finds it by its id
    deleted = guests(status="DELETE_COMPLETE")

    # THEN
    with pytest.raises(CommandError, match=f"stack {deleted.id} is deleted: use the name of"):
        search(CloudFormationAccount(deleted), deleted.id)
    with pytest.raises(CommandError, match="stack Guests not found"):
        search(CloudFormationAccount(deleted), "Guests")


@pytest.mark.parametrize("names", [(), ("Guests",)])
def test_the_declarations_of_a_first_deployment_that_failed_are_found(
    names: tuple[str, ...],
) -> None:
    # GIVEN CloudFormation has deleted what it had created
    failed = FakeStack("Guests", status="ROLLBACK_COMPLETE")
    failed.declares("A", GUEST, 30, status="DELETE_COMPLETE")

    # WHEN
    [(stack, [declaration])] = search(CloudFormationAccount(failed), *names).stacks

    # THEN
    assert not stack.is_stable
    assert declaration.deployment is DeploymentState.NOT_CREATED


def test_a_stack_that_is_not_stable_and_declares_nothing_is_only_reported_if_it_is_named() -> None:
    # GIVEN
    account = CloudFormationAccount(
        FakeStack("Failed", status="ROLLBACK_COMPLETE"),
        FakeStack("Planned", status="REVIEW_IN_PROGRESS"),
    )

    # THEN
    assert stack_names(search(account)) == []
    assert stack_names(search(account, "Failed", "Planned")) == ["Failed", "Planned"]


def test_a_region_that_is_not_reachable_is_an_error_that_names_it() -> None:
    # GIVEN
    account = CloudFormationAccount(guests())
    account.unreachable = {"us-east-9"}

    # THEN
    with pytest.raises(CommandError, match=r"failed in us-east-9: EndpointConn.*check the region"):
        search(account, regions=("us-east-1", "us-east-9"))


def test_a_region_that_is_not_enabled_is_an_error_that_names_it() -> None:
    # GIVEN
    account = CloudFormationAccount(guests())
    account.disabled = {"ap-east-1"}

    # THEN
    with pytest.raises(CommandError, match=r"credentials in ap-east-1: .*, or enable the region"):
        search(account, regions=("us-east-1", "ap-east-1"))


@pytest.mark.parametrize(
    "action", ["DescribeStacks", "ListStackResources", "GetTemplate", "DescribeStackEvents"]
)
@pytest.mark.parametrize("names", [(), ("Guests",)])
def test_a_denied_call_is_reported(action: str, names: tuple[str, ...]) -> None:
    # GIVEN
    account = CloudFormationAccount(guests(updated=UPDATED))
    account.denied = {action}

    # WHEN
    found = search(account, *names)

    # THEN
    assert [call.action for call in found.denied_calls] == [f"cloudformation:{action}"]


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId", "Throttling"])
def test_the_search_ends_with_an_error_if_no_other_call_can_succeed(code: str) -> None:
    # GIVEN
    account = CloudFormationAccount()
    account.broken = code

    # THEN
    with pytest.raises(CommandError, match=code):
        search(account)
