"""The account that the caller has credentials for: on AWS, or on a local AWS."""

import os
from datetime import timedelta
from time import sleep
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from localaws.advance import advance
from proof.place import Fixtures
from proof.run import Run

REGIONS = ("us-east-1", "eu-central-1")
"""Where Chime SDK Identity has endpoints."""

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SERVICES = ("chime-sdk-identity", "cloudformation", "iam", "s3", "sts")


class PlaceError(Exception):
    """The account or region cannot be used. The message says why and what to do."""


def region_of_caller() -> str:
    """Return the region that tools use. Raises PlaceError."""
    region = os.environ.get("AWS_REGION") or boto3.Session().region_name
    if region not in REGIONS:
        raise PlaceError(
            f"the region is {region!r}: use {' or '.join(REGIONS)}, where Chime SDK Identity is "
            "available, with AWS_REGION or `make prove REGION=us-east-1`"
        )
    return str(region)


def local_endpoint(region: str) -> str | None:
    """Return the address of the local AWS that boto3 calls, or None if it calls AWS.

    Raises PlaceError if it calls both, or something else.
    """
    session: Any = boto3.Session(region_name=region)
    addresses = {
        service: str(
            session.client(
                service, aws_access_key_id="-", aws_secret_access_key="-"
            ).meta.endpoint_url
        )
        for service in _SERVICES
    }
    local = [name for name, address in addresses.items() if _host(address) in _LOOPBACK]
    elsewhere = [
        name
        for name, address in addresses.items()
        if name not in local and not _host(address).endswith(".amazonaws.com")
    ]
    if elsewhere or 0 < len(local) < len(_SERVICES):
        listed = ", ".join(f"{name} at {address}" for name, address in addresses.items())
        raise PlaceError(
            f"the services would be called in different places ({listed}): run the first line "
            "that `make local` printed for a local AWS, or remove these endpoints for AWS"
        )
    return addresses["chime-sdk-identity"] if local else None


def account_of_caller(region: str) -> tuple[str, str]:
    """Return the account of the credentials, and the caller's ARN. Raises PlaceError."""
    try:
        identity = boto3.client("sts", region_name=region).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise PlaceError(
            f"the credentials cannot be used: {error}; check them with "
            "`aws sts get-caller-identity`, or start a local AWS with `make local` and run the "
            "first line that it prints"
        ) from error
    return str(identity["Account"]), str(identity["Arn"])


class CallerPlace:
    """The account and region of a run, with the caller's credentials."""

    def __init__(self, run: Run, *, is_local: bool) -> None:
        self.run = run
        self.is_local = is_local
        self._fixtures: Fixtures | None = None
        self._session = boto3.Session(region_name=run.region)
        self._clients: dict[str, Any] = {}

    @property
    def fixtures(self) -> Fixtures:
        """Return what the fixtures stack created. Raises RuntimeError before that."""
        if self._fixtures is None:
            raise RuntimeError("the fixtures have not been created yet")
        return self._fixtures

    @fixtures.setter
    def fixtures(self, fixtures: Fixtures) -> None:
        self._fixtures = fixtures

    def client(self, service: str, **settings: Any) -> Any:
        """Return a client; ``settings`` are settings of botocore's ``Config``."""
        key = f"{service} {settings}"
        if key not in self._clients:
            # In the other modes, boto3 does not retry a call that Chime SDK throttles.
            config = Config(retries={"mode": "legacy", "total_max_attempts": 10})
            make: Any = self._session.client
            self._clients[key] = make(service, config=config.merge(Config(**settings)))
        return self._clients[key]

    def wait(self, seconds: float) -> None:
        """Wait."""
        sleep(seconds)

    def let_days_pass(self, time: timedelta) -> None:
        """Wait for days. A local AWS makes all of its users older instead."""
        if self.is_local:
            advance(time, os.environ)
        else:
            sleep(time.total_seconds())


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""
