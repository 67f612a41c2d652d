"""The policy for all users of an AppInstance."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aws_cdk import Annotations, CfnResource, Duration, RemovalPolicy, Stack, Token
from constructs import Construct

from chime_expiration._app_instance.arguments import (
    notice_days,
    require_calls_per_second,
    require_new_users,
    require_policy_name,
    selection,
)
from chime_expiration._app_instance.exceptions import with_declared_users
from chime_expiration._app_instance.new_users import NewUsers
from chime_expiration._app_instance.policies import DeclaredPolicy, add_policy, check_policy
from chime_expiration._provider.stack_function import check_placement
from chime_expiration._synth.checks import require_bool, require_removal_policy
from chime_expiration._synth.days import days_of
from chime_expiration._synth.declared_app_instance import DeclaredAppInstance
from chime_expiration._synth.declared_users import DeclaredUsers
from chime_expiration._synth.dependency import depend
from chime_expiration._synth.identity import logical_id
from chime_expiration_handler.contract import metrics, policy_properties
from chime_expiration_handler.contract.policy_properties import (
    DEFAULT_CALLS_PER_SECOND,
    POLICY_RESOURCE_TYPE,
    PolicyProperties,
)
from chime_expiration_handler.contract.user_patterns import EVERY_USER

if TYPE_CHECKING:
    from aws_cdk.aws_cloudwatch import Metric
    from aws_cdk.aws_dynamodb import ITable
    from aws_cdk.aws_events import Schedule
    from aws_cdk.aws_lambda import IFunction
    from aws_cdk.aws_logs import ILogGroup
    from aws_cdk.aws_sqs import IQueue
    from aws_cdk.aws_stepfunctions import IStateMachine

# The longest that CloudFormation waits. A policy that is removed has to clear its users first.
_SERVICE_TIMEOUT_SECONDS = 3600

_LOGICAL_ID_PREFIX = "ExpirationPolicy"


class AppInstanceUserExpirationPolicy(Construct):
    """Declares when the users of an AppInstance expire: those present, and those created later.

    Deploying sets the users that the patterns select. Users that are created later are set within
    seconds. A sweep, once a day, finds what was missed. Removing the policy, or the stack, clears
    what the policy has set, and nothing else::

        AppInstanceUserExpirationPolicy(
            self,
            "Guests",
            app_instance_arn="arn:aws:chime:us-east-1:111122223333:app-instance/ID",
            expire_after=Duration.days(30),
            users=["guest-*"],
            except_users=["guest-kiosk-*"],
            notice=Duration.days(14),
        )

    The policy never touches an admin of the AppInstance, nor a user that somebody else has set. A
    user that ``AppInstanceUserExpiration`` declares in the same stack is left to its declaration.

    The logical ids are derived from the AppInstance and ``policy_name``, not from the construct
    path: renaming a construct, or moving it within its stack, changes nothing in the deployment.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        app_instance_arn: str,
        expire_after: Duration,
        users: Sequence[str] = EVERY_USER,
        except_users: Sequence[str] = (),
        notice: Duration | None = None,
        allow_immediate_expiration: bool = False,
        enabled: bool = True,
        calls_per_second: float = DEFAULT_CALLS_PER_SECOND,
        schedule: "Schedule | None" = None,
        new_users: NewUsers = NewUsers.AT_ONCE,
        policy_name: str | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.DESTROY,
    ) -> None:
        """Declare the expiration of the users of an AppInstance.

        :param scope: The stack, or a construct in one.
        :param id: The construct id, unique within ``scope``.
        :param app_instance_arn: The AppInstance. A token is checked when the stack is deployed.
        :param expire_after: How long after its creation a user is deleted: whole days, 1-5475.
            ``Duration.days(token)`` is checked at deployment.
        :param users: Patterns of AppInstanceUserIds; ``*`` matches any characters, also none. Each
            may be a token, which is checked at deployment. Default: all users.
        :param except_users: Patterns of the users that the policy is not for. Default: none. Admins
            of the AppInstance are always excepted.
        :param notice: How long a user stays at least, from now on: whole days. A user that
            ``expire_after`` would delete sooner gets its age plus the notice. Default: such a user
            is left alone and counted as overdue, where it would be deleted within a day.
        :param allow_immediate_expiration: Whether users that are older than ``expire_after`` are
            deleted within hours. Default: see ``notice``.
        :param enabled: ``False`` clears in the background what the policy has set, so that a policy
            for many users can be removed in the next deployment. Default: the policy applies.
        :param calls_per_second: How many users are set in a second, at most. The quota of Chime SDK
            is 10, for all callers of an account in a region. Default: 8.
        :param schedule: When the users are swept. Default: once a day.
        :param new_users: Whether users get the setting when they are created, or by the next sweep.
            Default: when they are created.
        :param policy_name: Tells several policies for one AppInstance in one stack apart. A policy
            with another name is another policy. Default: the only one.
        :param removal_policy: What happens when the policy is removed: ``DESTROY`` clears the
            users, ``RETAIN`` leaves them as they are. Default: cleared.
        :raises TypeError: An argument has the wrong type.
        :raises ValueError: An argument has a value that the service, CloudFormation or the policy
            itself would refuse, the stack is in another region than the AppInstance while
            ``new_users`` is ``AT_ONCE``, or another policy of the stack is for the same users.
            Nothing of a refused policy stays in the template.
        """
        # Most stacks have no policy, and these imports would slow down every synth.
        from chime_expiration._app_instance.policy_resources import (
            PolicyResources,
            schedule_or_daily,
        )

        stack = scope if isinstance(scope, Stack) else Stack.of(scope)
        app_instance = DeclaredAppInstance.of(app_instance_arn, stack)
        days = days_of(expire_after)
        selected = selection(users, except_users)
        require_bool("allow_immediate_expiration", allow_immediate_expiration)
        notice_in_days = notice_days(
            notice, days, allow_immediate_expiration=allow_immediate_expiration
        )
        require_bool("enabled", enabled)
        require_calls_per_second(calls_per_second)
        sweeps = schedule_or_daily(schedule)
        require_new_users(new_users, app_instance, stack)
        require_policy_name(policy_name)
        require_removal_policy(removal_policy)
        check_placement(stack)
        policy = DeclaredPolicy(
            f"{scope.node.path}/{id}", stack, app_instance, selected, policy_name
        )
        check_policy(policy)

        super().__init__(scope, id)
        self._app_instance = app_instance
        self._resources = PolicyResources(
            self, "Sweep", app_instance=app_instance, schedule=sweeps, new_users=new_users
        )
        declared = DeclaredUsers.of(stack, app_instance.arn)
        self._resource = CfnResource(
            self,
            "Resource",
            type=POLICY_RESOURCE_TYPE,
            properties={
                "ServiceToken": self._resources.function.service_token,
                "ServiceTimeout": _SERVICE_TIMEOUT_SECONDS,
                **PolicyProperties.to_template(
                    app_instance.arn,
                    days,
                    notice_days=notice_in_days,
                    users=users,
                    except_users=with_declared_users(except_users, declared),
                    allow_immediate_expiration=allow_immediate_expiration,
                    enabled=enabled,
                    calls_per_second=calls_per_second,
                    table_name=self._resources.table.ref,
                    state_machine_arn=self._resources.state_machine.ref,
                ),
            },
        )
        for leaf in self._resources.leaves:
            depend(self._resource, leaf)
        declared.add_policy(self._resource)
        suffix = logical_id("", _readable(app_instance, policy_name), policy.identity)
        self._resource.override_logical_id(f"{_LOGICAL_ID_PREFIX}{suffix}")
        self._resources.derive_logical_ids(_LOGICAL_ID_PREFIX, suffix)
        if removal_policy is not RemovalPolicy.DESTROY:
            self._resource.apply_removal_policy(removal_policy)
        _warn_of_other_account(self, app_instance, stack)
        elsewhere = add_policy(policy)
        if elsewhere:
            _warn_of_other_stack(self, app_instance, elsewhere)

    @property
    def app_instance_arn(self) -> str:
        """The AppInstance as it was declared."""
        return self._app_instance.arn

    @property
    def users_set(self) -> str:
        """How many users the deployment has set until it ended (a token)."""
        return self._attribute(policy_properties.USERS_SET)

    @property
    def users_cleared(self) -> str:
        """How many users the deployment has cleared until it ended (a token)."""
        return self._attribute(policy_properties.USERS_CLEARED)

    @property
    def users_failed(self) -> str:
        """For how many users every call has failed until the deployment ended (a token)."""
        return self._attribute(policy_properties.USERS_FAILED)

    @property
    def users_overdue(self) -> str:
        """How many users are older than ``expire_after``, without a notice (a token)."""
        return self._attribute(policy_properties.USERS_OVERDUE)

    @property
    def users_left_alone(self) -> str:
        """How many users somebody else has set (a token)."""
        return self._attribute(policy_properties.USERS_LEFT_ALONE)

    @property
    def sweep_finished(self) -> str:
        """``true`` where the deployment has waited for all users, else ``false`` (a token)."""
        return self._attribute(policy_properties.SWEEP_FINISHED)

    @property
    def state_machine(self) -> "IStateMachine":
        """The state machine of the sweeps. An execution that fails is a sweep that failed."""
        return self._resources.state_machine_interface

    @property
    def function(self) -> "IFunction":
        """The function that sets and clears the users."""
        return self._resources.function_interface

    @property
    def log_group(self) -> "ILogGroup":
        """The log of the function."""
        return self._resources.log_group_interface

    @property
    def table(self) -> "ITable":
        """The table of what the policy has set."""
        return self._resources.table_interface

    @property
    def dead_letter_queue(self) -> "IQueue":
        """The queue of creation events that have failed again and again.

        The next sweep sets their users.

        :raises ValueError: ``new_users`` is ``BY_SWEEP``, so there are no such events.
        """
        queue = self._resources.dead_letter_queue_interface
        if queue is None:
            raise ValueError(
                f"{self.node.path!r} has no dead-letter queue: new_users is NewUsers.BY_SWEEP"
            )
        return queue

    def metric(self, metric_name: str, **options: Any) -> "Metric":
        """A metric of this policy: the sum, over five minutes unless ``options`` say otherwise.

        :param metric_name: The name that the function writes, such as ``UsersSet``.
        :param options: Those of ``aws_cdk.aws_cloudwatch.MetricOptions``.
        """
        from aws_cdk.aws_cloudwatch import Metric

        metric = Metric(
            namespace=metrics.NAMESPACE,
            metric_name=metric_name,
            **{
                "dimensions_map": {metrics.DIMENSION: self._resources.table.ref},
                "statistic": "Sum",
                **options,
            },
        )
        return metric.attach_to(self)

    def metric_users_set(self, **options: Any) -> "Metric":
        """How many users the policy has set."""
        return self.metric(metrics.USERS_SET, **options)

    def metric_users_cleared(self, **options: Any) -> "Metric":
        """How many users the policy has cleared."""
        return self.metric(metrics.USERS_CLEARED, **options)

    def metric_users_failed(self, **options: Any) -> "Metric":
        """How many users could not be set or cleared; the log names each of them."""
        return self.metric(metrics.USERS_FAILED, **options)

    def metric_users_overdue(self, **options: Any) -> "Metric":
        """How many users are older than ``expire_after``, without a notice."""
        return self.metric(metrics.USERS_OVERDUE, **options)

    def metric_users_left_alone(self, **options: Any) -> "Metric":
        """How many users somebody else has set."""
        return self.metric(metrics.USERS_LEFT_ALONE, **options)

    def metric_sweeps_failed(self, **options: Any) -> "Metric":
        """How many sweeps have failed as a whole."""
        return self.state_machine.metric_failed(**options)

    def metric_dead_letters(self, **options: Any) -> "Metric":
        """How many creation events are in the dead-letter queue.

        :raises ValueError: See ``dead_letter_queue``.
        """
        return self.dead_letter_queue.metric_approximate_number_of_messages_visible(**options)

    def _attribute(self, name: str) -> str:
        return self._resource.get_att(name).to_string()


def _readable(app_instance: DeclaredAppInstance, policy_name: str | None) -> str:
    # The first group of the UUID: the template repeats the logical ids.
    parsed = app_instance.parsed
    first_group = parsed.app_instance_id.partition("-")[0] if parsed else ""
    return f"{first_group}{policy_name or ''}"


def _warn_of_other_account(
    policy: Construct, app_instance: DeclaredAppInstance, stack: Stack
) -> None:
    if app_instance.parsed is None or Token.is_unresolved(stack.account):
        return
    if stack.account != app_instance.parsed.account:
        Annotations.of(policy).add_warning_v2(
            "chime-expiration:otherAccount",
            f"the stack is in account {stack.account}, but the AppInstance is in "
            f"{app_instance.parsed.account}: Chime SDK accepts calls only from the AppInstance's "
            "own account, so the deployment will be denied",
        )


def _warn_of_other_stack(
    policy: Construct, app_instance: DeclaredAppInstance, elsewhere: DeclaredPolicy
) -> None:
    Annotations.of(policy).add_warning_v2(
        "chime-expiration:otherPolicy",
        f"{elsewhere.path!r} is a policy for the same users of {app_instance.arn!r}, in another "
        "stack: each user is left to the policy that sets it first; select different users",
    )
