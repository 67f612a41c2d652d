"""The state machine that sweeps an AppInstance, and the schedule that starts it."""

import json
from typing import Any

from aws_cdk.aws_events import CfnRule, Schedule
from aws_cdk.aws_lambda import CfnFunction
from aws_cdk.aws_stepfunctions import CfnStateMachine
from constructs import Construct

from chime_expiration._provider.nag import acknowledge
from chime_expiration._provider.service_role import service_role
from chime_expiration_handler.contract import sweep_event

# The function's own time, and a minute in which Lambda reports the end of the invocation.
_TASK_SECONDS = 900 + 60

# A worker that was killed is followed within two minutes, which is longer than its lease. Four days
# of attempts: CloudFormation and the schedule start other executions meanwhile.
_RETRY = {
    "ErrorEquals": ["States.ALL"],
    "IntervalSeconds": 15,
    "BackoffRate": 2,
    "MaxDelaySeconds": 120,
    "MaxAttempts": 4 * 24 * 60 * 60 // 120,
}

# The execution's input has the AppInstance and the first cursor. The result of a chunk has the next
# cursor only, so that nothing grows from chunk to chunk.
_DEFINITION: dict[str, Any] = {
    "Comment": "Sweeps the users of an AppInstance, some minutes at a time",
    "StartAt": "Sweep",
    "States": {
        "Sweep": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {
                "FunctionName": "${Function}",
                "Payload": {
                    f"{sweep_event.APP_INSTANCE}.$": (
                        f"$$.Execution.Input.{sweep_event.APP_INSTANCE}"
                    ),
                    f"{sweep_event.SWEEP}.$": "$$.Execution.Id",
                    f"{sweep_event.CURSOR}.$": f"$.{sweep_event.CURSOR}",
                },
            },
            "OutputPath": "$.Payload",
            "TimeoutSeconds": _TASK_SECONDS,
            "Retry": [_RETRY],
            "Next": "More?",
        },
        "More?": {
            "Type": "Choice",
            "Choices": [
                {"Variable": f"$.{sweep_event.MORE}", "BooleanEquals": True, "Next": "Sweep"},
                {
                    "Variable": f"$.{sweep_event.OUTCOME}",
                    "StringEquals": sweep_event.FAILED,
                    "Next": "Failed",
                },
            ],
            "Default": "Finished",
        },
        "Failed": {
            "Type": "Fail",
            "Error": "SweepFailed",
            "CausePath": f"$.{sweep_event.ERROR}",
        },
        "Finished": {"Type": "Succeed"},
    },
}

_NO_LOG_REASON = (
    "Step Functions keeps the history of each execution for 90 days, and the function logs each "
    "chunk. A log of the history would need permissions on all log deliveries of the account."
)
_NO_TRACING_REASON = (
    "An execution calls one function, whose log tells where the time went. Tracing would need "
    "permissions on all traces of the account."
)


def sweep_state_machine(scope: Construct, function: CfnFunction) -> CfnStateMachine:
    """A state machine that calls ``function`` until everything is swept."""
    role = service_role(
        scope,
        "StateMachineRole",
        "states",
        "Invokes the function that sweeps an AppInstance",
        {"InvokeFunction": (["lambda:InvokeFunction"], function.attr_arn)},
    )
    machine = CfnStateMachine(
        scope,
        "StateMachine",
        definition_string=json.dumps(_DEFINITION, separators=(",", ":")),
        definition_substitutions={"Function": function.attr_arn},
        role_arn=role.attr_arn,
    )
    acknowledge(
        machine,
        {"AwsSolutions-SF1": _NO_LOG_REASON, "AwsSolutions-SF2": _NO_TRACING_REASON},
    )
    return machine


def sweep_schedule(
    scope: Construct, machine: CfnStateMachine, app_instance_arn: str, schedule: Schedule
) -> CfnRule:
    """A rule that starts ``machine``."""
    role = service_role(
        scope,
        "ScheduleRole",
        "events",
        "Starts the sweeps of an AppInstance",
        {"StartSweep": (["states:StartExecution"], machine.attr_arn)},
    )
    return CfnRule(
        scope,
        "Schedule",
        description="Sweeps an AppInstance",
        schedule_expression=schedule.expression_string,
        targets=[
            CfnRule.TargetProperty(
                id="Sweep",
                arn=machine.attr_arn,
                role_arn=role.attr_arn,
                # `Stack.to_json_string` would leave out the cursor, since it is null.
                input=json.dumps(
                    {sweep_event.APP_INSTANCE: app_instance_arn, sweep_event.CURSOR: None}
                ),
            )
        ],
    )
