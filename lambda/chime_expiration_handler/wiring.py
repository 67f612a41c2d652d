"""Where Lambda, crhelper and the lifecycle meet."""

import os
import time
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from crhelper import CfnResource

from chime_expiration_handler.event_log import log_event
from chime_expiration_handler.identity_service import IdentityClient, IdentityService
from chime_expiration_handler.lifecycle import Lifecycle
from chime_expiration_handler.patience import CONNECT_SECONDS, READ_SECONDS, Patience


def _cfn_resource() -> CfnResource:
    # crhelper builds three clients for its polling, which is not used here, unless it takes the
    # place for SAM's local one; they would be most of a cold start.
    before = os.environ.get("AWS_SAM_LOCAL")
    os.environ["AWS_SAM_LOCAL"] = "no polling clients"
    try:
        # At DEBUG, its default, crhelper logs the ResponseURL. Its sleep on Delete waits for logs
        # to be shipped before their group goes: ours stays.
        return CfnResource(json_logging=True, log_level="INFO", sleep_on_delete=0)
    finally:
        if before is None:
            del os.environ["AWS_SAM_LOCAL"]
        else:
            os.environ["AWS_SAM_LOCAL"] = before


helper = _cfn_resource()


@cache
def service_client(region: str) -> IdentityClient:
    """boto3's client for the region of a user, without retries: those are Patience's."""
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 1},
    )
    client: IdentityClient = boto3.client("chime-sdk-identity", region_name=region, config=config)
    return client


def handler(event: dict[str, Any], context: Any) -> None:
    """The function's entry point."""
    helper(event, context)


@helper.create
@helper.update
@helper.delete
def _handle(event: dict[str, Any], context: Any) -> str:
    started = time.monotonic()
    patience = Patience(lambda: context.get_remaining_time_in_millis() / 1000)
    lifecycle = Lifecycle(lambda region: IdentityService(service_client(region), patience))
    verb = getattr(lifecycle, event["RequestType"].lower())
    outcome = "failed"
    try:
        outcome = verb(event, helper)
    except Exception as error:
        outcome = f"failed: {error}"
        raise
    finally:
        log_event(event, helper.PhysicalResourceId, outcome, time.monotonic() - started)
    return helper.PhysicalResourceId
