"""The event that Chime SDK writes when it has deleted an expired AppInstanceUser."""

from typing import Any

from aws_cdk import Stack, Token
from aws_cdk.aws_events import IRuleTarget, Match, Rule
from constructs import Construct

from chime_expiration._identity import is_token
from chime_expiration_handler.arn import AppInstanceUserArn


def rule_on_expired(
    scope: Construct, id: str, user_arn: str, *, target: IRuleTarget | None, **options: Any
) -> Rule:
    """A rule in ``scope`` on the expiration of ``user_arn``; see ``on_expired``."""
    _check_region(scope, user_arn)
    rule = Rule(scope, id, **options)
    rule.add_target(target)
    rule.add_event_pattern(
        # The event's source is not documented. Nobody but AWS can send one with this prefix, and
        # the record itself names the service.
        source=Match.prefix("aws."),
        detail_type=["AWS Service Event via CloudTrail"],
        detail={
            "eventSource": ["chime.amazonaws.com"],
            "eventName": ["ExpireAppInstanceUser"],
            "eventType": ["AwsServiceEvent"],
            "resources": {"ARN": [user_arn]},
        },
    )
    return rule


def _check_region(scope: Construct, user_arn: str) -> None:
    region = Stack.of(scope).region
    if is_token(user_arn) or Token.is_unresolved(region):
        return
    users = AppInstanceUserArn.parse(user_arn).region
    if region != users:
        raise ValueError(
            f"the stack is in {region}, and the events of {user_arn!r} in {users}: ask for them in "
            f"a stack in {users}, and pass it as cross_stack_scope if the declaration stays here"
        )
