"""boto3's real client without a connection: its retries, signatures and errors are the real ones.

A call takes half a millisecond. ``direct_client`` is the fast one, without botocore.
"""

from collections.abc import Callable
from io import BytesIO
from json import dumps
from typing import Any, Protocol
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from localaws.chime import Request
from localaws.chime.identity import Reply
from localaws.chime.parameters import read_parameters
from localaws.chime.routes import find_route, query_parameters

_NETWORK_SECONDS = 0.025
"""In each direction."""

_REGION = "us-east-1"


class Service(Protocol):
    """What responds to the calls; ``ChimeIdentity`` is one."""

    def handle(self, request: Request) -> Reply: ...


def in_memory_client(
    chime: Service, sleep: Callable[[float], None], retries: dict[str, object]
) -> Any:
    """A client with botocore's ``retries``; ``sleep`` lets the time of the network pass."""
    client = boto3.client(
        "chime-sdk-identity",
        region_name=_REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries=retries),
    )

    def respond(request: Any, **_: Any) -> AWSResponse:
        sleep(_NETWORK_SECONDS)
        reply = _reply(chime, request)
        sleep(_NETWORK_SECONDS)
        headers = {"x-amzn-ErrorType": reply.error} if reply.error else {}
        return AWSResponse(request.url, reply.status, headers, _Body(dumps(reply.body).encode()))

    client.meta.events.register("before-send.chime-sdk-identity", respond)
    return client


def _reply(chime: Service, request: Any) -> Reply:
    url = urlsplit(request.url)
    route = find_route(request.method, url.path)
    assert route is not None
    parameters = read_parameters(
        route.operation,
        labels=route.labels,
        query=query_parameters(url.query),
        headers={},
        body=request.body or b"",
    )
    return chime.handle(Request(route.operation, parameters, region=_REGION))


class _Body(BytesIO):
    def stream(self, *_: object, **__: object) -> Any:
        yield self.read()
