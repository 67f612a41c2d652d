"""boto3's client for Chime SDK Identity, as far as it is used here."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

import boto3
from botocore.config import Config

from chime_expiration_handler.service.retry_budget import CONNECT_SECONDS, READ_SECONDS

PUT = "PutAppInstanceUserExpirationSettings"
DESCRIBE = "DescribeAppInstanceUser"
LIST_USERS = "ListAppInstanceUsers"
LIST_ADMINS = "ListAppInstanceAdmins"


class IdentityClient(Protocol):
    """The operations on one user."""

    def put_app_instance_user_expiration_settings(self, **parameters: Any) -> Mapping[str, Any]: ...

    def describe_app_instance_user(self, **parameters: Any) -> Mapping[str, Any]: ...


class AppInstanceClient(IdentityClient, Protocol):
    """The operations on one user and on all users of an AppInstance."""

    def list_app_instance_users(self, **parameters: Any) -> Mapping[str, Any]: ...

    def list_app_instance_admins(self, **parameters: Any) -> Mapping[str, Any]: ...


MOST_THREADS = 50
"""How many threads call at the same time, each with a connection of its own."""


@cache
def identity_client(region: str) -> AppInstanceClient:
    """The client for a region. It does not retry: that is up to RetryBudget."""
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 1},
        max_pool_connections=MOST_THREADS,
    )
    client: AppInstanceClient = boto3.client(
        "chime-sdk-identity", region_name=region, config=config
    )
    return client
