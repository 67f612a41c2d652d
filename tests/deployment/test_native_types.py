"""A stack that owns its AppInstance and a user, and declares expirations for them by reference."""

from collections.abc import Callable, Mapping

import pytest
from aws_cdk import CfnOutput, CfnResource, Duration, Stack
from aws_cdk.aws_chime import CfnAppInstance, CfnAppInstanceUser

from chime_expiration import (
    AppInstanceUserExpiration,
    AppInstanceUserExpirationPolicy,
    NewUsers,
)
from fakes.deployment import Deployment
from localaws.chime import ChimeIdentity

pytestmark = pytest.mark.deploys


def build(
    *, name: str = "chat", demo: str = "demo", native_days: int | None = 5, fails: bool = False
) -> Callable[[Stack], None]:
    """A stack with a declared user ``demo``, and a user whose days CloudFormation sets itself."""

    def add(stack: Stack) -> None:
        chat = CfnAppInstance(stack, "Chat", name=name)
        user = CfnAppInstanceUser(
            stack,
            "Demo",
            app_instance_arn=chat.attr_app_instance_arn,
            app_instance_user_id=demo,
            name="Demo",
        )
        settings = native_days and CfnAppInstanceUser.ExpirationSettingsProperty(
            expiration_criterion="CREATED_TIMESTAMP", expiration_days=native_days
        )
        native = CfnAppInstanceUser(
            stack,
            "Native",
            app_instance_arn=chat.attr_app_instance_arn,
            app_instance_user_id="native",
            name=name,
            metadata="kept" if native_days else None,
            expiration_settings=settings or None,
        )
        declaration = AppInstanceUserExpiration(
            stack, "Expiration", app_instance_user=user, expire_after=Duration.days(90)
        )
        AppInstanceUserExpirationPolicy(
            stack,
            "Policy",
            app_instance=chat,
            expire_after=Duration.days(30),
            new_users=NewUsers.BY_SWEEP,
            calls_per_second=1000,
        )
        CfnOutput(stack, "AppInstance", value=chat.ref)
        CfnOutput(stack, "Created", value=chat.attr_created_timestamp)
        if fails:
            failing = CfnResource(
                stack, "Failing", type="AWS::SSM::Parameter", properties={"Type": "Nothing"}
            )
            failing.node.add_dependency(declaration, native)

    return add


def days_by_id(chime: ChimeIdentity, app_instance: str) -> Mapping[str, int | None]:
    """The days of each user of an AppInstance, by its id."""
    return {
        user.arn.rpartition("/")[2]: chime.expiration_days(user.arn)
        for user in chime.users()
        if user.arn.startswith(f"{app_instance}/")
    }


def test_a_stack_with_native_users_is_created_updated_rolled_back_and_deleted(
    deployment: Deployment,
) -> None:
    # WHEN
    chime = deployment.local_aws.chime
    assert deployment.deploy(build()) == "CREATE_COMPLETE", deployment.reasons()

    # THEN the native type, the declaration and nobody else has set the users
    chat = deployment.outputs()["AppInstance"]
    assert deployment.outputs()["Created"] == chime.app_instances[chat].created.isoformat(
        timespec="microseconds"
    )
    assert days_by_id(chime, chat) == {"demo": 90, "native": 5}

    # WHEN names change, a user is replaced, and the other one has no days any more
    assert deployment.deploy(build(name="new", demo="other", native_days=None)) == (
        "UPDATE_COMPLETE"
    )

    # THEN the declaration is for the new user
    native = chime.user(f"{chat}/user/native")
    assert native is not None
    assert (chime.app_instances[chat].name, native.name, native.metadata) == ("new", "new", "")
    assert days_by_id(chime, chat) == {"other": 90, "native": None}

    # WHEN another update fails
    assert deployment.deploy(build(name="wrong", demo="wrong", native_days=7, fails=True)) == (
        "UPDATE_ROLLBACK_COMPLETE"
    )

    # THEN
    assert chime.app_instances[chat].name == "new"
    assert days_by_id(chime, chat) == {"other": 90, "native": None}

    # WHEN somebody else has deleted a user, and the stack is deleted
    chime.delete_user(f"{chat}/user/native")
    assert deployment.delete() == "DELETE_COMPLETE"

    # THEN
    assert chat not in chime.app_instances
