"""boto3 clients, from the AWS configuration that every other tool uses."""

from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from chime_expiration.status.problems import UsageProblem
from chime_expiration_handler.patience import CONNECT_SECONDS, READ_SECONDS

THREADS_PER_REGION = 8

# CloudFormation publishes no rates for its reading calls: the adaptive mode slows down where it is
# told to.
_CLOUDFORMATION = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=30,
    retries={"mode": "adaptive", "total_max_attempts": 6},
)
# No retries of the SDK's: none of its modes but the oldest retries this service's 429.
_IDENTITY = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": 1},
    max_pool_connections=THREADS_PER_REGION,
)


class Clients(Protocol):
    """Makes the clients of a region."""

    def cloudformation(self, region: str) -> Any: ...

    def identity(self, region: str) -> Any: ...


class SessionClients:
    """The clients of one boto3 session. Raises UsageProblem where the session cannot make any."""

    def __init__(self, session: Any) -> None:
        self._session = session

    @classmethod
    def configured(cls) -> "SessionClients":
        """Those of the environment and the AWS configuration files; raises UsageProblem."""
        try:
            session = boto3.Session()
            credentials = session.get_credentials()
        except BotoCoreError as error:
            raise UsageProblem(f"the AWS configuration cannot be used: {error}") from error
        if credentials is None:
            raise UsageProblem(
                "there are no AWS credentials: set AWS_PROFILE, or sign in as for any AWS tool"
            )
        return cls(session)

    def region(self) -> str:
        """The region of the configuration; raises UsageProblem where there is none."""
        region: str | None = self._session.region_name
        if not region:
            raise UsageProblem("the AWS configuration names no region: add --region REGION")
        return region

    def cloudformation(self, region: str) -> Any:
        return self._make("cloudformation", region, _CLOUDFORMATION)

    def identity(self, region: str) -> Any:
        return self._make("chime-sdk-identity", region, _IDENTITY)

    def _make(self, service: str, region: str, config: Config) -> Any:
        try:
            return self._session.client(service, region_name=region, config=config)
        except (BotoCoreError, ValueError) as error:
            raise UsageProblem(f"no client for {service} in {region!r}: {error}") from error
