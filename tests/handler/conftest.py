import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.config import Config

from chime_expiration_handler.service import identity_client
from fakes.function import Function
from fakes.stopped_clock import StoppedClock
from localaws.certificates import Certificates
from localaws.chime import ChimeIdentity, ChimeServer
from localaws.standins.response_bucket import ResponseBucket

HANDLER_MODULE = "chime_expiration_handler.user.handler"


@pytest.fixture
def chime() -> ChimeIdentity:
    return ChimeIdentity(account="111122223333", clock=StoppedClock())


@pytest.fixture
def function(
    chime: ChimeIdentity, chime_server: ChimeServer, certificates: Certificates
) -> Function:
    clients: dict[str, Any] = {}

    def client(region: str) -> Any:
        if region not in clients:
            clients[region] = boto3.client(
                "chime-sdk-identity",
                region_name=region,
                endpoint_url=chime_server.url,
                verify=str(certificates.authority),
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=Config(retries={"total_max_attempts": 1}, read_timeout=1.5),
            )
        return clients[region]

    return Function(client, chime)


@pytest.fixture
def lambda_function(
    monkeypatch: pytest.MonkeyPatch, chime_server: ChimeServer, certificates: Certificates
) -> Iterator[ModuleType]:
    """The entry point, imported as at a cold start."""
    for name, value in {
        "AWS_REGION": "eu-west-3",
        "AWS_DEFAULT_REGION": "eu-west-3",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CA_BUNDLE": str(certificates.authority),
        "SSL_CERT_FILE": str(certificates.authority),
        "AWS_ENDPOINT_URL_CHIME_SDK_IDENTITY": chime_server.url,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, HANDLER_MODULE, raising=False)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    identity_client.identity_client.cache_clear()
    yield importlib.import_module(HANDLER_MODULE)
    identity_client.identity_client.cache_clear()
    sys.modules.pop(HANDLER_MODULE, None)


@pytest.fixture
def bucket(certificates: Certificates) -> Iterator[ResponseBucket]:
    with ResponseBucket(certificates) as bucket:
        yield bucket
