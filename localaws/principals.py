"""Who an access key belongs to, which only MiniStack knows: users of IAM and sessions of STS.

GetCallerIdentity needs a signature, so that nobody can ask it about the key of somebody else.
"""

import http.client
import json
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

PATH = "/_localaws/principal"
"""GET with ``?access_key=``, which responds with the ARN as JSON, or null for an unknown key."""

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


def answering_for_principals(
    application: Application, principal_of: Callable[[str], str | None]
) -> Application:
    """Return an ASGI application that also responds at ``PATH``."""

    async def answer(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await application(scope, receive, send)
            return
        [access_key] = parse_qs(scope["query_string"].decode())["access_key"]
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        body = json.dumps(principal_of(access_key)).encode()
        await send({"type": "http.response.body", "body": body})

    return answer


class Principals:
    """Asks the MiniStack at ``endpoint``."""

    def __init__(self, endpoint: str, authority: Path) -> None:
        self._address = urlsplit(endpoint).netloc
        self._authority = authority

    def __call__(self, access_key: str) -> str | None:
        """Return the ARN of the user or session that has the access key; None if unknown."""
        trust = ssl.create_default_context(cafile=str(self._authority))
        connection = http.client.HTTPSConnection(self._address, context=trust, timeout=60)
        try:
            connection.request("GET", f"{PATH}?access_key={quote(access_key)}")
            arn: str | None = json.loads(connection.getresponse().read())
            return arn
        finally:
            connection.close()
