"""The function behind every declaration of a stack, with its role and its log group."""

from pathlib import Path
from typing import Self
from weakref import WeakKeyDictionary

from aws_cdk import RemovalPolicy, Stack, Stage, Token
from aws_cdk.aws_iam import CfnRole
from aws_cdk.aws_lambda import CfnEventInvokeConfig, CfnFunction
from aws_cdk.aws_logs import CfnLogGroup
from aws_cdk.aws_s3_assets import Asset
from constructs import Construct

from chime_expiration._handler_asset import copy_handler_to
from chime_expiration._identity import identity_of
from chime_expiration._permissions import AppInstancePolicies

_ID = "ChimeExpirationProvider"

# 490 declarations of one stack at the service's 10 requests a second take about a minute; an
# outage is waited for two. See patience.py in the handler.
_FUNCTION_SECONDS = 300

# How long an invocation may queue, where the account's concurrency is used up.
_QUEUE_SECONDS = 300

# Without it a function that cannot answer keeps the stack waiting for an hour.
SERVICE_TIMEOUT_SECONDS = _QUEUE_SECONDS + _FUNCTION_SECONDS

_LOG_RETENTION_DAYS = 90

_of_stack: WeakKeyDictionary[Stack, "Provider"] = WeakKeyDictionary()


class Provider(Construct):
    """One per stack, made by the first declaration in it."""

    def __init__(self, scope: Stack) -> None:
        super().__init__(scope, _ID)
        log_group = CfnLogGroup(self, "LogGroup", retention_in_days=_LOG_RETENTION_DAYS)
        # A create that fails is rolled back, and its log is the evidence.
        log_group.apply_removal_policy(RemovalPolicy.RETAIN)
        role = _role(self, log_group)
        self.service_token = _function(self, role, log_group).attr_arn
        self.policies = AppInstancePolicies(self, role)
        self._stack = scope
        self.account = None if Token.is_unresolved(scope.account) else scope.account
        self._declared: dict[str, Construct] = {}

    @classmethod
    def of(cls, scope: Construct) -> Self:
        """The provider of the stack that ``scope`` is in."""
        stack = scope if isinstance(scope, Stack) else Stack.of(scope)
        provider = _of_stack.get(stack)
        if provider is None:
            provider = _of_stack[stack] = cls(stack)
        return provider  # type: ignore[return-value]

    def register(self, declaration: Construct, user_arn: str) -> str:
        """Note that ``declaration`` declares ``user_arn``, and answer the identity of that user.

        Raises ValueError where another one in the stack does so already.
        """
        identity = identity_of(user_arn, self._stack)
        first = self._declared.setdefault(identity, declaration)
        if first is not declaration:
            raise ValueError(
                f"{declaration.node.path!r} declares the same AppInstanceUser as "
                f"{first.node.path!r}, {identity!r}: keep one of the two"
            )
        return identity


def _role(scope: Construct, log_group: CfnLogGroup) -> CfnRole:
    return CfnRole(
        scope,
        "Role",
        description="Sets and clears the expiration of AppInstanceUsers",
        assume_role_policy_document={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                }
            ],
        },
        policies=[
            CfnRole.PolicyProperty(
                policy_name="WriteLog",
                policy_document={
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                            "Resource": log_group.attr_arn,
                        }
                    ],
                },
            )
        ],
    )


def _function(scope: Construct, role: CfnRole, log_group: CfnLogGroup) -> CfnFunction:
    stage = Stage.of(scope)
    if stage is None:
        raise ValueError(f"{scope.node.path!r} is in no App or Stage: put its stack into one")
    folder = Path(stage.asset_outdir) / "chime-expiration-handler"
    copy_handler_to(folder)
    asset = Asset(scope, "Code", path=str(folder))
    function = CfnFunction(
        scope,
        # The short logical id that this makes stands in every declaration of the template.
        "Default",
        description="Sets and clears the expiration of AppInstanceUsers",
        code=CfnFunction.CodeProperty(s3_bucket=asset.s3_bucket_name, s3_key=asset.s3_object_key),
        handler="chime_expiration_handler.wiring.handler",
        runtime="python3.14",
        role=role.attr_arn,
        timeout=_FUNCTION_SECONDS,
        # A function's share of a processor follows its memory; this halves a cold start.
        memory_size=512,
        logging_config=CfnFunction.LoggingConfigProperty(log_group=log_group.ref),
    )
    asset.add_resource_metadata(function, "Code")
    # Lambda would run a failed invocation again, minutes later: a Create whose stack has been
    # rolled back by then would set what nobody declares.
    CfnEventInvokeConfig(
        scope,
        "NoLateRetries",
        function_name=function.ref,
        qualifier="$LATEST",
        maximum_retry_attempts=0,
        maximum_event_age_in_seconds=_QUEUE_SECONDS,
    )
    return function
