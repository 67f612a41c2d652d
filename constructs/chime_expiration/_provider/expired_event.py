"""The event that Chime SDK writes when it has deleted an expired AppInstanceUser."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Stack, Token
from aws_cdk.aws_events import IRuleTarget, Match, Rule
from constructs import Construct

from chime_expiration_handler.contract.arn import AppInstanceArn, AppInstanceUserArn


def rule_on_expired(
    scope: Construct,
    id: str,
    user_arn: str | Mapping[str, str],
    region_of: AppInstanceArn | AppInstanceUserArn | None,
    *,
    target: IRuleTarget | None,
    **options: Any,
) -> Rule:
    """A rule in ``scope`` on the expiration of the users with ``user_arn``; see ``on_expired``.

    ``user_arn`` is an ARN, or what EventBridge compares with it, such as a prefix. ``region_of`` is
    the ARN that names the region of the events; None where it is a token.
    """
    _check_region(scope, region_of)
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
            "resources": {"ARN": [user_arn]},
        },
    )
    return rule


def _check_region(scope: Construct, arn: AppInstanceArn | AppInstanceUserArn | None) -> None:
    region = Stack.of(scope).region
    if arn is None or Token.is_unresolved(region):
        return
    if region != arn.region:
        raise ValueError(
            f"the stack is in {region}, but the events of '{arn}' are in {arn.region}: define the "
            f"rule in a stack in {arn.region}, and pass that stack as cross_stack_scope if the "
            "construct stays here"
        )
