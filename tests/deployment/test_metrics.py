"""A clean-up that fails: the log line from which CloudWatch makes the metric of the alarm."""

from collections.abc import Callable

import pytest
from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk.aws_cloudwatch import Dashboard

from chime_expiration import AppInstanceUserExpiration
from fakes.deployment import Deployment
from fakes.embedded_metrics import data_points
from localaws import LocalAws
from localaws.chime import Fault

pytestmark = pytest.mark.deploys


def stack_with(*users: str) -> Callable[[Stack], None]:
    """A stack with a declaration for each of ``users``, with its alarm and a dashboard."""

    def build(stack: Stack) -> None:
        first, *_ = [
            AppInstanceUserExpiration(
                stack, f"User{number}", app_instance_user_arn=user, expire_after=Duration.days(30)
            )
            for number, user in enumerate(users)
        ]
        [alarm] = first.create_alarms()
        Dashboard(stack, "Dashboard").add_widgets(*first.dashboard_widgets())
        CfnOutput(stack, "Alarm", value=alarm.alarm_name)
        CfnOutput(stack, "Function", value=first.function.function_name)

    return build


def test_a_clean_up_that_fails_counts_in_the_metric_of_the_alarm(
    local_aws: LocalAws, deployment: Deployment
) -> None:
    # GIVEN two users with a declaration, and an alarm
    app_instance = local_aws.chime.create_app_instance("metrics")
    stays, leaves = (local_aws.chime.create_user(app_instance, name) for name in ("a", "b"))
    assert deployment.deploy(stack_with(stays, leaves)) == "CREATE_COMPLETE"
    outputs = deployment.outputs()
    cloudwatch = local_aws.client("cloudwatch")
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[outputs["Alarm"]])["MetricAlarms"]

    def counted() -> float:
        """What CloudWatch would have counted so far in the metric of the alarm."""
        return sum(
            point.value
            for point in data_points(local_aws.function_log(outputs["Function"]))
            if point.namespace == alarm["Namespace"]
            and point.name == alarm["MetricName"]
            and point.dimensions == {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
        )

    assert counted() == 0

    # WHEN the second declaration is removed, and its user cannot be cleared
    fault = Fault("PutAppInstanceUserExpirationSettings", "BadRequestException", times=None)
    local_aws.chime.faults.add(fault)
    status = deployment.deploy(stack_with(stays))

    # THEN the deployment succeeds, and the alarm would go off
    assert status == "UPDATE_COMPLETE"
    assert local_aws.chime.expiration_days(leaves) == 30
    assert counted() >= alarm["Threshold"]
