"""boto3's client without the wire, for tests that make tens of thousands of calls.

What the real client raises for each of these answers is shown in tests/handler.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from chime_expiration_handler.patience import READ_SECONDS
from localaws.chime import ChimeIdentity, Request

_SECONDS_OF_A_CALL = 0.05
_URL = "https://identity-chime.invalid"

Interruption = Callable[[str], None]


def _nothing(_operation: str) -> None:
    pass


class InProcessClient:
    """A client for one region.

    ``spend`` is told how many seconds a call took, after it took effect. ``interrupt`` is asked
    before each call, and may change the world.
    """

    def __init__(
        self,
        chime: ChimeIdentity,
        region: str,
        spend: Callable[[float], None],
        interrupt: Interruption = _nothing,
    ) -> None:
        self._chime = chime
        self._region = region
        self._spend = spend
        self._interrupt = interrupt

    def put_app_instance_user_expiration_settings(self, **parameters: Any) -> dict[str, Any]:
        return self._call("PutAppInstanceUserExpirationSettings", parameters)

    def describe_app_instance_user(self, **parameters: Any) -> dict[str, Any]:
        answer = self._call("DescribeAppInstanceUser", parameters)
        user = answer["AppInstanceUser"]
        created = datetime.fromtimestamp(user["CreatedTimestamp"], UTC)
        return {"AppInstanceUser": {**user, "CreatedTimestamp": created}}

    def _call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self._interrupt(operation)
        reply = self._chime.handle(Request(operation, parameters, region=self._region))
        self._spend(READ_SECONDS if reply.delivery == "silence" else _SECONDS_OF_A_CALL)
        if reply.delivery == "silence":
            raise ReadTimeoutError(endpoint_url=_URL)
        if reply.delivery == "reset":
            raise ConnectionClosedError(endpoint_url=_URL)
        if reply.error is None:
            return reply.body
        code = reply.error if self._chime.error_header else reply.body["Code"]
        raise ClientError(
            {
                "Error": {"Code": code, "Message": reply.body["Message"]},
                "ResponseMetadata": {"HTTPStatusCode": reply.status},
            },
            operation,
        )
