"""Delivers the response to CloudFormation.

crhelper's own delivery counts every HTTP status as a success, and a response that did not arrive
leaves the stack waiting until ServiceTimeout (its issues 39 and 41).
"""

import json
import logging
import random
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit, urlunsplit

_logger = logging.getLogger("chime_expiration")

_ATTEMPT_SECONDS = 10.0
_FIRST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 8.0


def deliver(
    url: str,
    response: Mapping[str, Any],
    remaining_seconds: Callable[[], float],
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """PUT ``response`` to ``url`` until it is accepted or the time is over; log which.

    The URL grants the right to answer, so neither its path nor its query is logged.
    """
    body = json.dumps(response).encode()
    wait = _FIRST_WAIT_SECONDS
    while True:
        outcome = _attempt(url, body, min(_ATTEMPT_SECONDS, max(remaining_seconds(), 0.2)))
        if outcome is None:
            _logger.info({"response": response["Status"], "outcome": "accepted by CloudFormation"})
            return
        pause = random.uniform(wait / 2, wait)
        if remaining_seconds() <= pause:
            _logger.error(
                {
                    "response": response["Status"],
                    "outcome": f"not delivered to CloudFormation: {outcome}",
                    "id": response["PhysicalResourceId"],
                }
            )
            return
        _logger.warning({"response": response["Status"], "outcome": f"{outcome}; sent again"})
        sleep(pause)
        wait = min(wait * 2, _LONGEST_WAIT_SECONDS)


def _attempt(url: str, body: bytes, seconds: float) -> str | None:
    """Send once; return None where it was accepted, and else what happened."""
    parts = urlsplit(url)
    target = urlunsplit(("", "", parts.path, parts.query, ""))
    connection = HTTPSConnection(parts.netloc, timeout=seconds)
    try:
        # The URL is signed without a content type; one that is sent would break the signature.
        connection.request("PUT", target, body, {"content-type": ""})
        status = connection.getresponse().status
    except OSError as error:
        return f"{type(error).__name__}: {error}"
    except HTTPException as error:
        # InvalidURL quotes the URL.
        return type(error).__name__
    finally:
        connection.close()
    return None if 200 <= status < 300 else f"HTTP status {status}"
