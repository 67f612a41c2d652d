"""The rule on the event that Chime SDK writes when it has deleted an expired user."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import App, CfnParameter, Environment, Stack
from aws_cdk.assertions import Template
from aws_cdk.aws_events import EventPattern
from aws_cdk.aws_events_targets import SqsQueue
from aws_cdk.aws_sqs import Queue

import chime_expiration

GUEST = (
    "arn:aws:chime:us-east-1:111122223333:app-instance/"
    "6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d/user/guest-42"
)


def the_rule_of(stack: Stack) -> dict:
    [rule] = Template.from_stack(stack).find_resources("AWS::Events::Rule").values()
    return rule["Properties"]


def test_the_rule_hears_the_expiration_of_that_user_only(stack, declare):
    # WHEN
    declare(stack).on_expired("Gone")

    # THEN
    assert the_rule_of(stack)["EventPattern"] == {
        "source": [{"prefix": "aws."}],
        "detail-type": ["AWS Service Event via CloudTrail"],
        "detail": {
            "eventSource": ["chime.amazonaws.com"],
            "eventName": ["ExpireAppInstanceUser"],
            "eventType": ["AwsServiceEvent"],
            "resources": {"ARN": [GUEST]},
        },
    }


def test_the_target_is_triggered_and_the_options_are_the_rules(stack, declare):
    # GIVEN
    queue = Queue(stack, "Queue")

    # WHEN
    declare(stack).on_expired(
        "Gone", target=SqsQueue(queue), rule_name="guest-gone", description="clean up"
    )

    # THEN
    rule = the_rule_of(stack)
    assert rule["Targets"][0]["Arn"] == stack.resolve(queue.queue_arn)
    assert (rule["Name"], rule["Description"]) == ("guest-gone", "clean up")


@pytest.mark.parametrize("pattern", [EventPattern(account=["1"]), {"account": ["1"]}])
def test_a_pattern_is_merged_with_the_events(stack, declare, pattern):
    # WHEN
    declare(stack).on_expired("Gone", event_pattern=pattern)

    # THEN
    pattern = the_rule_of(stack)["EventPattern"]
    assert pattern["account"] == ["1"]
    assert pattern["detail"]["resources"] == {"ARN": [GUEST]}


def test_the_rule_returned_takes_targets_later(stack, declare):
    # WHEN
    declare(stack).on_expired("Gone").add_target(SqsQueue(Queue(stack, "Queue")))

    # THEN
    assert len(the_rule_of(stack)["Targets"]) == 1


def test_a_user_that_is_a_token_is_in_the_pattern_as_one(stack, declare):
    # GIVEN
    arn = CfnParameter(stack, "User").value_as_string

    # WHEN
    declare(stack, user=arn).on_expired("Gone")

    # THEN
    detail = the_rule_of(stack)["EventPattern"]["detail"]
    assert detail["resources"] == {"ARN": [{"Ref": "User"}]}


def test_a_rule_in_another_region_is_refused_with_both_regions_and_the_fix(app: App, declare):
    # GIVEN
    stack = Stack(app, "Far", env=Environment(region="ap-south-1"))
    guest = declare(stack)

    # WHEN / THEN
    said = (
        f"^the stack is in ap-south-1, and the events of '{re.escape(GUEST)}' in us-east-1: ask "
        "for them in a stack in us-east-1, and pass it as cross_stack_scope if the declaration "
        "stays here$"
    )
    with pytest.raises(ValueError, match=said):
        guest.on_expired("Gone")
    assert Template.from_stack(stack).find_resources("AWS::Events::Rule") == {}


def test_the_fix_that_it_names_works(app: App, declare):
    # GIVEN
    far = Stack(app, "Far", env=Environment(region="ap-south-1"))
    near = Stack(app, "Near", env=Environment(region="us-east-1"))

    # WHEN
    declare(far).on_expired("Gone", cross_stack_scope=near)

    # THEN
    assert the_rule_of(near)["EventPattern"]["detail"]["resources"] == {"ARN": [GUEST]}


@pytest.mark.parametrize("region", ["us-east-1", None])
def test_a_stack_in_the_users_region_or_in_none_yet_is_fine(app: App, declare, region):
    # GIVEN
    stack = Stack(app, "Near", env=Environment(region=region))

    # WHEN / THEN
    assert declare(stack).on_expired("Gone").rule_arn


def test_who_asks_for_no_rule_does_not_pay_for_the_import():
    # GIVEN
    roots = [str(Path(chime_expiration.__file__).parents[1]), *sys.path]

    # WHEN
    program = (
        "import sys, chime_expiration; print('chime_expiration._expired_event' in sys.modules)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {roots!r}; {program}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    # THEN
    assert printed == "False\n"
