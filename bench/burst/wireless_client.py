"""boto3's real client, whose requests are answered before they reach the wire."""

from collections.abc import Callable
from io import BytesIO
from json import dumps
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from localaws.chime import ChimeIdentity, Request
from localaws.chime.identity import Reply
from localaws.chime.parameters import read_parameters
from localaws.chime.routes import find_route, query_parameters

SECONDS_ON_THE_WIRE = 0.025
"""One way."""

_REGION = "us-east-1"


def wireless_client(
    chime: ChimeIdentity, sleep: Callable[[float], None], retries: dict[str, object]
) -> Any:
    """A client with botocore's own retries; `sleep` passes the time on the wire."""
    client = boto3.client(
        "chime-sdk-identity",
        region_name=_REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries=retries),
    )

    def answer(request: Any, **_: Any) -> AWSResponse:
        sleep(SECONDS_ON_THE_WIRE)
        reply = _reply(chime, request)
        sleep(SECONDS_ON_THE_WIRE)
        headers = {"x-amzn-ErrorType": reply.error} if reply.error else {}
        return AWSResponse(request.url, reply.status, headers, _Body(dumps(reply.body).encode()))

    client.meta.events.register("before-send.chime-sdk-identity", answer)
    return client


def _reply(chime: ChimeIdentity, request: Any) -> Reply:
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
