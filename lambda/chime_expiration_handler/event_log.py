"""What the function's log says: one JSON object per event and per call.

crhelper writes each record as one line of JSON. Nothing here, and nothing at the level that is
logged, carries the ResponseURL: whoever reads it may answer CloudFormation in our place.
"""

import logging
from collections.abc import Mapping
from typing import Any

from chime_expiration_handler.arn import AppInstanceUserArn

_logger = logging.getLogger("chime_expiration")


def log_call(
    action: str, user: AppInstanceUserArn, outcome: str, attempts: int, seconds: float
) -> None:
    """One call to the service, with its retries."""
    _logger.info(
        {
            "call": action,
            "user": str(user),
            "outcome": outcome,
            "attempts": attempts,
            "duration_ms": round(seconds * 1000),
        }
    )


def log_event(event: Mapping[str, Any], user: str, outcome: str, seconds: float) -> None:
    """One event of CloudFormation, with what came of it."""
    _logger.info(
        {
            "event": event["RequestType"],
            "logical_id": event["LogicalResourceId"],
            "user": user,
            "outcome": outcome,
            "duration_ms": round(seconds * 1000),
        }
    )
