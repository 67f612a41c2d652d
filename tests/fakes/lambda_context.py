"""The context that Lambda passes to the function of a declaration."""

import time
from types import SimpleNamespace

from fakes.cloudformation_events import create


def context(seconds: float = 300) -> SimpleNamespace:
    end = time.monotonic() + seconds
    return SimpleNamespace(
        aws_request_id="4b2d",
        invoked_function_arn=create("user")["ServiceToken"],
        get_remaining_time_in_millis=lambda: int((end - time.monotonic()) * 1000),
    )
