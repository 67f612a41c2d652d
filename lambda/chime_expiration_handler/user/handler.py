"""The Lambda handler of a declaration: connects crhelper with the lifecycle."""

import logging
import os
import time
from collections.abc import Mapping
from typing import Any

from crhelper import CfnResource

from chime_expiration_handler.contract.environment import STACK_HAS_TOKEN_USERS
from chime_expiration_handler.contract.physical_id import PhysicalId
from chime_expiration_handler.contract.properties import declared_user
from chime_expiration_handler.service.event_log import log_event
from chime_expiration_handler.service.identity_client import identity_client
from chime_expiration_handler.service.identity_service import IdentityService
from chime_expiration_handler.service.response_delivery import deliver
from chime_expiration_handler.service.retry_budget import UNDO_SECONDS, RetryBudget
from chime_expiration_handler.user.lifecycle import Lifecycle
from chime_expiration_handler.user.own_stack import OwnStack

_logger = logging.getLogger("chime_expiration")


class _CfnResource(CfnResource):
    _context: Any

    def _send(self, status: str | None = None, reason: str = "") -> None:
        super()._send(status, reason, send_response=self._deliver)  # type: ignore[misc]

    def _deliver(self, url: str, response: dict[str, Any], _ssl_verify: object) -> None:
        deliver(url, response, lambda: _remaining_seconds(self._context))


def _cfn_resource() -> CfnResource:
    # With AWS_SAM_LOCAL set, crhelper does not create the three clients for its polling, which is
    # not used here and would be most of a cold start.
    before = os.environ.get("AWS_SAM_LOCAL")
    os.environ["AWS_SAM_LOCAL"] = "no polling clients"
    try:
        # At DEBUG, its default, crhelper logs the ResponseURL. It sleeps on Delete so that the log
        # is delivered before its group is deleted; this function's group is retained.
        return _CfnResource(json_logging=True, log_level="INFO", sleep_on_delete=0)
    finally:
        if before is None:
            del os.environ["AWS_SAM_LOCAL"]
        else:
            os.environ["AWS_SAM_LOCAL"] = before


helper = _cfn_resource()


def handler(event: dict[str, Any], context: Any) -> None:
    """The function's entry point."""
    stack = event["StackId"]
    if stack.split(":")[3:5] != context.invoked_function_arn.split(":")[3:5]:
        # CloudFormation invokes the function of a stack from that stack only. Nobody is answered:
        # the ResponseURL of a forged event can be anything.
        _logger.error(f"refused an event of stack {stack!r}: not of this account and region")
        return
    helper(event, context)


@helper.create
@helper.update
@helper.delete
def _handle(event: dict[str, Any], context: Any) -> str:
    started = time.monotonic()
    budget = RetryBudget(lambda: _remaining_seconds(context))
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


def _remaining_seconds(context: Any) -> float:
    seconds: float = context.get_remaining_time_in_millis() / 1000
    return seconds
