"""What no AWS has, over HTTP: a call that lets time pass."""

import json
from datetime import timedelta
from typing import Any

from localaws.chime.errors import ChimeError
from localaws.chime.identity import ChimeIdentity, Reply

LET_TIME_PASS = "/_localaws/let-time-pass"
"""The path: POST with ``{"seconds": 3600}``, which responds ``{"deleted": [ARN, ...]}``."""

LONGEST = timedelta(days=5475)
"""The longest time of one call, which is the longest expiration."""


def let_time_pass(chime: ChimeIdentity, body: bytes) -> Reply:
    """Let time pass and return which users have expired. Raises ChimeError."""
    seconds = _seconds(body)
    if not isinstance(seconds, int | float) or not 0 < seconds <= LONGEST.total_seconds():
        raise ChimeError(
            "BadRequestException",
            f"seconds is {seconds!r}: use a number over 0, at most {LONGEST.total_seconds():.0f}",
        )
    return Reply(200, {"deleted": chime.let_time_pass(timedelta(seconds=seconds))})


def _seconds(body: bytes) -> Any:
    try:
        return json.loads(body)["seconds"]
    except (ValueError, KeyError, TypeError) as error:
        raise ChimeError(
            "BadRequestException", 'the body is not {"seconds": NUMBER}: send this JSON object'
        ) from error
