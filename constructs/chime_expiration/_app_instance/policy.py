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
    selects_everybody,
)
from chime_expiration._app_instance.exceptions import with_declared_users
from chime_expiration._app_instance.new_users import NewUsers
from chime_expiration._app_instance.policies import DeclaredPolicy, add_policy, check_policy
from chime_expiration._provider.stack_function import check_placement
from chime_expiration._synth.checks import require_bool, require_removal_policy
from chime_expiration._synth.days import days_of, is_number_token
from chime_expiration._synth.declared_app_instance import DeclaredAppInstance
from chime_expiration._synth.declared_users import DeclaredUsers
from chime_expiration._synth.dependency import depend
from chime_expiration._synth.identity import logical_id
from chime_expiration._synth.referenced_arn import arn_of
from chime_expiration_handler.contract import metrics, policy_properties
from chime_expiration_handler.contract.policy_properties import (
    DEFAULT_CALLS_PER_SECOND,
    POLICY_RESOURCE_TYPE,
    PolicyProperties,
)
from chime_expiration_handler.contract.user_patterns import EVERY_USER

if TYPE_CHECKING:
    from aws_cdk.aws_cloudwatch import Alarm, IAlarmAction, IWidget, Metric
    from aws_cdk.aws_dynamodb import ITable
    from aws_cdk.aws_events import EventPattern, IRuleTarget, Rule, Schedule
    from aws_cdk.aws_lambda import IFunction
    from aws_cdk.aws_logs import ILogGroup
    from aws_cdk.aws_sqs import IQueue
    from aws_cdk.aws_stepfunctions import IStateMachine
    from aws_cdk.interfaces.aws_chime import IAppInstanceRef

# The longest that CloudFormation waits. A policy that is removed has to clear its users first.
_SERVICE_TIMEOUT_SECONDS = 3600

# The state machine tries again what has failed once. A function that always fails has this many
# errors in an hour, even if each invocation takes 15 minutes.
_ERRORS_IN_AN_HOUR = 3

_LOGICAL_ID_PREFIX = "ExpirationPolicy"


class AppInstanceUserExpirationPolicy(Construct):
    """Declares when the users of an AppInstance expire: the present ones, and those created later.

    Deploying sets the expiration of the users that the patterns select. Users that are created
    later are set when the event of their creation arrives. A sweep, once a day, sets the users that
    were missed. Removing the policy, or the stack, clears what the policy has set, and nothing
    else::

        AppInstanceUserExpirationPolicy(
            self,
            "Guests",
            app_instance_arn="arn:aws:chime:us-east-1:111122223333:app-instance/ID",
            expire_after=Duration.days(30),
            users=["guest-*"],
            except_users=["guest-kiosk-*"],
            notice=Duration.days(14),
        )

    The policy never sets an admin of the AppInstance, and never changes an expiration that somebody
    else has set. Users that ``AppInstanceUserExpiration`` declares in the same stack are excepted.

    The logical ids are derived from the AppInstance and ``policy_name``, not from the construct
    path: renaming a construct, or moving it within its stack, changes nothing in the deployment.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        app_instance_arn: str | None = None,
        app_instance: "IAppInstanceRef | None" = None,
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
        :param app_instance_arn: The ARN of the AppInstance. A token is checked at deployment.
        :param app_instance: The AppInstance, instead of its ARN: a resource of the app, such as
            ``aws_cdk.aws_chime.CfnAppInstance``, if the installed aws-cdk-lib has
            ``IAppInstanceRef``. CloudFormation creates the AppInstance before the policy.
        :param expire_after: How long after its creation a user is deleted: whole days, 1-5475.
            ``Duration.days(token)`` is checked at deployment.
        :param users: Patterns of AppInstanceUserIds. ``*`` matches any characters, also none. Each
            pattern may be a token, which is checked at deployment. Default: all users.
        :param except_users: Patterns of the users that the policy does not apply to. Default: none.
            Admins of the AppInstance are always excepted.
        :param notice: How long each user stays at least after it is set: whole days. If
            ``expire_after`` would delete a user sooner, the user gets its age plus the notice.
            Default: no notice. If ``expire_after`` would delete a user within a day, the user is
            left as it is and counted as overdue.
        :param allow_immediate_expiration: Whether users may be set that are older than
            ``expire_after`` or reach it within a day. Chime SDK deletes them within about six hours
            after that. Default: they are not set, see ``notice``.
        :param enabled: Whether the policy applies. ``False`` clears what it has set and goes on
            after the deployment, so that the next deployment can remove a policy for many users.
            Default: it applies.
        :param calls_per_second: How many users a sweep sets in a second, at most. All callers of an
            account share the quotas of a region. AWS documents none for this call; 10 is assumed.
            Default: 8.
        :param schedule: When a sweep starts. Default: once a day.
        :param new_users: Whether new users are set when the event of their creation arrives, or in
            the next sweep. Default: when the event arrives.
        :param policy_name: The name of the policy, if the stack has several for one AppInstance. A
            policy with another name is another policy. Default: no name.
        :param removal_policy: What happens when the policy is removed: ``DESTROY`` clears what it
            has set, ``RETAIN`` leaves all users as they are. Default: cleared.
        :raises TypeError: An argument has the wrong type.
        :raises ValueError: The service or CloudFormation would refuse an argument, or arguments
            contradict each other, such as ``app_instance_arn`` and ``app_instance``. Or the stack
            is in another region than the AppInstance, and ``new_users`` is ``AT_ONCE``. Or another
            policy of the stack is for the same users.
            Nothing of a refused policy stays in the template.
        """
        # Most stacks have no policy, and these imports would slow down every synth.
        from chime_expiration._app_instance.policy_resources import (
            PolicyResources,
            schedule_or_daily,
        )

        stack = scope if isinstance(scope, Stack) else Stack.of(scope)
        declared_app_instance = DeclaredAppInstance.of(
            arn_of("app_instance", arn=app_instance_arn, resource=app_instance), stack
        )
        days = days_of(expire_after)
        selected = selection(users, except_users)
        require_bool("allow_immediate_expiration", allow_immediate_expiration)
        notice_in_days = notice_days(
            notice, days, allow_immediate_expiration=allow_immediate_expiration
        )
        require_bool("enabled", enabled)
        require_calls_per_second(calls_per_second)
        sweeps = schedule_or_daily(schedule)
        require_new_users(new_users, declared_app_instance, stack)
        require_policy_name(policy_name)
        require_removal_policy(removal_policy)
        check_placement(stack)
        policy = DeclaredPolicy(
            f"{scope.node.path}/{id}", stack, declared_app_instance, selected, policy_name
        )
        check_policy(policy)

        super().__init__(scope, id)
        self._app_instance = declared_app_instance
        self._schedule = sweeps
        self._resources = PolicyResources(
            self, "Sweep", app_instance=declared_app_instance, schedule=sweeps, new_users=new_users
        )
        declared = DeclaredUsers.of(stack, declared_app_instance.arn)
        self._resource = CfnResource(
            self,
            "Resource",
            type=POLICY_RESOURCE_TYPE,
            properties={
                "ServiceToken": self._resources.function.service_token,
                "ServiceTimeout": _SERVICE_TIMEOUT_SECONDS,
                **PolicyProperties.to_template(
                    declared_app_instance.arn,
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
        suffix = logical_id("", _readable(declared_app_instance, policy_name), policy.identity)
        self._resource.override_logical_id(f"{_LOGICAL_ID_PREFIX}{suffix}")
        self._resources.derive_logical_ids(_LOGICAL_ID_PREFIX, suffix)
        if removal_policy is not RemovalPolicy.DESTROY:
            self._resource.apply_removal_policy(removal_policy)
        _warn_of_other_account(self, declared_app_instance, stack)
        if enabled and allow_immediate_expiration and selects_everybody(users, except_users):
            _warn_of_everybody(self, declared_app_instance, days)
        elsewhere = add_policy(policy)
        if elsewhere:
            _warn_of_other_stack(self, declared_app_instance, elsewhere)

    @property
    def app_instance_arn(self) -> str:
        """The AppInstance as it was declared."""
        return self._app_instance.arn

    @property
    def users_set(self) -> str:
        """How many users the sweep had set when the deployment ended (a token)."""
        return self._attribute(policy_properties.USERS_SET)

    @property
    def users_cleared(self) -> str:
        """How many users the sweep had cleared when the deployment ended (a token)."""
        return self._attribute(policy_properties.USERS_CLEARED)

    @property
    def users_failed(self) -> str:
        """How many users could not be set or cleared when the deployment ended (a token)."""
        return self._attribute(policy_properties.USERS_FAILED)

    @property
    def users_overdue(self) -> str:
        """How many users are too old for ``expire_after``, and get no notice (a token)."""
        return self._attribute(policy_properties.USERS_OVERDUE)

    @property
    def users_left_alone(self) -> str:
        """How many users have an expiration that somebody else has set (a token)."""
        return self._attribute(policy_properties.USERS_LEFT_ALONE)

    @property
    def sweep_finished(self) -> str:
        """``true`` if all users were done when the deployment ended, else ``false`` (a token)."""
        return self._attribute(policy_properties.SWEEP_FINISHED)

    @property
    def state_machine(self) -> "IStateMachine":
        """The state machine. Each of its executions is a sweep."""
        return self._resources.state_machine_interface

    @property
    def function(self) -> "IFunction":
        """The function that sets and clears the expirations."""
        return self._resources.function.function_interface

    @property
    def log_group(self) -> "ILogGroup":
        """The log group of the function."""
        return self._resources.function.log_group_interface

    @property
    def table(self) -> "ITable":
        """The table that records what the policy has set."""
        return self._resources.table_interface

    @property
    def dead_letter_queue(self) -> "IQueue":
        """The queue of creation events whose users could not be set in five attempts.

        The next sweep tries these users again.

        :raises ValueError: ``new_users`` is ``BY_SWEEP``: there are no creation events.
        """
        queue = self._resources.dead_letter_queue_interface
        if queue is None:
            raise ValueError(
                f"{self.node.path!r} has no dead-letter queue: new_users is NewUsers.BY_SWEEP"
            )
        return queue

    def metric(self, metric_name: str, **options: Any) -> "Metric":
        """A metric of this policy. Default: the sum over five minutes.

        :param metric_name: The name that the function writes, such as ``UsersSet``.
        :param options: The options of ``aws_cdk.aws_cloudwatch.MetricOptions``.
        """
        from chime_expiration._provider.watching import count_metric

        dimensions = {metrics.POLICY_TABLE: self._resources.table.ref}
        return count_metric(self, metric_name, dimensions, options)

    def metric_users_set(self, **options: Any) -> "Metric":
        """How many users were set."""
        return self.metric(metrics.USERS_SET, **options)

    def metric_users_cleared(self, **options: Any) -> "Metric":
        """How many users were cleared."""
        return self.metric(metrics.USERS_CLEARED, **options)

    def metric_users_failed(self, **options: Any) -> "Metric":
        """How many users could not be set or cleared. The log contains the message for each."""
        return self.metric(metrics.USERS_FAILED, **options)

    def metric_users_overdue(self, **options: Any) -> "Metric":
        """How many users are too old for ``expire_after``, and get no notice."""
        return self.metric(metrics.USERS_OVERDUE, **options)

    def metric_users_left_alone(self, **options: Any) -> "Metric":
        """How many users have an expiration that somebody else has set."""
        return self.metric(metrics.USERS_LEFT_ALONE, **options)

    def metric_sweeps_finished(self, **options: Any) -> "Metric":
        """How many sweeps have ended well. A deployment adds a value of 0."""
        return self.metric(metrics.SWEEPS_FINISHED, **options)

    def metric_sweeps_failed(self, **options: Any) -> "Metric":
        """How many sweeps have failed, because the users or admins could not be listed."""
        return self.state_machine.metric_failed(**options)

    def metric_dead_letters(self, **options: Any) -> "Metric":
        """How many creation events are in the dead-letter queue.

        :raises ValueError: See ``dead_letter_queue``.
        """
        return self.dead_letter_queue.metric_approximate_number_of_messages_visible(**options)

    def create_alarms(self, *actions: "IAlarmAction") -> "list[Alarm]":
        """Create the alarms that a policy needs: on what fails, and on sweeps that do not finish.

        The alarm on sweeps that do not finish is for a schedule that is a rate of at most 84 hours,
        or a cron expression for every day: it goes off after two days, or after twice the rate if
        that is longer. For another schedule it is left out: create one on
        ``metric_sweeps_finished``.

        :param actions: What happens when an alarm goes off, such as ``SnsAction(topic)``.
        """
        from chime_expiration._app_instance.overdue_sweep import overdue_hours
        from chime_expiration._provider.watching import alarm_at_once, alarm_on_silence

        watched = [
            (
                "UsersFailedAlarm",
                self.metric_users_failed(),
                "Users could not be set or cleared: the log of the function names them",
            ),
            (
                "SweepsFailedAlarm",
                self.metric_sweeps_failed(),
                "A sweep of the users has failed: see the executions of the state machine",
            ),
            (
                "SweepsAbortedAlarm",
                self.state_machine.metric_aborted(),
                "Somebody has stopped a sweep of the users: start an execution again",
            ),
            (
                "SweepsTimedOutAlarm",
                self.state_machine.metric_timed_out(),
                "A sweep of the users has timed out: see the executions of the state machine",
            ),
        ]
        if self._has_dead_letter_queue:
            description = "Events of users that were created could not be handled: see the queue"
            watched.append(("DeadLettersAlarm", self.metric_dead_letters(), description))
        alarms = [alarm_at_once(self, *each, actions) for each in watched]
        alarms.append(
            alarm_at_once(
                self,
                "FunctionErrorsAlarm",
                self.function.metric_errors(period=Duration.hours(1)),
                "The function of the sweeps fails again and again: read its log",
                actions,
                threshold=_ERRORS_IN_AN_HOUR,
            )
        )
        hours = overdue_hours(self._schedule)
        if hours:
            overdue = alarm_on_silence(
                self,
                "SweepsOverdueAlarm",
                self.metric_sweeps_finished(),
                f"No sweep of the users has finished for {hours} hours: see the schedule, the "
                "executions of the state machine, and the log of the function",
                actions,
                hours=hours,
            )
            # There is no value before the first deployment of the policy.
            overdue.node.add_dependency(self._resource)
        return [*alarms, overdue] if hours else alarms

    def dashboard_widgets(self) -> "list[IWidget]":
        """Widgets for a dashboard: what the policy does with the users, and what fails."""
        from chime_expiration._provider.watching import graph

        failures = [
            self.metric_users_failed(),
            self.metric_sweeps_failed(label="SweepsFailed"),
        ]
        if self._has_dead_letter_queue:
            failures.append(self.metric_dead_letters(label="DeadLetters"))
        return [
            graph(
                f"Users of {self.node.path}",
                [
                    self.metric_users_set(),
                    self.metric_users_cleared(),
                    self.metric_users_overdue(),
                    self.metric_users_left_alone(),
                ],
            ),
            graph(f"Failures of {self.node.path}", failures),
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
        """Define an EventBridge rule that is triggered when Chime SDK has deleted an expired user.

        The rule is for all users of the AppInstance: also for those that ``users`` does not select,
        and for those whose expiration somebody else has set. ``detail.resources[0].ARN`` of the
        event is the ARN of the user. ``AppInstanceUserExpiration.on_expired`` describes the event.

        :param id: The construct id of the rule, unique within this policy.
        :param target: What the rule triggers. Default: nothing, until ``add_target`` is called.
        :param event_pattern: Merged with the pattern of the event. Default: nothing is merged.
        :param rule_name: The name of the rule. Default: CloudFormation generates one.
        :param description: What the rule is for. Default: no description.
        :param cross_stack_scope: Where the rule is defined, when the target or the region of the
            AppInstance requires another stack. Default: here.
        :raises ValueError: The stack is in another region than the AppInstance. A rule receives
            only the events of its own region.
        """
        from chime_expiration._provider.expired_event import rule_on_expired

        return rule_on_expired(
            cross_stack_scope or self,
            id,
            {"prefix": f"{self.app_instance_arn}/user/"},
            self._app_instance.parsed,
            target=target,
            event_pattern=event_pattern,
            rule_name=rule_name,
            description=description,
        )

    @property
    def _has_dead_letter_queue(self) -> bool:
        return self._resources.creation_events is not None

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


def _warn_of_everybody(policy: Construct, app_instance: DeclaredAppInstance, days: float) -> None:
    age = "expire_after"
    if not is_number_token(days):
        age = f"{days:g} {'day' if days == 1 else 'days'}"
    Annotations.of(policy).add_warning_v2(
        "chime-expiration:allUsersAtOnce",
        f"the policy is for all users of {app_instance.arn!r}, with allow_immediate_expiration="
        f"True: Chime SDK deletes those that are older than {age} within hours of the deployment; "
        "name the users with users=, or give them time with notice= instead",
    )
