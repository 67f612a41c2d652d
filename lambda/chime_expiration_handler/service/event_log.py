"""The function's log: one JSON object for each event and each call to Chime SDK Identity.

``response_delivery`` logs each attempt to send the response.

crhelper writes each record as one line of JSON. No record at the level that is logged contains the
ResponseURL: with it, anybody can answer CloudFormation in place of the function.
"""

import logging
from collections.abc import Mapping
from typing import Any

from chime_expiration_handler.contract.arn import AppInstanceUserArn

_logger = logging.getLogger("chime_expiration")


def log_call(
    action: str, user: AppInstanceUserArn, outcome: str, attempts: int, seconds: float
) -> None:
    """Log one call to the service, with its retries."""
    _logger.info(
        {
            "call": action,
            "user": str(user),
            "outcome": outcome,
            "attempts": attempts,
            "duration_ms": round(seconds * 1000),
        }
    )


def log_event(
    event: Mapping[str, Any], user: str, outcome: str, seconds: float, *, failed: bool
) -> None:
    """Log one event of CloudFormation, with its outcome; at level ERROR where it failed."""
    _logger.log(
        logging.ERROR if failed else logging.INFO,
        {
            "event": event["RequestType"],
            "logical_id": event["LogicalResourceId"],
            "user": user,
            "outcome": outcome,
            "duration_ms": round(seconds * 1000),
        },
    )
