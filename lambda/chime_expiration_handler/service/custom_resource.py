"""crhelper, as the functions behind the custom resources use it."""

import os
from collections.abc import Callable, Mapping
from typing import Any

from crhelper import FAILED, CfnResource

from chime_expiration_handler.service.response_delivery import deliver


class CustomResource(CfnResource):
    """Delivers the response until it is accepted.

    ``is_handed_over``: another invocation goes on with the event and answers. ``before_response``
    is called with whether the event failed, also where the function runs out of time.
    """

    _context: Any
    is_handed_over = False
    before_response: Callable[[bool], None] | None = None

    def _send(self, status: str | None = None, reason: str = "") -> None:
        if not self.is_handed_over:
            if self.before_response:
                self.before_response((status or self.Status) == FAILED)
            super()._send(status, reason, send_response=self._deliver)  # type: ignore[misc]

    def _deliver(self, url: str, response: dict[str, Any], _ssl_verify: object) -> None:
        deliver(url, response, lambda: remaining_seconds(self._context))


def custom_resource() -> CustomResource:
    """The helper of a function; create one for each module."""
    # With AWS_SAM_LOCAL set, crhelper does not create the three clients for its polling, which is
    # not used here and would be most of a cold start.
    before = os.environ.get("AWS_SAM_LOCAL")
    os.environ["AWS_SAM_LOCAL"] = "no polling clients"
    try:
        # At DEBUG, its default, crhelper logs the ResponseURL. It sleeps on Delete so that the log
        # is delivered before its group is deleted; this function's group is retained.
        return CustomResource(json_logging=True, log_level="INFO", sleep_on_delete=0)
    finally:
        if before is None:
            del os.environ["AWS_SAM_LOCAL"]
        else:
            os.environ["AWS_SAM_LOCAL"] = before


def is_of_own_account_and_region(event: Mapping[str, Any], context: Any) -> bool:
    """Whether CloudFormation can have sent the event: it invokes the function from its stack only.

    Otherwise, do not answer: the ResponseURL of a forged event can be anything.
    """
    stack, function = event["StackId"].split(":"), context.invoked_function_arn.split(":")
    return bool(stack[3:5] == function[3:5])


def remaining_seconds(context: Any) -> float:
    """How long the function may still run."""
    seconds: float = context.get_remaining_time_in_millis() / 1000
    return seconds
