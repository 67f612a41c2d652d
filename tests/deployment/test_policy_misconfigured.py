"""Policies that nobody meant: they do no harm, and the stack says what is wrong."""

from typing import Any

import pytest
from aws_cdk import CfnOutput, Duration, Stack

from chime_expiration import AppInstanceUserExpirationPolicy
from fakes.deployment import Build, Deployment
from localaws import LocalAws

pytestmark = pytest.mark.deploys


def policy(app_instance: str, days: int = 30) -> Build:
    """A stack with a policy, and with its attributes as outputs."""

    def build(stack: Stack) -> None:
        policy = AppInstanceUserExpirationPolicy(
            stack,
            "Guests",
            app_instance_arn=app_instance,
            expire_after=Duration.days(days),
            calls_per_second=1000,
        )
        CfnOutput(stack, "Set", value=policy.users_set)
        CfnOutput(stack, "Overdue", value=policy.users_overdue)
        CfnOutput(stack, "Finished", value=policy.sweep_finished)

    return build


def test_an_app_instance_that_does_not_exist_fails_the_deployment_and_has_its_arn_corrected(
    local_aws: LocalAws, deployment: Deployment
) -> None:
    # GIVEN
    local_aws.chime.unknown_user_answers = "Forbidden"
    existing = local_aws.chime.create_app_instance("existing")
    user = local_aws.chime.create_user(existing, "guest")
    unknown = f"{existing[:-4]}0000"

    # WHEN
    status = deployment.deploy(policy(unknown))

    # THEN
    assert status == "ROLLBACK_COMPLETE"
    [reason] = [each for each in deployment.reasons().splitlines() if unknown in each]
    assert "An invalid app instance ARN was supplied" in reason
    assert reason.endswith("; correct app_instance_arn, or the permissions")
    assert local_aws.chime.expiration_days(user) is None


def deny_chime(template: dict[str, Any]) -> None:
    """Deny what the function needs, as a service control policy or a boundary would."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::IAM::Role":
            for each in resource["Properties"].get("Policies", []):
                each["PolicyDocument"]["Statement"].append(
                    {"Effect": "Deny", "Action": "chime:*", "Resource": "*"}
                )
        if resource["Type"] == "AWS::Lambda::Function":
            # The function stops its retries after a few seconds.
            resource["Properties"]["Timeout"] = 85


def test_a_role_that_may_not_call_fails_the_deployment_and_names_action_and_app_instance(
    local_aws: LocalAws, deployment: Deployment
) -> None:
    # GIVEN
    chat = local_aws.chime.create_app_instance("denied")
    local_aws.chime.create_user(chat, "guest")

    # WHEN
    status = deployment.deploy(policy(chat), change=deny_chime)

    # THEN
    assert status == "ROLLBACK_COMPLETE"
    assert (
        f"access denied: chime:ListAppInstanceAdmins on {chat}; check policy, boundary, SCP of the "
        "function's role"
    ) in deployment.reasons().splitlines()
    assert local_aws.chime.calls.puts() == []


def test_days_that_would_delete_nearly_everybody_set_nobody_whom_they_would_delete(
    local_aws: LocalAws, deployment: Deployment
) -> None:
    # GIVEN one user who is new, and many who are older than the days, or nearly so
    chime = local_aws.chime
    chat = chime.create_app_instance("three days", age_days=400)
    new = chime.create_user(chat, "new")
    nearly = chime.create_user(chat, "nearly", age_days=2.5)
    for number in range(300):
        chime.create_user(chat, f"old-{number}", age_days=4 + number)

    # WHEN
    status = deployment.deploy(policy(chat, days=3))

    # THEN
    assert status == "CREATE_COMPLETE"
    assert deployment.outputs() == {"Set": "1", "Overdue": "301", "Finished": "true"}
    assert {call.arn for call in chime.calls.puts()} == {new}
    assert chime.expiration_days(nearly) is None
    assert chime.delete_expired_users() == []
