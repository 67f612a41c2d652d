"""The rule on the event that Chime SDK writes when it has deleted an expired user."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Environment, Stack
from aws_cdk.aws_events import EventPattern
from aws_cdk.aws_events_targets import SqsQueue
from aws_cdk.aws_sqs import Queue

import chime_expiration
from declaration.declare import GUEST, declare, resources_of_type


def rule_properties(stack: Stack) -> dict[str, Any]:
    [rule] = resources_of_type(stack, "AWS::Events::Rule").values()
    return dict(rule["Properties"])


def test_the_rule_matches_the_expiration_of_that_user_only(stack: Stack) -> None:
    # WHEN
    declare(stack).on_expired("Expired")

    # THEN
    assert rule_properties(stack)["EventPattern"] == {
        "source": [{"prefix": "aws."}],
        "detail-type": ["AWS Service Event via CloudTrail"],
        "detail": {
            "eventSource": ["chime.amazonaws.com"],
            "eventName": ["ExpireAppInstanceUser"],
            "eventType": ["AwsServiceEvent"],
            "resources": {"ARN": [GUEST]},
        },
    }


def test_the_rule_has_the_target_and_the_options(stack: Stack) -> None:
    # GIVEN
    queue = Queue(stack, "Queue")

    # WHEN
    declare(stack).on_expired(
        "Expired", target=SqsQueue(queue), rule_name="guest-expired", description="clean up"
    )

    # THEN
    rule = rule_properties(stack)
    assert rule["Targets"][0]["Arn"] == stack.resolve(queue.queue_arn)
    assert (rule["Name"], rule["Description"]) == ("guest-expired", "clean up")


@pytest.mark.parametrize("pattern", [EventPattern(account=["1"]), {"account": ["1"]}])
def test_a_pattern_is_merged_with_the_pattern_of_the_event(
    stack: Stack, pattern: EventPattern | dict[str, list[str]]
) -> None:
    # WHEN
    declare(stack).on_expired("Expired", event_pattern=pattern)

    # THEN
    merged = rule_properties(stack)["EventPattern"]
    assert merged["account"] == ["1"]
    assert merged["detail"]["resources"] == {"ARN": [GUEST]}


def test_a_target_can_be_added_later(stack: Stack) -> None:
    # WHEN
    declare(stack).on_expired("Expired").add_target(SqsQueue(Queue(stack, "Queue")))

    # THEN
    assert len(rule_properties(stack)["Targets"]) == 1


def test_a_user_that_is_a_token_is_a_token_in_the_pattern(stack: Stack) -> None:
    # GIVEN
    arn = CfnParameter(stack, "User").value_as_string

    # WHEN
    declare(stack, user=arn).on_expired("Expired")

    # THEN
    detail = rule_properties(stack)["EventPattern"]["detail"]
    assert detail["resources"] == {"ARN": [{"Ref": "User"}]}


def test_a_rule_in_another_region_is_rejected_with_both_regions_and_the_fix(app: App) -> None:
    # GIVEN
    stack = Stack(app, "Far", env=Environment(region="ap-south-1"))
    guest = declare(stack)

    # WHEN / THEN
    message = (
        f"^the stack is in ap-south-1, but the events of '{re.escape(GUEST)}' are in us-east-1: "
        "define the rule in a stack in us-east-1, and pass that stack as cross_stack_scope if the "
        "construct stays here$"
    )
    with pytest.raises(ValueError, match=message):
        guest.on_expired("Expired")
    assert resources_of_type(stack, "AWS::Events::Rule") == {}


def test_the_fix_in_the_message_works(app: App) -> None:
    # GIVEN
    far = Stack(app, "Far", env=Environment(region="ap-south-1"))
    near = Stack(app, "Near", env=Environment(region="us-east-1"))

    # WHEN
    declare(far).on_expired("Expired", cross_stack_scope=near)

    # THEN
    assert rule_properties(near)["EventPattern"]["detail"]["resources"] == {"ARN": [GUEST]}


@pytest.mark.parametrize("region", ["us-east-1", None])
def test_a_rule_is_allowed_in_the_region_of_the_user_or_in_an_unknown_region(
    app: App, region: str
) -> None:
    # GIVEN
    stack = Stack(app, "Near", env=Environment(region=region))

    # WHEN / THEN
    assert declare(stack).on_expired("Expired").rule_arn


def test_the_module_of_the_rule_is_imported_only_when_it_is_needed() -> None:
    # GIVEN
    roots = [str(Path(chime_expiration.__file__).parents[1]), *sys.path]

    # WHEN
    module = "chime_expiration._provider.expired_event"
    program = f"import sys, chime_expiration; print({module!r} in sys.modules)"
    printed = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {roots!r}; {program}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    # THEN
    assert printed == "False\n"
