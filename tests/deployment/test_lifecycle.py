"""Real templates in a real CloudFormation engine; IAM authorizes every call."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from aws_cdk import CfnParameter, CfnResource, Duration, RemovalPolicy, Stack

from chime_expiration import AppInstanceUserExpiration
from fakes.deployment import Deployment
from localaws import LocalAws
from localaws.chime import ChimeIdentity

pytestmark = pytest.mark.deploys


def declare(
    scope: Stack, name: str, user: str, days: int, **props: Any
) -> AppInstanceUserExpiration:
    return AppInstanceUserExpiration(
        scope, name, app_instance_user_arn=user, expire_after=Duration.days(days), **props
    )


@pytest.fixture
def chime(local_aws: LocalAws) -> ChimeIdentity:
    return local_aws.chime


@pytest.fixture
def chats(chime: ChimeIdentity) -> list[str]:
    return [chime.create_app_instance(f"chat {number}") for number in (1, 2)]


@pytest.fixture
def guest(chime: ChimeIdentity, chats: list[str]) -> str:
    return chime.create_user(chats[0], "guest")


@pytest.fixture
def other(chime: ChimeIdentity, chats: list[str]) -> str:
    return chime.create_user(chats[0], "other")


@pytest.fixture
def elsewhere(chime: ChimeIdentity, chats: list[str]) -> str:
    return chime.create_user(chats[1], "elsewhere")


def two(one: str, days_of_one: int, other: str, days_of_other: int) -> Callable[[Stack], None]:
    """A stack with the constructs A and B."""

    def build(stack: Stack) -> None:
        declare(stack, "A", one, days_of_one)
        declare(stack, "B", other, days_of_other)

    return build


def a_resource_that_fails(after: AppInstanceUserExpiration) -> None:
    """Makes the stack fail after ``after`` has succeeded."""
    stack = Stack.of(after)
    failing = CfnResource(
        stack, "Failing", type="AWS::SSM::Parameter", properties={"Type": "Nothing"}
    )
    failing.node.add_dependency(after)


def test_two_constructs_that_swap_their_users_keep_both_set(
    deployment: Deployment, chime: ChimeIdentity, guest: str, other: str
) -> None:
    # GIVEN
    deployment.deploy(two(guest, 30, other, 60))

    # WHEN
    status = deployment.deploy(two(other, 30, guest, 60))

    # THEN
    assert status == "UPDATE_COMPLETE"
    assert chime.expiration_days(guest) == 60
    assert chime.expiration_days(other) == 30


def test_a_declaration_that_moves_to_another_app_instance_sets_the_new_user_and_clears_the_old(
    deployment: Deployment, chime: ChimeIdentity, guest: str, other: str, elsewhere: str
) -> None:
    # GIVEN
    deployment.deploy(two(guest, 30, other, 30))

    # WHEN
    status = deployment.deploy(two(elsewhere, 30, other, 30))

    # THEN
    assert status == "UPDATE_COMPLETE"
    assert chime.expiration_days(elsewhere) == 30
    assert chime.expiration_days(guest) is None


def test_the_last_user_of_an_app_instance_is_cleared_when_its_declaration_is_removed(
    deployment: Deployment, chime: ChimeIdentity, guest: str, elsewhere: str
) -> None:
    # GIVEN
    deployment.deploy(two(guest, 30, elsewhere, 30))

    # WHEN
    status = deployment.deploy(lambda stack: declare(stack, "A", guest, 30))

    # THEN
    assert status == "UPDATE_COMPLETE"
    assert chime.expiration_days(elsewhere) is None
    assert chime.expiration_days(guest) == 30
    assert chime.calls.of(error=chime.answers.denied_call.error) == []


def test_a_user_that_is_a_parameter_moves_to_another_app_instance_when_its_value_changes(
    deployment: Deployment, chime: ChimeIdentity, guest: str, elsewhere: str
) -> None:
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
    assert chime.calls.of(error=chime.answers.denied_call.error) == []


def test_two_parameters_that_swap_their_users_keep_both_set(
    deployment: Deployment, chime: ChimeIdentity, guest: str, other: str
) -> None:
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


def test_a_renamed_construct_makes_no_call(
    deployment: Deployment, chime: ChimeIdentity, guest: str, other: str
) -> None:
    # GIVEN
    deployment.deploy(two(guest, 30, other, 30))
    chime.calls.clear()

    # WHEN only B changes, so that the stack has an update
    status = deployment.deploy(
        lambda stack: [declare(stack, "Renamed", guest, 30), declare(stack, "B", other, 31)]
    )

    # THEN
    assert status == "UPDATE_COMPLETE"
    assert {call.arn for call in chime.calls} == {other}
    assert chime.expiration_days(guest) == 30


def test_a_failed_update_restores_the_old_days(
    deployment: Deployment, chime: ChimeIdentity, guest: str
) -> None:
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


def test_a_failed_update_restores_the_old_user(
    deployment: Deployment, chime: ChimeIdentity, guest: str, elsewhere: str
) -> None:
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


def test_a_rejected_update_changes_nothing(
    deployment: Deployment, chime: ChimeIdentity, guest: str
) -> None:
    # GIVEN a user that is forty days old
    deployment.deploy(lambda stack: declare(stack, "A", guest, 60))
    existing = chime.user(guest)
    assert existing is not None
    existing.created -= timedelta(days=40)

    # WHEN
    status = deployment.deploy(lambda stack: declare(stack, "A", guest, 30))

    # THEN
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert "is 41 days old, so 30 days would delete it within a day" in deployment.reasons()
    assert chime.expiration_days(guest) == 60


def test_a_create_for_a_user_that_does_not_exist_is_reported_in_the_events_of_the_stack(
    deployment: Deployment, chats: list[str]
) -> None:
    # WHEN
    user = f"{chats[0]}/user/unknown"
    status = deployment.deploy(lambda stack: declare(stack, "A", user, 30))

    # THEN
    assert status == "ROLLBACK_COMPLETE"
    assert f"AppInstanceUser {user} not found; create it first" in deployment.reasons()


def test_a_stack_can_be_deleted_after_its_user_was_deleted(
    deployment: Deployment, chime: ChimeIdentity, guest: str
) -> None:
    # GIVEN
    deployment.deploy(lambda stack: declare(stack, "A", guest, 30))
    chime.delete_user(guest)

    # WHEN / THEN
    assert deployment.delete() == "DELETE_COMPLETE"


def test_retain_keeps_the_setting(deployment: Deployment, chime: ChimeIdentity, guest: str) -> None:
    # GIVEN
    deployment.deploy(
        lambda stack: declare(stack, "A", guest, 30, removal_policy=RemovalPolicy.RETAIN)
    )

    # WHEN
    deployment.delete()

    # THEN
    assert chime.expiration_days(guest) == 30


def test_a_user_expires_after_the_declared_days(
    deployment: Deployment, chime: ChimeIdentity, guest: str, other: str
) -> None:
    # GIVEN
    deployment.deploy(two(guest, 30, other, 30))
    deployment.deploy(two(guest, 30, other, 90))

    # WHEN
    chime.clock.advance(days=31)
    try:
        expired = chime.delete_expired_users()
    finally:
        chime.clock.advance(days=-31)

    # THEN
    assert guest in expired
    assert other not in expired


def without_response(template: dict[str, Any]) -> None:
    """Break the function, and shorten the time that CloudFormation waits."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function":
            resource["Properties"]["Handler"] = "nothing.handler"
        if resource["Type"].startswith("Custom::"):
            resource["Properties"]["ServiceTimeout"] = 2


def test_a_function_that_cannot_respond_fails_the_stack_after_the_service_timeout(
    deployment: Deployment, guest: str
) -> None:
    # WHEN
    status = deployment.deploy(
        lambda stack: declare(stack, "A", guest, 30), change=without_response
    )

    # THEN
    assert status == "ROLLBACK_COMPLETE"
    assert "timed out after 2s" in deployment.reasons()


def naive_policy(template: dict[str, Any]) -> None:
    """Replace the policies with the obvious one: one statement with the users of the stack."""
    resources = template["Resources"]
    policies = [name for name in resources if resources[name]["Type"] == "AWS::IAM::Policy"]
    users = []
    for resource in resources.values():
        if resource["Type"].startswith("Custom::"):
            users.append(resource["Properties"]["AppInstanceUserArn"])
            resource["DependsOn"] = ["NaivePolicy"]
        if resource["Type"] == "AWS::Lambda::Function":
            # The function stops its retries after a few seconds.
            resource["Properties"]["Timeout"] = 25
    naive = resources.pop(policies[0])
    for name in policies[1:]:
        del resources[name]
    naive["Properties"]["PolicyDocument"]["Statement"][0]["Resource"] = users
    naive["Properties"]["PolicyName"] = "NaivePolicy"
    resources["NaivePolicy"] = naive


def test_with_the_naive_policy_the_clean_up_is_denied(
    deployment: Deployment, chime: ChimeIdentity, guest: str, elsewhere: str
) -> None:
    # GIVEN
    deployment.deploy(
        two(guest, 30, elsewhere, 30),
        change=naive_policy,
    )

    # WHEN
    deployment.deploy(lambda stack: declare(stack, "A", guest, 30), change=naive_policy)

    # THEN the setting of the removed declaration is still there
    assert chime.calls.of(error=chime.answers.denied_call.error, arn=elsewhere)
    assert chime.expiration_days(elsewhere) == 30
