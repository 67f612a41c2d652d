"""Users that keep an expiration because CloudFormation failed to delete the resource."""

from datetime import datetime, timedelta

import pytest

from chime_expiration_cli.declaration_search import DeclarationSearch, search_declarations
from chime_expiration_cli.declarations import Declaration, DeploymentState
from localaws.standins.cloudformation_account import UPDATED, CloudFormationAccount, FakeStack

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d"
GUEST = f"{APP_INSTANCE}/user/guest"
OTHER = f"{APP_INSTANCE}/user/other"
EXPIRATION = "Custom::ChimeAppInstanceUserExpiration"
TOPIC = "AWS::SNS::Topic"


def search(
    account: CloudFormationAccount, *names: str, now: datetime = UPDATED
) -> DeclarationSearch:
    return search_declarations(account.cloudformation, ("us-east-1",), names, lambda _: None, now)


def failed(stack: FakeStack) -> list[Declaration]:
    """The failed clean-ups that a search finds."""
    declarations = search(CloudFormationAccount(stack)).declarations
    return [each for each in declarations if each.deployment is DeploymentState.CLEANUP_FAILED]


def stack_that_gave_up(physical_id: str = GUEST) -> FakeStack:
    """A stack that declares another user now."""
    stack = FakeStack("Guests", status="UPDATE_COMPLETE").declares("Other", OTHER, 30)
    for _ in range(3):
        stack.reported("DELETE_IN_PROGRESS", physical_id).reported("DELETE_FAILED", physical_id)
    return stack


@pytest.mark.parametrize("physical_id", [GUEST, f"{GUEST}#30"])
def test_a_clean_up_that_was_given_up_is_found_once(physical_id: str) -> None:
    # WHEN
    [declaration] = failed(stack_that_gave_up(physical_id))

    # THEN
    assert str(declaration.user) == GUEST
    assert declaration.logical_id == "Guest"
    assert declaration.updated_at == UPDATED
    assert declaration.expected_days is None


def test_it_is_found_although_the_stack_has_no_declaration_any_more() -> None:
    # GIVEN
    stack = FakeStack("Guests", status="UPDATE_COMPLETE").reported("DELETE_FAILED", GUEST)

    # THEN
    assert len(failed(stack)) == 1


@pytest.mark.parametrize("status", ["DELETE_COMPLETE", "DELETE_SKIPPED", "DELETE_IN_PROGRESS"])
def test_a_later_event_of_the_user_decides(status: str) -> None:
    assert failed(stack_that_gave_up().reported(status, f"{GUEST}#30")) == []


def test_an_earlier_event_of_the_user_does_not_decide() -> None:
    # GIVEN
    stack = FakeStack("Guests", status="UPDATE_COMPLETE").reported("DELETE_COMPLETE", GUEST)

    # THEN
    assert len(failed(stack.reported("DELETE_FAILED", GUEST))) == 1


def test_a_user_that_the_stack_declares_again_is_not_a_failed_clean_up() -> None:
    assert failed(stack_that_gave_up().declares("Again", GUEST, 60)) == []


@pytest.mark.parametrize(
    ("physical_id", "type"),
    [("nothing-was-set", EXPIRATION), ("Guests_Guest_AB12CD34", EXPIRATION), (GUEST, TOPIC)],
)
def test_a_failed_deletion_of_something_else_is_not_a_failed_clean_up(
    physical_id: str, type: str
) -> None:
    # GIVEN
    stack = FakeStack("Guests", status="UPDATE_COMPLETE")
    stack.reported("DELETE_FAILED", physical_id, type=type)

    # THEN
    assert failed(stack) == []


def test_a_clean_up_in_progress_has_not_failed_yet() -> None:
    # GIVEN
    stack = stack_that_gave_up()
    stack.status = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"

    # THEN
    assert failed(stack) == []


def test_a_resource_that_stays_in_a_stable_stack_after_its_clean_up_failed_is_found() -> None:
    # GIVEN
    stack = FakeStack("Guests", status="UPDATE_COMPLETE").has("Guest", GUEST)
    stack.resources[0]["ResourceStatus"] = "DELETE_FAILED"

    # THEN
    assert [each.logical_id for each in failed(stack)] == ["Guest"]


def test_events_are_read_only_if_the_stack_was_updated_while_they_are_kept() -> None:
    # GIVEN
    new = FakeStack("New").declares("A", GUEST, 30)
    old = FakeStack("Old", updated=UPDATED - timedelta(days=91)).declares("A", GUEST, 30)
    recent = FakeStack("Recent", updated=UPDATED - timedelta(days=89)).declares("A", GUEST, 30)
    account = CloudFormationAccount(new, old, recent)

    # WHEN
    search(account)

    # THEN
    assert account.calls.count("DescribeStackEvents") == 1


def test_all_events_of_a_stack_with_declarations_are_read_and_one_page_of_others() -> None:
    # GIVEN
    declaring = FakeStack("Declaring").declares("Other", OTHER, 30)
    others = FakeStack("Others")
    for stack in (declaring, others):
        stack.reported("DELETE_FAILED", GUEST)
        for _ in range(250):
            stack.reported("UPDATE_COMPLETE", "topic", type=TOPIC)
    account = CloudFormationAccount(declaring, others)

    # WHEN
    found = search(account)

    # THEN
    assert [each.logical_id for each in found.declarations] == ["Other", "Guest"]
    assert account.pages["StackEvents"] == 3 + 1


def test_denied_access_to_the_events_is_reported_and_the_declarations_are_kept() -> None:
    # GIVEN
    account = CloudFormationAccount(stack_that_gave_up())
    account.denied = {"DescribeStackEvents"}

    # WHEN
    found = search(account)

    # THEN
    assert [each.logical_id for each in found.declarations] == ["Other"]
    assert [call.action for call in found.denied_calls] == ["cloudformation:DescribeStackEvents"]
