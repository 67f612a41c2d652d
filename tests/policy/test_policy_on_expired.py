"""The rule on the expiration of any user of the AppInstance of a policy."""

import re
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Environment, Stack
from aws_cdk.aws_events_targets import SqsQueue
from aws_cdk.aws_sqs import Queue

from chime_expiration import NewUsers
from policy.declare_policy import APP_INSTANCE, declare_policy, resources_of_type


def expired_rule(stack: Stack) -> dict[str, Any]:
    [rule] = [
        each["Properties"]
        for each in resources_of_type(stack, "AWS::Events::Rule").values()
        if "ExpireAppInstanceUser" in str(each)
    ]
    return dict(rule)


def test_the_rule_matches_the_expiration_of_any_user_of_the_app_instance(stack: Stack) -> None:
    # GIVEN
    queue = Queue(stack, "Expired")

    # WHEN
    declare_policy(stack).on_expired(
        "OnExpired",
        target=SqsQueue(queue),
        event_pattern={"account": ["1"]},
        rule_name="expired",
        description="clean up",
    )

    # THEN
    rule = expired_rule(stack)
    assert rule["EventPattern"] == {
        "account": ["1"],
        "source": [{"prefix": "aws."}],
        "detail-type": ["AWS Service Event via CloudTrail"],
        "detail": {
            "eventSource": ["chime.amazonaws.com"],
            "eventName": ["ExpireAppInstanceUser"],
            "eventType": ["AwsServiceEvent"],
            "resources": {"ARN": [{"prefix": f"{APP_INSTANCE}/user/"}]},
        },
    }
    assert rule["Targets"][0]["Arn"] == stack.resolve(queue.queue_arn)
    assert (rule["Name"], rule["Description"]) == ("expired", "clean up")


def test_an_app_instance_that_is_a_token_is_a_token_in_the_pattern(stack: Stack) -> None:
    # GIVEN
    app_instance = CfnParameter(stack, "Chat").value_as_string

    # WHEN
    declare_policy(stack, app_instance=app_instance).on_expired("OnExpired")

    # THEN
    prefix = {"Fn::Join": ["", [{"Ref": "Chat"}, "/user/"]]}
    detail = expired_rule(stack)["EventPattern"]["detail"]
    assert detail["resources"] == {"ARN": [{"prefix": prefix}]}


def test_a_rule_in_another_region_is_rejected_unless_it_is_defined_in_the_right_one(
    app: App,
) -> None:
    # GIVEN
    far = Stack(app, "Far", env=Environment(region="ap-south-1"))
    near = Stack(app, "Near", env=Environment(region="us-east-1"))
    policy = declare_policy(far, new_users=NewUsers.BY_SWEEP)

    # WHEN / THEN
    message = (
        f"^the stack is in ap-south-1, but the events of '{re.escape(APP_INSTANCE)}' are in "
        "us-east-1: define the rule in a stack in us-east-1, and pass that stack as "
        "cross_stack_scope if the construct stays here$"
    )
    with pytest.raises(ValueError, match=message):
        policy.on_expired("OnExpired")
    policy.on_expired("OnExpired", cross_stack_scope=near)
    assert expired_rule(near)
