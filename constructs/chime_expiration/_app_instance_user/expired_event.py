"""The event that Chime SDK writes when it has deleted an expired AppInstanceUser."""

from typing import Any

from aws_cdk import Stack, Token
from aws_cdk.aws_events import IRuleTarget, Match, Rule
from constructs import Construct

from chime_expiration._synth.declared_user import DeclaredUser


def rule_on_expired(
    scope: Construct, id: str, user: DeclaredUser, *, target: IRuleTarget | None, **options: Any
) -> Rule:
    """A rule in ``scope`` on the expiration of ``user``; see ``on_expired``."""
    _check_region(scope, user)
    rule = Rule(scope, id, **options)
    rule.add_target(target)
    rule.add_event_pattern(
        # The event's source is not documented. Only AWS can send events whose source begins with
        # "aws.", and the record itself names the service.
        source=Match.prefix("aws."),
        detail_type=["AWS Service Event via CloudTrail"],
        detail={
            "eventSource": ["chime.amazonaws.com"],
            "eventName": ["ExpireAppInstanceUser"],
            "eventType": ["AwsServiceEvent"],
            "resources": {"ARN": [user.arn]},
        },
    )
    return rule


def _check_region(scope: Construct, user: DeclaredUser) -> None:
    region = Stack.of(scope).region
    if user.parsed is None or Token.is_unresolved(region):
        return
    if region != user.parsed.region:
        raise ValueError(
            f"the stack is in {region}, but the events of {user.arn!r} are in "
            f"{user.parsed.region}: define the rule in a stack in {user.parsed.region}, and pass "
            "that stack as cross_stack_scope if the declaration stays here"
        )
