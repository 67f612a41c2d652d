"""Real templates in a real CloudFormation engine, with IAM asked at every call."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from aws_cdk import CfnParameter, CfnResource, Duration, RemovalPolicy, Stack

from chime_expiration import AppInstanceUserExpiration

pytestmark = pytest.mark.deploys


def declare(
    scope: Stack, name: str, user: str, days: int, **props: Any
) -> AppInstanceUserExpiration:
    return AppInstanceUserExpiration(
        scope, name, app_instance_user_arn=user, expire_after=Duration.days(days), **props
    )


@pytest.fixture
def chime(stage):
    return stage.chime


@pytest.fixture
def chats(chime) -> list[str]:
    return [chime.create_app_instance(f"chat {number}") for number in (1, 2)]


@pytest.fixture
def guest(chime, chats) -> str:
    return chime.create_user(chats[0], "guest")


@pytest.fixture
def other(chime, chats) -> str:
    return chime.create_user(chats[0], "other")


@pytest.fixture
def elsewhere(chime, chats) -> str:
    return chime.create_user(chats[1], "elsewhere")


def two(one: str, days_of_one: int, other: str, days_of_other: int) -> Callable[[Stack], None]:
    """A stack with the constructs A and B."""

    def build(stack: Stack) -> None:
        declare(stack, "A", one, days_of_one)
        declare(stack, "B", other, days_of_other)

    return build


def a_resource_that_fails(after: AppInstanceUserExpiration) -> None:
    """Makes the stack fail once ``after`` has succeeded."""
    stack = Stack.of(after)
    failing = CfnResource(
        stack, "Failing", type="AWS::SSM::Parameter", properties={"Type": "Nothing"}
    )
    failing.node.add_dependency(after)


def test_two_constructs_that_swap_their_users_keep_both_set(deployment, chime, guest, other):
    # GIVEN
    deployment.deploy(two(guest, 30, other, 60))

    # WHEN
    status = deployment.deploy(two(other, 30, guest, 60))

    # THEN
    assert status == "UPDATE_COMPLETE"
    assert chime.expiration_days(guest) == 60
    assert chime.expiration_days(other) == 30


def test_a_declaration_moved_to_another_app_instance_is_set_there_and_cleared_here(
    deployment, chime, guest, other, elsewhere
):
    # GIVEN
    deployment.deploy(two(guest, 30, other, 30))

    # WHEN
    status = deployment.deploy(two(elsewhere, 30, other, 30))

    # THEN
    assert status == "UPDATE_COMPLETE"
    assert chime.expiration_days(elsewhere) == 30
    assert chime.expiration_days(guest) is None


def test_the_last_user_of_an_app_instance_is_cleared_when_it_leaves(
    deployment, chime, guest, elsewhere
):
    # GIVEN
    deployment.deploy(two(guest, 30, elsewhere, 30))

    # WHEN
    status = deployment.deploy(lambda stack: declare(stack, "A", guest, 30))

    # THEN
    assert status == "UPDATE_COMPLETE"
    assert chime.expiration_days(elsewhere) is None
    assert chime.expiration_days(guest) == 30
    assert chime.calls.of(error="AccessDeniedException") == []


def test_a_user_that_is_a_parameter_moves_to_another_app_instance_by_its_value(
    deployment, chime, guest, elsewhere
):
    # GIVEN
    def build(stack: Stack) -> None:
        declare(stack, "A", CfnParameter(stack, "User").value_as_string, 30)

    deployment.deploy(build, parameters={"User": guest})

    # WHEN
    status = deployment.deploy(build, parameters={"User": elsewhere})

    # THEN
    assert status == "UPDATE_COMPLETE"
    assert chime.expiration_days(elsewhere) == 30
    assert chime.expiration_days(guest) is None
    assert chime.calls.of(error="AccessDeniedException") == []


def test_two_parameters_that_swap_their_users_keep_both_set(deployment, chime, guest, other):
    # GIVEN
    def build(stack: Stack) -> None:
        declare(stack, "A", CfnParameter(stack, "One").value_as_string, 30)
        declare(stack, "B", CfnParameter(stack, "Two").value_as_string, 60)

    deployment.deploy(build, parameters={"One": guest, "Two": other})

    # WHEN
    status = deployment.deploy(build, parameters={"One": other, "Two": guest})

    # THEN
    assert status == "UPDATE_COMPLETE"
    assert chime.expiration_days(other) == 30
    assert chime.expiration_days(guest) == 60

    # WHEN / THEN
    assert deployment.delete() == "DELETE_COMPLETE"
    assert chime.expiration_days(other) is None
    assert chime.expiration_days(guest) is None


def test_a_renamed_construct_makes_no_call(deployment, chime, guest, other):
    # GIVEN
    deployment.deploy(two(guest, 30, other, 30))
    chime.calls.clear()

    # WHEN only B changes, so that there is something to update
    status = deployment.deploy(
        lambda stack: [declare(stack, "Renamed", guest, 30), declare(stack, "B", other, 31)]
    )

    # THEN
    assert status == "UPDATE_COMPLETE"
    assert {call.arn for call in chime.calls} == {other}
    assert chime.expiration_days(guest) == 30


def test_a_failed_update_puts_the_old_days_back(deployment, chime, guest):
    # GIVEN
    deployment.deploy(lambda stack: declare(stack, "A", guest, 30))

    # WHEN another resource fails after the days were changed
    status = deployment.deploy(
        lambda stack: a_resource_that_fails(after=declare(stack, "A", guest, 90))
    )

    # THEN
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    settings = [call.parameters["ExpirationSettings"] for call in chime.calls.puts(guest)]
    assert [each["ExpirationDays"] for each in settings] == [30, 90, 30]


def test_a_failed_update_puts_the_old_user_back(deployment, chime, guest, elsewhere):
    # GIVEN
    deployment.deploy(lambda stack: declare(stack, "A", guest, 30))

    # WHEN
    status = deployment.deploy(
        lambda stack: a_resource_that_fails(after=declare(stack, "A", elsewhere, 30))
    )

    # THEN
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert chime.expiration_days(guest) == 30
    assert chime.expiration_days(elsewhere) is None


def test_an_update_that_is_refused_leaves_everything_as_it_was(deployment, chime, guest):
    # GIVEN a user of forty days
    deployment.deploy(lambda stack: declare(stack, "A", guest, 60))
    chime.user(guest).created -= timedelta(days=40)

    # WHEN
    status = deployment.deploy(lambda stack: declare(stack, "A", guest, 30))

    # THEN
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert "would delete" in deployment.reasons()
    assert "it is 40 days old" in deployment.reasons()
    assert chime.expiration_days(guest) == 60


def test_a_create_for_a_user_that_does_not_exist_says_so_in_the_stacks_events(deployment, chats):
    # WHEN
    nobody = f"{chats[0]}/user/nobody"
    status = deployment.deploy(lambda stack: declare(stack, "A", nobody, 30))

    # THEN
    assert status == "ROLLBACK_COMPLETE"
    assert f"there is no AppInstanceUser {nobody}; create it first" in deployment.reasons()


def test_a_user_that_was_deleted_does_not_keep_the_stack_from_going(deployment, chime, guest):
    # GIVEN
    deployment.deploy(lambda stack: declare(stack, "A", guest, 30))
    chime.delete_user(guest)

    # WHEN / THEN
    assert deployment.delete() == "DELETE_COMPLETE"


def test_retain_leaves_the_setting(deployment, chime, guest):
    # GIVEN
    deployment.deploy(
        lambda stack: declare(stack, "A", guest, 30, removal_policy=RemovalPolicy.RETAIN)
    )

    # WHEN
    deployment.delete()

    # THEN
    assert chime.expiration_days(guest) == 30


def test_a_guest_lives_as_long_as_the_stack_says(deployment, chime, guest, other):
    # GIVEN
    deployment.deploy(two(guest, 30, other, 30))
    deployment.deploy(two(guest, 30, other, 90))

    # WHEN
    chime.clock.advance(days=31)
    try:
        gone = chime.sweep()
    finally:
        chime.clock.advance(days=-31)

    # THEN
    assert guest in gone
    assert other not in gone


def unable_to_answer(template: dict[str, Any]) -> None:
    """Break the function, and shorten what CloudFormation grants it."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function":
            resource["Properties"]["Handler"] = "nothing.handler"
        if resource["Type"].startswith("Custom::"):
            resource["Properties"]["ServiceTimeout"] = 2


def test_a_function_that_cannot_answer_fails_the_stack_after_the_service_timeout(deployment, guest):
    # WHEN
    status = deployment.deploy(
        lambda stack: declare(stack, "A", guest, 30), change=unable_to_answer
    )

    # THEN
    assert status == "ROLLBACK_COMPLETE"
    assert "timed out after 2s" in deployment.reasons()


def naive_policy(template: dict[str, Any]) -> None:
    """Rewrite the permissions as most people would: the users of the stack in one statement."""
    resources = template["Resources"]
    policies = [name for name in resources if resources[name]["Type"] == "AWS::IAM::Policy"]
    users = []
    for resource in resources.values():
        if resource["Type"].startswith("Custom::"):
            users.append(resource["Properties"]["AppInstanceUserArn"])
            resource["DependsOn"] = ["NaivePolicy"]
        if resource["Type"] == "AWS::Lambda::Function":
            # So that it gives up within seconds.
            resource["Properties"]["Timeout"] = 25
    naive = resources.pop(policies[0])
    for name in policies[1:]:
        del resources[name]
    naive["Properties"]["PolicyDocument"]["Statement"][0]["Resource"] = users
    naive["Properties"]["PolicyName"] = "NaivePolicy"
    resources["NaivePolicy"] = naive


def test_with_the_naive_policy_the_clean_up_is_denied(deployment, chime, guest, elsewhere):
    # GIVEN
    deployment.deploy(
        two(guest, 30, elsewhere, 30),
        change=naive_policy,
    )

    # WHEN
    deployment.deploy(lambda stack: declare(stack, "A", guest, 30), change=naive_policy)

    # THEN the setting of the user that left is still there
    assert chime.calls.of(error="AccessDeniedException", arn=elsewhere)
    assert chime.expiration_days(elsewhere) == 30
