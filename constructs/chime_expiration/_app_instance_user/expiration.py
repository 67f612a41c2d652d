"""The declaration of one AppInstanceUser."""

from typing import TYPE_CHECKING, Any

from aws_cdk import Annotations, CfnResource, Duration, RemovalPolicy, ScopedAws, Stack
from constructs import Construct

from chime_expiration._app_instance_user.criterion import ExpirationCriterion, require_criterion
from chime_expiration._app_instance_user.declarations import Declarations
from chime_expiration._provider.stack_function import SERVICE_TIMEOUT_SECONDS
from chime_expiration._synth.checks import require_bool, require_removal_policy
from chime_expiration._synth.days import days_of
from chime_expiration._synth.declared_user import DeclaredUser
from chime_expiration._synth.declared_users import DeclaredUsers
from chime_expiration._synth.dependency import depend
from chime_expiration._synth.identity import logical_id
from chime_expiration._synth.referenced_arn import arn_of
from chime_expiration_handler.contract import metrics
from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.attributes import EXPIRES_AT
from chime_expiration_handler.contract.properties import (
    RESOURCE_TYPE,
    ExpirationProperties,
    MissingUser,
)

if TYPE_CHECKING:
    from aws_cdk.aws_cloudwatch import Alarm, IAlarmAction, IWidget, Metric
    from aws_cdk.aws_events import EventPattern, IRuleTarget, Rule
    from aws_cdk.aws_lambda import IFunction
    from aws_cdk.aws_logs import ILogGroup
    from aws_cdk.interfaces.aws_chime import IAppInstanceUserRef


class AppInstanceUserExpiration(Construct):
    """Declares when one AppInstanceUser expires, without owning the user.

    Deploying sets the user's expiration settings; removing the declaration, or the stack, clears
    them. The stack neither creates nor deletes the user: Chime SDK deletes it, within about six
    hours, once ``expire_after`` has passed since its *creation*::

        guest = AppInstanceUserExpiration(
            self,
            "Guest",
            app_instance_user_arn="arn:aws:chime:us-east-1:111122223333:app-instance/ID/user/guest",
            expire_after=Duration.days(30),
        )

    The logical id is derived from the user, not from the construct path: renaming a construct, or
    moving it within its stack, changes nothing in the deployment.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        app_instance_user_arn: str | None = None,
        app_instance_user: "IAppInstanceUserRef | None" = None,
        expire_after: Duration,
        criterion: ExpirationCriterion = ExpirationCriterion.CREATED_TIMESTAMP,
        allow_immediate_expiration: bool = False,
        missing_user: MissingUser = MissingUser.FAIL,
        removal_policy: RemovalPolicy = RemovalPolicy.DESTROY,
    ) -> None:
        """Declare the expiration of one AppInstanceUser.

        :param scope: The stack, or a construct in one. The stack may be in any region.
        :param id: The construct id, unique within ``scope``.
        :param app_instance_user_arn: The ARN of the user. A token (a parameter, an import, an
            attribute of another resource) is checked when the stack is deployed.
        :param app_instance_user: The user, instead of its ARN: a resource of the app, such as
            ``aws_cdk.aws_chime.CfnAppInstanceUser``, if the installed aws-cdk-lib has
            ``IAppInstanceUserRef``. CloudFormation creates the user before the expiration is set.
        :param expire_after: How long after its creation the user is deleted: whole days, 1-5475
            (``ExpirationDays`` of the API). ``Duration.days(token)`` is checked at deployment.
        :param criterion: From when the days count. Default: from the user's creation.
        :param allow_immediate_expiration: Whether days may be set that have already passed for the
            user, or pass within a day. Chime SDK then deletes the user within about six hours after
            that. Default: the deployment fails, unless the user already has these days.
        :param missing_user: Whether the deployment fails or succeeds if the user does not exist
            when it is declared. Default: it fails. A user that is deleted later does not fail a
            deployment.
        :param removal_policy: What happens when the declaration is removed: ``DESTROY`` clears the
            settings, ``RETAIN`` leaves them, ``RETAIN_ON_UPDATE_OR_DELETE`` leaves them unless
            the creation is rolled back. Default: cleared.
        :raises TypeError: An argument has the wrong type.
        :raises ValueError: The service or CloudFormation would refuse the ARN, the days, the
            criterion or the removal policy, or the user is declared twice in the stack, or both
            ``app_instance_user_arn`` and ``app_instance_user`` are given. Nothing of a refused
            declaration stays in the template.
        """
        stack = scope if isinstance(scope, Stack) else Stack.of(scope)
        user = DeclaredUser.of(
            arn_of("app_instance_user", arn=app_instance_user_arn, resource=app_instance_user),
            stack,
            app_instance_user,
        )
        days = days_of(expire_after)
        require_criterion(criterion)
        require_bool("allow_immediate_expiration", allow_immediate_expiration)
        _require_missing_user(missing_user)
        require_removal_policy(removal_policy)
        declarations = Declarations.of(stack)
        declarations.check(user, scope, id)

        super().__init__(scope, id)
        provider = declarations.add(user, self)
        self._provider = provider
        self._user = user
        self._resource = CfnResource(
            self,
            "Resource",
            type=RESOURCE_TYPE,
            properties={
                "ServiceToken": provider.service_token,
                "ServiceTimeout": SERVICE_TIMEOUT_SECONDS,
                **ExpirationProperties.to_template(
                    user.arn,
                    days,
                    allow_immediate_expiration=allow_immediate_expiration,
                    missing_user=missing_user,
                    user_is_token=user.is_token,
                ),
            },
        )
        readable = user.parsed.user_id if user.parsed else ""
        self._resource.override_logical_id(logical_id("Expire", readable, user.identity))
        depend(self._resource, provider.policies.for_user(user))
        if user.app_instance_text and user.user_id:
            DeclaredUsers.of(stack, user.app_instance_text).add(user.user_id, self._resource)
        if removal_policy is not RemovalPolicy.DESTROY:
            self._resource.apply_removal_policy(removal_policy)
        if user.parsed and provider.account not in (None, user.parsed.account):
            _warn_of_other_account(self, provider.account, user.parsed)
        elsewhere = declarations.in_another_stack(user)
        if elsewhere:
            _warn_of_other_stack(self, user, elsewhere)

    @property
    def app_instance_user_arn(self) -> str:
        """The AppInstanceUser as it was declared."""
        return self._user.arn

    @property
    def expires_at(self) -> str:
        """When the user expires: ISO 8601, in UTC, known once the stack is deployed (a token)."""
        return self._resource.get_att(EXPIRES_AT).to_string()

    @property
    def function(self) -> "IFunction":
        """The function that sets and clears the users of all declarations of the stack."""
        return self._provider.function.function_interface

    @property
    def log_group(self) -> "ILogGroup":
        """The log group of the function. It stays when the stack is deleted."""
        return self._provider.function.log_group_interface

    def metric(self, metric_name: str, **options: Any) -> "Metric":
        """A metric of all declarations of the stack together: the sum, over five minutes.

        :param metric_name: The name that the function writes, such as ``CleanUpFailures``.
        :param options: Those of ``aws_cdk.aws_cloudwatch.MetricOptions``.
        """
        # Most stacks use no metric, and the import would slow down every synth.
        from chime_expiration._provider.watching import count_metric

        # Not the name at synth: the template can be deployed under another one.
        stack_name = ScopedAws(Stack.of(self)).stack_name
        return count_metric(self, metric_name, {metrics.STACK_NAME: stack_name}, options)

    def metric_failures(self, **options: Any) -> "Metric":
        """How many events of all declarations of the stack have failed, for whatever reason.

        An event is a Create, an Update or a Delete that CloudFormation sends.
        """
        return self.metric(metrics.FAILURES, **options)

    def metric_refused(self, **options: Any) -> "Metric":
        """How many of the failures have their reason in the declaration, which has to be changed.

        The user does not exist, the days would delete it within a day, or a value is invalid.
        """
        return self.metric(metrics.REFUSED, **options)

    def metric_clean_up_failures(self, **options: Any) -> "Metric":
        """How many of the failures are failed Deletes, after which a user keeps its expiration.

        CloudFormation tries a Delete up to three times, and each time counts. After an update, it
        reports UPDATE_COMPLETE even so.
        """
        return self.metric(metrics.CLEAN_UP_FAILURES, **options)

    def create_alarms(self, *actions: "IAlarmAction") -> "list[Alarm]":
        """Create the alarm that the declarations of the stack need: on clean-ups that fail.

        Other failures fail the deployment, so that they are noticed without an alarm.

        :param actions: What happens when the alarm goes off, such as ``SnsAction(topic)``.
        :raises ValueError: The stack has this alarm already. It is for all declarations.
        """
        from chime_expiration._provider.watching import alarm_at_once

        scope, name = self._provider.function, "CleanUpFailuresAlarm"
        if scope.node.try_find_child(name):
            raise ValueError(
                f"stack {Stack.of(self).node.path!r} has the alarm for all its declarations "
                "already: call create_alarms on one of them"
            )
        description = "A user keeps an expiration that is not declared any more: see the log"
        return [alarm_at_once(scope, name, self.metric_clean_up_failures(), description, actions)]

    def dashboard_widgets(self) -> "list[IWidget]":
        """Widgets for a dashboard: the failures of all declarations of the stack."""
        from chime_expiration._provider.watching import graph

        return [
            graph(
                f"Failed events of {Stack.of(self).node.path}",
                [self.metric_failures(), self.metric_refused(), self.metric_clean_up_failures()],
            )
        ]

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

        The event is the service event ``ExpireAppInstanceUser``, which Chime SDK sends to
        CloudTrail. AWS does not document whether a trail is required. Create one in the user's
        region. AWS documents the event but not the ``source`` that EventBridge gives it:
        ``aws.chime`` is inferred from other events, so the rule accepts any source of AWS and
        matches the record itself.

        :param id: The construct id of the rule, unique within this declaration.
        :param target: What the rule triggers. Default: nothing, until ``add_target`` is called.
        :param event_pattern: Merged with the pattern of the event. Default: nothing is merged.
        :param rule_name: The name of the rule. Default: CloudFormation generates one.
        :param description: What the rule is for. Default: no description.
        :param cross_stack_scope: Where the rule is defined, when the target or the user's region
            requires another stack. Default: here.
        :raises ValueError: The stack is in another region than the user. A rule receives only the
            events of its own region.
        """
        # Most stacks have no rule, and the import would slow down every synth.
        from chime_expiration._provider.expired_event import rule_on_expired

        return rule_on_expired(
            cross_stack_scope or self,
            id,
            self._user.arn,
            self._user.parsed,
            target=target,
            event_pattern=event_pattern,
            rule_name=rule_name,
            description=description,
        )


def _require_missing_user(missing_user: MissingUser) -> None:
    if not isinstance(missing_user, MissingUser):
        raise TypeError(
            f"missing_user is {missing_user!r}: use MissingUser.FAIL or MissingUser.IGNORE"
        )


def _warn_of_other_stack(declaration: Construct, user: DeclaredUser, elsewhere: Construct) -> None:
    Annotations.of(declaration).add_warning_v2(
        "chime-expiration:otherStack",
        f"{user.arn} is also declared by {elsewhere.node.path!r} in another stack: the last "
        "deployment sets the expiration, and the first removal clears it; keep one declaration",
    )


def _warn_of_other_account(declaration: Construct, account: str, user: AppInstanceUserArn) -> None:
    Annotations.of(declaration).add_warning_v2(
        "chime-expiration:otherAccount",
        f"the stack is in account {account}, but the AppInstanceUser is in {user.account}: Chime "
        "SDK accepts calls only from the user's own account, so the deployment will be denied",
    )
