from typing import TYPE_CHECKING, Any

from aws_cdk import Annotations, CfnResource, Duration, RemovalPolicy
from constructs import Construct

from chime_expiration._criterion import ExpirationCriterion
from chime_expiration._days import days_of
from chime_expiration._identity import is_token, logical_id, may_change
from chime_expiration._provider import SERVICE_TIMEOUT_SECONDS, Provider
from chime_expiration_handler.arn import AppInstanceUserArn
from chime_expiration_handler.properties import RESOURCE_TYPE

if TYPE_CHECKING:
    from aws_cdk.aws_events import EventPattern, IRuleTarget, Rule


class AppInstanceUserExpiration(Construct):
    """Declares when one AppInstanceUser expires, without owning the user.

    Deploying sets the user's expiration settings; removing the declaration, or the stack, clears
    them. The user itself is neither created nor deleted by the stack: Chime SDK deletes it, within
    about six hours, once ``expire_after`` has passed since its *creation*::

        guest = AppInstanceUserExpiration(
            self,
            "Guest",
            app_instance_user_arn="arn:aws:chime:us-east-1:111122223333:app-instance/ID/user/guest",
            expire_after=Duration.days(30),
        )

    The logical id follows from the user, not from the construct path: a construct that is renamed
    or moved within its stack changes nothing in the deployment.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        app_instance_user_arn: str,
        expire_after: Duration,
        criterion: ExpirationCriterion = ExpirationCriterion.CREATED_TIMESTAMP,
        allow_immediate_expiration: bool = False,
        removal_policy: RemovalPolicy = RemovalPolicy.DESTROY,
    ) -> None:
        """Declare the expiration of one AppInstanceUser.

        :param scope: The stack, or a construct in one. The stack may be in any region.
        :param id: The construct id, unique within ``scope``.
        :param app_instance_user_arn: The user. A token (a parameter, an import, an attribute of
            another resource) is checked when the stack is deployed.
        :param expire_after: How long after its creation the user is deleted: whole days, 1-5475
            (``ExpirationDays`` of the API). ``Duration.days(token)`` is checked at deployment.
        :param criterion: From when the days count. Default: from the user's creation.
        :param allow_immediate_expiration: Whether to set days that the user has outlived already,
            which deletes it within hours. Default: the deployment refuses.
        :param removal_policy: What happens when the declaration goes: ``DESTROY`` clears the
            settings, ``RETAIN`` leaves them, ``RETAIN_ON_UPDATE_OR_DELETE`` leaves them unless
            the creation is rolled back. Default: cleared.
        :raises TypeError: An argument has the wrong type.
        :raises ValueError: The ARN, the days, the criterion or the removal policy is one that the
            service or CloudFormation would refuse, or the user is declared twice in the stack.
        """
        if not isinstance(app_instance_user_arn, str):
            raise TypeError(
                f"app_instance_user_arn is {app_instance_user_arn!r}, not a string: use the ARN "
                "that CreateAppInstanceUser returned"
            )
        user = None
        if not is_token(app_instance_user_arn):
            user = AppInstanceUserArn.parse(app_instance_user_arn)
        properties: dict[str, Any] = {
            "AppInstanceUserArn": app_instance_user_arn,
            "ExpirationDays": days_of(expire_after),
            "ServiceTimeout": SERVICE_TIMEOUT_SECONDS,
        }
        _check_criterion(criterion)
        if _flag(allow_immediate_expiration):
            properties["AllowImmediateExpiration"] = True
        _check_removal_policy(removal_policy)
        user_may_change = may_change(app_instance_user_arn)
        if user_may_change:
            properties["AppInstanceUserMayChange"] = True

        super().__init__(scope, id)
        provider = Provider.of(scope)
        identity = provider.register(self, app_instance_user_arn)
        self._app_instance_user_arn = app_instance_user_arn
        self._resource = CfnResource(
            self,
            "Resource",
            type=RESOURCE_TYPE,
            properties={"ServiceToken": provider.service_token, **properties},
        )
        self._resource.override_logical_id(
            logical_id("Expire", user.user_id if user else "", identity)
        )
        _depend(self._resource, provider.policies.for_user(app_instance_user_arn))
        if user_may_change:
            _depend(self._resource, provider.policies.for_changing_users())
        if removal_policy is not RemovalPolicy.DESTROY:
            self._resource.apply_removal_policy(removal_policy)
        if user and provider.account not in (None, user.account):
            _warn_of_other_account(self, provider.account, user)

    @property
    def app_instance_user_arn(self) -> str:
        """The AppInstanceUser as it was declared."""
        return self._app_instance_user_arn

    @property
    def expires_at(self) -> str:
        """When the user expires: ISO 8601, in UTC, known once the stack is deployed (a token)."""
        return self._resource.get_att("ExpiresAt").to_string()

    def on_expired(
        self,
        id: str,
        *,
        target: "IRuleTarget | None" = None,
        event_pattern: "EventPattern | dict[str, Any] | None" = None,
        rule_name: str | None = None,
        description: str | None = None,
        cross_stack_scope: Construct | None = None,
    ) -> "Rule":
        """Define an EventBridge rule that is triggered when Chime SDK has deleted this user.

        The event is the service event ``ExpireAppInstanceUser``, which Chime SDK hands to
        CloudTrail, so the account needs a trail that logs in the user's region. AWS documents the
        event but not the ``source`` that EventBridge gives it: ``aws.chime`` is inferred from the
        others, so the rule takes any source of AWS and the rest from the record itself.

        :param id: The construct id of the rule, unique within this declaration.
        :param target: What the rule triggers. Default: nothing, until ``add_target`` is called.
        :param event_pattern: Merged with the pattern of the event. Default: nothing is merged.
        :param rule_name: The name of the rule. Default: CloudFormation makes one.
        :param description: What the rule is for. Default: no description.
        :param cross_stack_scope: Where the rule is defined, when the target or the user's region
            ask for another stack. Default: here.
        :raises ValueError: The stack is in another region than the user. A rule hears only the
            events of its own region.
        """
        # Most stacks have no rule, and each synth would pay for the import.
        from chime_expiration._expired_event import rule_on_expired

        return rule_on_expired(
            cross_stack_scope or self,
            id,
            self._app_instance_user_arn,
            target=target,
            event_pattern=event_pattern,
            rule_name=rule_name,
            description=description,
        )


def _check_criterion(criterion: ExpirationCriterion) -> None:
    # Not in the template: the handler takes the one that there is where none is said.
    try:
        ExpirationCriterion(criterion)
    except ValueError:
        allowed = ", ".join(f"ExpirationCriterion.{known.name}" for known in ExpirationCriterion)
        raise ValueError(f"criterion is {criterion!r}: use {allowed}") from None


def _flag(allow_immediate_expiration: bool) -> bool:
    if not isinstance(allow_immediate_expiration, bool):
        raise TypeError(
            f"allow_immediate_expiration is {allow_immediate_expiration!r}: use True or False"
        )
    return allow_immediate_expiration


def _check_removal_policy(removal_policy: RemovalPolicy) -> None:
    if not isinstance(removal_policy, RemovalPolicy):
        raise TypeError(
            f"removal_policy is {removal_policy!r}: use RemovalPolicy.DESTROY or RETAIN"
        )
    if removal_policy is RemovalPolicy.SNAPSHOT:
        raise ValueError(
            "removal_policy is RemovalPolicy.SNAPSHOT, and there is nothing to take a snapshot of: "
            "use RemovalPolicy.DESTROY or RETAIN"
        )


def _depend(resource: CfnResource, policy: CfnResource) -> None:
    # A dependency between constructs would cost a third of a declaration's time at synth. The
    # oldest aws-cdk-lib of our range has only the method that newer ones call deprecated.
    add = getattr(resource, "add_resource_dependency", None) or resource.add_dependency
    add(policy)


def _warn_of_other_account(declaration: Construct, account: str, user: AppInstanceUserArn) -> None:
    Annotations.of(declaration).add_warning_v2(
        "chime-expiration:otherAccount",
        f"the stack is in account {account}, the AppInstanceUser in {user.account}: Chime SDK "
        "takes calls from the user's own account only, so the deployment will be denied",
    )
