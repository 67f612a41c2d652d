"""Responses that are not from CloudFormation."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from chime_expiration_cli.cloudformation.api import CloudFormation
from chime_expiration_cli.errors import CommandError
from localaws.standins.cloudformation_account import CloudFormationAccount

STACK = "arn:aws:cloudformation:us-east-1:111122223333:stack/Guests/0"
CALLS: dict[str, Callable[[CloudFormation], object]] = {
    "DescribeStacks": lambda api: list(api.stacks()),
    "ListStackResources": lambda api: list(api.resources(STACK)),
    "DescribeStackEvents": lambda api: list(api.events(STACK)),
    "GetTemplate": lambda api: api.template(STACK),
    "ListExports": lambda api: api.exports,
}


class RawResponse(io.BytesIO):
    """The body of a response, as urllib3 has it."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()


@pytest.mark.parametrize("action", CALLS)
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "<html><head><title>Sign in<br></head></html>"),
        (200, "<html><body>Sign in</body></html>"),
        (200, ""),
        (302, ""),
        (200, "<{action}Response><{action}Result></{action}Result></{action}Response>"),
    ],
)
def test_a_response_of_a_proxy_is_an_error_without_a_traceback(
    action: str, status: int, body: str
) -> None:
    # GIVEN
    client = boto3.client(
        "cloudformation", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    raw = RawResponse(body.format(action=action).encode())
    client.meta.events.register(
        "before-send", lambda request, **_: AWSResponse(request.url, status, {}, raw)
    )
    api = CloudFormation(lambda _: client, "us-east-1")

    # THEN
    with pytest.raises(CommandError, match=rf"^{action} failed in us-east-1: .* not from Cloud"):
        CALLS[action](api)


def test_a_call_that_is_throttled_to_the_end_does_not_blame_the_network() -> None:
    # GIVEN
    account = CloudFormationAccount()
    account.broken = "Throttling"

    # THEN
    with pytest.raises(CommandError, match="other callers use the rate of the account"):
        list(CloudFormation(account.cloudformation, "us-east-1").stacks())
