"""What a policy needs in its stack."""

from functools import cached_property

from aws_cdk import CfnResource, Duration, RemovalPolicy, Stack
from aws_cdk.aws_dynamodb import CfnTable, ITable, Table
from aws_cdk.aws_events import Schedule
from aws_cdk.aws_iam import CfnPolicy
from aws_cdk.aws_sqs import IQueue, Queue
from aws_cdk.aws_stepfunctions import IStateMachine, StateMachine
from constructs import Construct

from chime_expiration._app_instance.creation_events import CreationEvents
from chime_expiration._app_instance.new_users import NewUsers
from chime_expiration._app_instance.state_machine import sweep_schedule, sweep_state_machine
from chime_expiration._provider.nag import acknowledge_wildcard
from chime_expiration._provider.stack_function import StackFunction
from chime_expiration._synth.declared_app_instance import DeclaredAppInstance, every_app_instance
from chime_expiration_handler.contract.environment import POLICY_TABLE
from chime_expiration_handler.contract.ledger import KEY, TIME_TO_LIVE

# The longest that Lambda allows.
_FUNCTION_SECONDS = 900

_IDENTITY_ACTIONS = (
    "chime:DescribeAppInstanceUser",
    "chime:ListAppInstanceAdmins",
    "chime:ListAppInstanceUsers",
    "chime:PutAppInstanceUserExpirationSettings",
)
_TABLE_ACTIONS = (
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
)
_QUEUE_ACTIONS = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")

_WILDCARD_REASON = (
    "The policy is for the users of an AppInstance, present and future, whose ARNs are not known "
    "when the stack is deployed."
)


class PolicyResources(Construct):
    """The resources of one policy, without the custom resource that depends on them."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        app_instance: DeclaredAppInstance,
        schedule: Schedule,
        new_users: NewUsers,
    ) -> None:
        super().__init__(scope, id)
        self.table = _table(self)
        self.creation_events = (
            CreationEvents(self, "NewUsers", app_instance_arn=app_instance.arn)
            if new_users is NewUsers.AT_ONCE
            else None
        )
        self.function = self._function(app_instance)
        self.state_machine = sweep_state_machine(self, self.function.function)
        # No other resource refers to these. A dependency on them is one on everything here.
        self.leaves: list[CfnResource] = [
            self.function.invoke_config,
            sweep_schedule(self, self.state_machine, app_instance.arn, schedule),
            self._permission_to_continue(),
        ]
        if self.creation_events:
            self.leaves += self.creation_events.queue_policies
            self.leaves.append(self.creation_events.invoke(self.function.function))

    def derive_logical_ids(self, prefix: str, suffix: str) -> None:
        """Have the logical ids depend on ``prefix`` and ``suffix``, not on the scope's path."""
        for construct in self.node.find_all():
            if CfnResource.is_cfn_resource(construct):
                assert isinstance(construct, CfnResource)
                path = construct.node.path.removeprefix(self.node.path)
                name = path.replace("/Default", "").replace("/", "")
                construct.override_logical_id(f"{prefix}{name}{suffix}")

    @cached_property
    def state_machine_interface(self) -> IStateMachine:
        """The state machine for grants and alarms, as the other interfaces here."""
        return StateMachine.from_state_machine_arn(
            self, "IStateMachine", self.state_machine.attr_arn
        )

    @cached_property
    def table_interface(self) -> ITable:
        return Table.from_table_name(self, "ITable", self.table.ref)

    @cached_property
    def dead_letter_queue_interface(self) -> IQueue | None:
        if self.creation_events is None:
            return None
        return Queue.from_queue_arn(
            self, "IDeadLetterQueue", self.creation_events.dead_letters.attr_arn
        )

    def _function(self, app_instance: DeclaredAppInstance) -> StackFunction:
        users = _users_of(app_instance, Stack.of(self))
        # AWS's list of actions names users as the resource of one of the two lists, and users and
        # AppInstances as those of the other.
        identities = users if app_instance.is_token else [app_instance.arn, users]
        policies: dict[str, tuple[tuple[str, ...], str | list[str]]] = {
            "UseAppInstance": (_IDENTITY_ACTIONS, identities),
            "UseTable": (_TABLE_ACTIONS, self.table.attr_arn),
        }
        if self.creation_events:
            policies["ReadQueue"] = (_QUEUE_ACTIONS, self.creation_events.queue.attr_arn)
        function = StackFunction(
            self,
            "Function",
            handler="chime_expiration_handler.sweep.handler.handler",
            description="Sets and clears the expiration of the users of an AppInstance",
            policies=policies,
            seconds=_FUNCTION_SECONDS,
        )
        function.set_environment(POLICY_TABLE, self.table.ref)
        acknowledge_wildcard(function.role, users, _WILDCARD_REASON)
        return function

    def _permission_to_continue(self) -> CfnPolicy:
        """What the function's role cannot name: it exists before these resources."""
        return CfnPolicy(
            self,
            "Continue",
            policy_name="Continue",
            roles=[self.function.role.ref],
            policy_document={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "states:StartExecution",
                        "Resource": self.state_machine.attr_arn,
                    },
                    {
                        "Effect": "Allow",
                        "Action": "lambda:InvokeFunction",
                        "Resource": self.function.service_token,
                    },
                ],
            },
        )


def schedule_or_daily(schedule: Schedule | None) -> Schedule:
    """``schedule``, or once a day; raises TypeError for anything else."""
    if schedule is None:
        return Schedule.rate(Duration.days(1))
    if not isinstance(schedule, Schedule):
        raise TypeError(
            f"schedule is {schedule!r}, not a Schedule: use Schedule.rate or Schedule.cron "
            "of aws_cdk.aws_events"
        )
    return schedule


def _table(scope: Construct) -> CfnTable:
    table = CfnTable(
        scope,
        "Table",
        attribute_definitions=[
            CfnTable.AttributeDefinitionProperty(attribute_name=KEY, attribute_type="S")
        ],
        key_schema=[CfnTable.KeySchemaProperty(attribute_name=KEY, key_type="HASH")],
        billing_mode="PAY_PER_REQUEST",
        time_to_live_specification=CfnTable.TimeToLiveSpecificationProperty(
            attribute_name=TIME_TO_LIVE, enabled=True
        ),
        # Some cents a month at 100,000 users, which take about 30 MB.
        point_in_time_recovery_specification=CfnTable.PointInTimeRecoverySpecificationProperty(
            point_in_time_recovery_enabled=True
        ),
    )
    # The custom resource is deleted first, and has cleared what the table remembers.
    table.apply_removal_policy(RemovalPolicy.DESTROY)
    return table


def _users_of(app_instance: DeclaredAppInstance, stack: Stack) -> str:
    # Another AppInstance can take the place of a token. The permission must not be narrowed to it
    # before CloudFormation clears the users of the first one.
    if app_instance.is_token:
        return every_app_instance(stack)
    return f"{app_instance.arn}/user/*"
