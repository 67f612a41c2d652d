"""Lets time pass in a local AWS that another process runs."""

import http.client
import json
import ssl
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from localaws.chime.control import LET_TIME_PASS

_ENDPOINT = "AWS_ENDPOINT_URL_CHIME_SDK_IDENTITY"
_AUTHORITY = "AWS_CA_BUNDLE"


class AdvanceError(Exception):
    """Time did not pass. The message says why and what to do."""


def advance(time: timedelta, environment: Mapping[str, str]) -> list[str]:
    """Let time pass, and return the ARNs of the users that have expired and are deleted.

    ``environment`` has the exports that ``python -m localaws`` wrote. Raises AdvanceError.
    """
    if _ENDPOINT not in environment or _AUTHORITY not in environment:
        raise AdvanceError(
            f"{_ENDPOINT} or {_AUTHORITY} is not set: run the first line that `make local` printed"
        )
    endpoint = environment[_ENDPOINT]
    try:
        status, body = _post(endpoint, environment[_AUTHORITY], {"seconds": time.total_seconds()})
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise AdvanceError(
            f"no local AWS responds at {endpoint} ({error}): start one with `make local`, and run "
            "the first line that it prints"
        ) from error
    if status != 200:
        raise AdvanceError(str(body.get("Message", status)))
    return [str(arn) for arn in body["deleted"]]


def _post(endpoint: str, authority: str, message: dict[str, float]) -> tuple[int, dict[str, Any]]:
    trust = ssl.create_default_context(cafile=authority)
    connection = http.client.HTTPSConnection(urlsplit(endpoint).netloc, context=trust, timeout=60)
    try:
        connection.request("POST", LET_TIME_PASS, json.dumps(message))
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()
