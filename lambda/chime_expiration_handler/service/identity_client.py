"""boto3's client for Chime SDK Identity, as far as it is used here."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

import boto3
from botocore.config import Config

from chime_expiration_handler.service.retry_budget import CONNECT_SECONDS, READ_SECONDS

PUT = "PutAppInstanceUserExpirationSettings"
DESCRIBE = "DescribeAppInstanceUser"


class IdentityClient(Protocol):
    """The operations that are called."""

    def put_app_instance_user_expiration_settings(self, **parameters: Any) -> Mapping[str, Any]: ...

    def describe_app_instance_user(self, **parameters: Any) -> Mapping[str, Any]: ...


@cache
def identity_client(region: str) -> IdentityClient:
    """The client for a region. It does not retry: that is up to RetryBudget."""
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 1},
    )
    client: IdentityClient = boto3.client("chime-sdk-identity", region_name=region, config=config)
    return client
