"""boto3 clients, from the AWS configuration that all AWS tools use."""

import os
from typing import Any, Protocol, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chime_expiration_cli.errors import CommandError
from chime_expiration_handler.service.retry_budget import CONNECT_SECONDS, READ_SECONDS

THREADS_PER_REGION = 8

# CloudFormation publishes no rates for its read calls. The adaptive mode slows down when
# CloudFormation throttles.
_CLOUDFORMATION = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=30,
    retries={"mode": "adaptive", "total_max_attempts": 6},
)
# What tells of a policy is optional: a region that does not respond must not hold up the rest.
_POLICY = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=THREADS_PER_REGION,
)
# One attempt: the SDK's standard and adaptive modes do not retry this service's 429. UserReader
# retries.
_IDENTITY = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": 1},
    max_pool_connections=THREADS_PER_REGION,
)


class Clients(Protocol):
    """Creates the clients of a region."""

    def cloudformation(self, region: str) -> Any: ...

    def identity(self, region: str) -> Any: ...

    def dynamodb(self, region: str) -> Any: ...

    def stepfunctions(self, region: str) -> Any: ...

    def sqs(self, region: str) -> Any: ...


class SessionClients:
    """The clients of one boto3 session; each method raises CommandError."""

    def __init__(self, session: Any) -> None:
        self._session = session

    @classmethod
    def from_configuration(cls) -> Self:
        """Use the environment and the AWS configuration files; raise CommandError."""
        try:
            # boto3 itself reads only AWS_DEFAULT_REGION. The AWS CLI prefers AWS_REGION.
            session = boto3.Session(region_name=os.environ.get("AWS_REGION") or None)
            credentials = session.get_credentials()
        except Exception as error:  # a credential_process can print anything
            raise CommandError(
                f"the AWS configuration cannot be used: {type(error).__name__}: {error}; correct "
                "the profile and its credential_process, or choose another one with AWS_PROFILE"
            ) from error
        if credentials is None:
            raise CommandError(
                "no AWS credentials found: set AWS_PROFILE, or sign in as for any other AWS tool"
            )
        return cls(session)

    def default_region(self) -> str:
        """The region of the AWS configuration."""
        region: str | None = self._session.region_name
        if not region:
            raise CommandError("the AWS configuration has no region: add --region REGION")
        return region

    def account(self) -> str:
        """The account of the credentials."""
        client = self._create("sts", self._session.region_name or "us-east-1", _POLICY)
        try:
            return str(client.get_caller_identity()["Account"])
        except (BotoCoreError, ClientError) as error:
            raise CommandError(
                f"GetCallerIdentity failed: {error}; check the credentials and the network, then "
                "try again"
            ) from error

    def cloudformation(self, region: str) -> Any:
        return self._create("cloudformation", region, _CLOUDFORMATION)

    def identity(self, region: str) -> Any:
        return self._create("chime-sdk-identity", region, _IDENTITY)

    def dynamodb(self, region: str) -> Any:
        return self._create("dynamodb", region, _POLICY)

    def stepfunctions(self, region: str) -> Any:
        return self._create("stepfunctions", region, _POLICY)

    def sqs(self, region: str) -> Any:
        return self._create("sqs", region, _POLICY)

    def _create(self, service: str, region: str, config: Config) -> Any:
        try:
            return self._session.client(service, region_name=region, config=config)
        except (BotoCoreError, ValueError) as error:
            raise CommandError(
                f"cannot create a client for {service} in {region!r}: {error}; correct --region"
            ) from error
