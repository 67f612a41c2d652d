"""What the function asks CloudFormation about its own stack, and how the answers are read."""

from typing import Any

import pytest

from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.service.retry_budget import RetryBudget
from chime_expiration_handler.user.own_stack import OwnStack, StackLookupError
from fakes.cloudformation_events import create, delete, update
from fakes.function import Function, FunctionTime
from localaws.chime import ChimeIdentity

USER = "arn:aws:chime:us-east-1:111122223333:app-instance/a/user/guest"


@pytest.fixture
def regions() -> list[str]:
    return []


@pytest.fixture
def stack(function: Function, regions: list[str]) -> OwnStack:
    time = FunctionTime()
    budget = RetryBudget(time.remaining, time.sleep, time.now, lambda low, _: low)

    def client_in(region: str) -> Any:
        regions.append(region)
        return function.stack

    event = create(USER)
    event["StackId"] = event["StackId"].replace("us-east-1", "ap-south-1")
    return OwnStack(event, budget, client_in)


def test_the_region_is_that_of_the_stack(stack: OwnStack, regions: list[str]) -> None:
    # WHEN
    stack.is_rolling_back()

    # THEN
    assert set(regions) == {"ap-south-1"}


@pytest.mark.parametrize(
    ("status", "is_rolling_back"),
    [
        ("ROLLBACK_IN_PROGRESS", True),
        ("UPDATE_ROLLBACK_IN_PROGRESS", True),
        ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", True),
        ("CREATE_IN_PROGRESS", False),
        ("UPDATE_IN_PROGRESS", False),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", False),
        ("DELETE_IN_PROGRESS", False),
    ],
)
def test_a_rollback_is_known_from_the_status_of_the_stack(
    function: Function, stack: OwnStack, status: str, is_rolling_back: bool
) -> None:
    # GIVEN
    function.stack.status = status

    # WHEN / THEN
    assert stack.is_rolling_back() is is_rolling_back


def test_a_resource_that_the_stack_does_not_have_is_none(stack: OwnStack) -> None:
    assert stack.resource() is None
    assert stack.last_event(and_is_there=False) is None


def test_the_newest_event_of_a_resource_is_found_on_any_page(
    function: Function, stack: OwnStack
) -> None:
    # GIVEN
    function.stack.starts(create(USER, 30), function.now())
    function.stack.starts(update(USER, 90), function.now())
    for number in range(5):
        other = create(USER) | {"LogicalResourceId": f"Other{number}"}
        function.stack.starts(other, function.now())

    # WHEN
    newest = stack.last_event(and_is_there=True)

    # THEN
    assert newest is not None
    declared = newest.declared()
    assert declared is not None
    assert declared.days == 90
    assert function.stack.calls == ["DescribeStackEvents"] * 3


def test_deletions_of_a_resource_that_is_there_are_those_of_an_earlier_one(
    function: Function, stack: OwnStack
) -> None:
    # GIVEN
    function.stack.starts(update(USER, 90), function.now())
    function.stack.starts(delete("nothing-was-set", user=USER), function.now())

    # WHEN
    newest = [stack.last_event(and_is_there=is_there) for is_there in (True, False)]

    # THEN
    assert [event and event.status for event in newest] == [
        "UPDATE_IN_PROGRESS",
        "DELETE_IN_PROGRESS",
    ]


def test_a_resource_that_failed_or_has_invalid_properties_declares_nothing(
    function: Function, stack: OwnStack
) -> None:
    # GIVEN
    started = function.stack.starts(create(USER, 30), function.now())
    function.stack.ends(create(USER), function.now(), "", since=started, succeeded=False)
    failed = stack.last_event(and_is_there=True)
    function.stack.starts(update("no ARN"), function.now())
    invalid = stack.last_event(and_is_there=True)

    # WHEN / THEN
    assert failed is not None
    assert failed.declared() is None
    assert invalid is not None
    assert invalid.declared() is None


@pytest.mark.parametrize(
    ("change", "is_found"),
    [
        ({}, True),
        ({"PhysicalResourceId": f"{USER}#30"}, True),
        ({"PhysicalResourceId": f"{USER}2"}, False),
        ({"PhysicalResourceId": "nothing-was-set"}, False),
        ({"ResourceType": "Custom::Other"}, False),
        ({"LogicalResourceId": create(USER)["LogicalResourceId"]}, False),
    ],
    ids=["arn", "arn with earlier days", "another user", "marker", "another type", "itself"],
)
def test_another_declaration_of_a_user_is_found_by_its_physical_id(
    function: Function, stack: OwnStack, change: dict[str, str], is_found: bool
) -> None:
    # GIVEN
    for number in range(5):
        other = create(f"{USER}-{number}") | {"LogicalResourceId": f"Other{number}"}
        function.stack.starts(other, function.now())
    function.stack.starts(update(USER) | {"LogicalResourceId": "Wanted"} | change, function.now())

    # WHEN
    found = stack.others_declaring(AppInstanceUserArn.parse(USER))

    # THEN
    assert found == (["Wanted"] if is_found else [])


def test_a_denied_call_names_the_action(function: Function, stack: OwnStack) -> None:
    # GIVEN
    function.stack.denied = {"DescribeStacks"}

    # WHEN / THEN
    with pytest.raises(StackLookupError, match=r"^cloudformation:DescribeStacks failed with") as it:
        stack.is_rolling_back()
    assert it.value.action == "DescribeStacks"
    assert it.value.detail.startswith("AccessDenied: ")


def test_a_denied_call_is_retried_as_long_as_a_new_policy_may_need(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    event = create(user, 30, AppInstanceUserIsToken="true")
    created = function.run(event).PhysicalResourceId
    function.stack.denied = {"ListStackResources"}

    # WHEN
    response = function.run(delete(created, AppInstanceUserIsToken="true"))

    # THEN
    assert not response.succeeded
    assert 45 < function.time.elapsed <= 60
    assert chime.expiration_days(user) == 30
