"""A user that is passed as a resource of the app, instead of its ARN."""

from typing import Any

import jsii
import pytest
from aws_cdk import App, Duration, Stack
from aws_cdk.aws_chime import CfnAppInstance, CfnAppInstanceUser
from aws_cdk.interfaces import ResourceEnvironment
from aws_cdk.interfaces.aws_chime import AppInstanceUserReference, IAppInstanceUserRef
from constructs import Construct

from chime_expiration import AppInstanceUserExpiration, AppInstanceUserExpirationPolicy
from chime_expiration.testing import has_expiration, has_policy
from declaration.declare import GUEST, declare, expirations

THIRTY_DAYS = Duration.days(30)


@jsii.implements(IAppInstanceUserRef)
class ImportedUser(Construct):
    """A user as another library could represent it."""

    @property
    def app_instance_user_ref(self) -> AppInstanceUserReference:
        return AppInstanceUserReference(app_instance_user_arn=GUEST)

    @property
    def env(self) -> ResourceEnvironment:
        return ResourceEnvironment(account="111122223333", region="us-east-1")


@pytest.fixture
def chat(stack: Stack) -> CfnAppInstance:
    return CfnAppInstance(stack, "Chat", name="chat")


@pytest.fixture
def user(stack: Stack, chat: CfnAppInstance) -> CfnAppInstanceUser:
    return CfnAppInstanceUser(
        stack,
        "User",
        app_instance_arn=chat.attr_app_instance_arn,
        app_instance_user_id="demo-1",
        name="Demo",
    )


def refer_to(scope: Construct, user: Any, **props: Any) -> AppInstanceUserExpiration:
    return AppInstanceUserExpiration(
        scope, "Demo", app_instance_user=user, expire_after=THIRTY_DAYS, **props
    )


def test_a_user_of_the_stack_is_referred_to_by_its_attribute(
    stack: Stack, user: CfnAppInstanceUser
) -> None:
    # WHEN
    declaration = refer_to(stack, user)

    # THEN CloudFormation creates the user first, since the declaration has its attribute
    [resource] = expirations(stack).values()
    arn = {"Fn::GetAtt": ["User", "AppInstanceUserArn"]}
    assert resource["Properties"]["AppInstanceUserArn"] == arn
    has_expiration(stack, declaration.app_instance_user_arn, 30)


def test_a_user_of_another_stack_is_exported(app: App, user: CfnAppInstanceUser) -> None:
    # WHEN
    other = Stack(app, "Other")
    refer_to(other, user)

    # THEN
    [resource] = expirations(other).values()
    assert "Fn::ImportValue" in resource["Properties"]["AppInstanceUserArn"]


def test_a_reference_with_a_known_arn_is_checked_like_the_arn(stack: Stack) -> None:
    # WHEN
    refer_to(stack, ImportedUser(stack, "Imported"))

    # THEN
    has_expiration(stack, GUEST, 30)
    with pytest.raises(ValueError, match="declares the same AppInstanceUser as"):
        declare(stack)


def test_the_resource_and_its_attribute_are_the_same_user(
    stack: Stack, user: CfnAppInstanceUser
) -> None:
    # GIVEN
    refer_to(stack, user)

    # WHEN / THEN
    with pytest.raises(ValueError, match="declares the same AppInstanceUser as"):
        declare(stack, user=user.attr_app_instance_user_arn)


def test_a_policy_of_the_stack_excepts_a_user_that_is_passed_as_a_resource(
    stack: Stack, chat: CfnAppInstance, user: CfnAppInstanceUser
) -> None:
    # WHEN
    AppInstanceUserExpirationPolicy(stack, "All", app_instance=chat, expire_after=THIRTY_DAYS)
    refer_to(stack, user)

    # THEN the policy comes first, as beside other declarations
    has_policy(stack, chat.attr_app_instance_arn, 30, except_users=["demo-1"])
    [resource] = expirations(stack).values()
    assert any(each.startswith("ExpirationPolicy") for each in resource["DependsOn"])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, TypeError, "app_instance_user_arn and app_instance_user are both missing: use one"),
        (
            {"app_instance_user": GUEST},
            TypeError,
            f"app_instance_user is '{GUEST}', a string: use app_instance_user_arn=…",
        ),
        (
            {"app_instance_user": 42},
            TypeError,
            "app_instance_user is 42, which has no app_instance_user_ref: use app_instance_",
        ),
    ],
)
def test_anything_else_than_one_user_is_rejected_and_leaves_nothing(
    stack: Stack, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    # WHEN / THEN
    with pytest.raises(error) as refusal:
        AppInstanceUserExpiration(stack, "Demo", expire_after=THIRTY_DAYS, **arguments)
    assert message in str(refusal.value)
    assert stack.node.children == []


def test_a_user_and_an_arn_are_rejected(stack: Stack, user: CfnAppInstanceUser) -> None:
    # WHEN / THEN
    message = "^app_instance_user_arn and app_instance_user are both given: remove one of them$"
    with pytest.raises(ValueError, match=message):
        refer_to(stack, user, app_instance_user_arn=GUEST)


def test_a_resource_in_the_place_of_the_arn_is_rejected(
    stack: Stack, user: CfnAppInstanceUser
) -> None:
    # GIVEN
    resource: Any = user

    # WHEN / THEN
    message = "^app_instance_user_arn is a resource, not a string: use app_instance_user=…$"
    with pytest.raises(TypeError, match=message):
        declare(stack, user=resource)


def test_another_resource_is_rejected_with_the_fix(stack: Stack, chat: CfnAppInstance) -> None:
    # WHEN / THEN
    message = "which has no app_instance_user_ref: use app_instance_user_arn with its ARN$"
    with pytest.raises(TypeError, match=message):
        refer_to(stack, chat)
