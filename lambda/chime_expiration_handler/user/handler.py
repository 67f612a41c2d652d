"""The Lambda handler of a declaration: connects crhelper with the lifecycle."""

import logging
import os
import time
from collections.abc import Mapping
from typing import Any

from chime_expiration_handler.contract.environment import STACK_HAS_TOKEN_USERS
from chime_expiration_handler.contract.physical_id import PhysicalId
from chime_expiration_handler.contract.properties import declared_user
from chime_expiration_handler.service.custom_resource import (
    custom_resource,
    is_of_own_account_and_region,
    remaining_seconds,
)
from chime_expiration_handler.service.event_log import log_event
from chime_expiration_handler.service.identity_client import identity_client
from chime_expiration_handler.service.identity_service import IdentityService
from chime_expiration_handler.service.retry_budget import UNDO_SECONDS, RetryBudget
from chime_expiration_handler.user.event_metrics import EventMetrics
from chime_expiration_handler.user.lifecycle import Lifecycle, RefusedError
from chime_expiration_handler.user.own_stack import OwnStack

_logger = logging.getLogger("chime_expiration")


helper = custom_resource()


def handler(event: dict[str, Any], context: Any) -> None:
    """The function's entry point."""
    if not is_of_own_account_and_region(event, context):
        stack = event["StackId"]
        _logger.error(f"refused an event of stack {stack!r}: not of this account and region")
        return
    helper(event, context)


@helper.create
@helper.update
@helper.delete
def _handle(event: dict[str, Any], context: Any) -> str:
    started = time.monotonic()
    metrics = EventMetrics(event)
    helper.before_response = metrics.write
    budget = RetryBudget(lambda: remaining_seconds(context))
    lifecycle = Lifecycle(
        service_in=lambda region: IdentityService(identity_client(region), budget),
        stack_of=lambda event: OwnStack(event, budget.ending_sooner(UNDO_SECONDS)),
        stack_has_token_users=os.environ.get(STACK_HAS_TOKEN_USERS) == "true",
    )
    outcome, failed = "failed", True
    try:
        outcome, failed = lifecycle.handle(event, helper), False
    except Exception as error:
        outcome = f"failed: {error}"
        metrics.is_refused = isinstance(error, RefusedError)
        raise
    finally:
        user = _user_for_the_log(event)
        log_event(event, user, outcome, time.monotonic() - started, failed=failed)
    return helper.PhysicalResourceId


def _user_for_the_log(event: Mapping[str, Any]) -> str:
    """The ARN of the user that the event is for, also where nothing was set."""
    if event["RequestType"] != "Delete":
        return declared_user(event.get("ResourceProperties", {}))
    known = PhysicalId.parse(helper.PhysicalResourceId)
    return str(known.user) if known else helper.PhysicalResourceId
