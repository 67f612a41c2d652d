"""One Lambda function of a stack, with its role and its log group."""

from functools import cached_property
from pathlib import Path

from aws_cdk import RemovalPolicy, Stack, Stage
from aws_cdk.aws_iam import CfnRole
from aws_cdk.aws_lambda import CfnEventInvokeConfig, CfnFunction, Function, IFunction
from aws_cdk.aws_logs import CfnLogGroup, ILogGroup, LogGroup
from aws_cdk.aws_s3_assets import Asset
from constructs import Construct

from chime_expiration._provider.handler_asset import copy_handler_to
from chime_expiration._provider.service_role import Policies, service_role

# 490 declarations of one stack take about a minute at 10 Put calls a second: AWS documents no quota
# for this call, so 10 is an assumption. A failing service is retried for two minutes: see
# retry_budget.py in the handler.
_FUNCTION_SECONDS = 300

# How long an invocation may be queued while the account's concurrency is used up.
_QUEUE_SECONDS = 300

# Without it, CloudFormation waits an hour for a function that cannot answer.
SERVICE_TIMEOUT_SECONDS = _QUEUE_SECONDS + _FUNCTION_SECONDS

_LOG_RETENTION_DAYS = 90


class StackFunction(Construct):
    """A function for custom resources.

    :param handler: The entry point in the asset, as Lambda takes it.
    :param description: What the function does, for the function and its role.
    :param policies: What its role may do beside writing the log: actions and resources, by name.
    :param seconds: How long an invocation may run.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        handler: str,
        description: str,
        policies: Policies,
        seconds: int = _FUNCTION_SECONDS,
    ) -> None:
        # First of all: this fails where an installation is damaged, and then nothing was made.
        code = _copy_code(scope)
        super().__init__(scope, id)
        self.log_group = CfnLogGroup(self, "LogGroup", retention_in_days=_LOG_RETENTION_DAYS)
        # A create that fails is rolled back, and its log is the evidence.
        self.log_group.apply_removal_policy(RemovalPolicy.RETAIN)
        may_write_log = (("logs:CreateLogStream", "logs:PutLogEvents"), self.log_group.attr_arn)
        self.role = service_role(
            self, "Role", "lambda", description, {"WriteLog": may_write_log, **policies}
        )
        self.function = _function(
            self, self.role, self.log_group, code, handler, description, seconds
        )
        self.invoke_config = _invoke_config(self, self.function)
        self.service_token = self.function.attr_arn

    @cached_property
    def function_interface(self) -> IFunction:
        """The function for grants and metrics, which adds nothing to the template."""
        return Function.from_function_attributes(
            self, "IFunction", function_arn=self.service_token, same_environment=True
        )

    @cached_property
    def log_group_interface(self) -> ILogGroup:
        """The log group for grants and metric filters, which adds nothing to the template."""
        return LogGroup.from_log_group_name(self, "ILogGroup", self.log_group.ref)

    def set_environment(self, name: str, value: str) -> None:
        """Set an environment variable of the function."""
        self.function.add_property_override(f"Environment.Variables.{name}", value)


def check_placement(stack: Stack) -> None:
    """Raise ValueError where ``stack`` has no place to put the code of a function."""
    if Stage.of(stack) is None:
        raise ValueError(f"stack {stack.node.path!r} has no parent App or Stage: create it in one")


def _copy_code(scope: Construct) -> Path:
    stage = Stage.of(scope)
    assert stage is not None, "see check_placement"
    folder = Path(stage.asset_outdir) / "chime-expiration-handler"
    copy_handler_to(folder)
    return folder


def _function(
    scope: Construct,
    role: CfnRole,
    log_group: CfnLogGroup,
    code: Path,
    handler: str,
    description: str,
    seconds: int,
) -> CfnFunction:
    asset = Asset(scope, "Code", path=str(code))
    function = CfnFunction(
        scope,
        # With this id the function's logical id is that of its scope: each declaration of the
        # template repeats it.
        "Default",
        description=description,
        code=CfnFunction.CodeProperty(s3_bucket=asset.s3_bucket_name, s3_key=asset.s3_object_key),
        handler=handler,
        runtime="python3.14",
        role=role.attr_arn,
        timeout=seconds,
        # Lambda gives a function processor time in proportion to its memory; this halves a cold
        # start.
        memory_size=512,
        logging_config=CfnFunction.LoggingConfigProperty(log_group=log_group.ref),
    )
    asset.add_resource_metadata(function, "Code")
    return function


def _invoke_config(scope: Construct, function: CfnFunction) -> CfnEventInvokeConfig:
    # Lambda would run a failed invocation again minutes later: a Create whose stack has been rolled
    # back by then would set what nobody declares.
    return CfnEventInvokeConfig(
        scope,
        "NoLateRetries",
        function_name=function.ref,
        qualifier="$LATEST",
        maximum_retry_attempts=0,
        maximum_event_age_in_seconds=_QUEUE_SECONDS,
    )
