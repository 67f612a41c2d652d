from typing import Any

import boto3
import pytest
from botocore.config import Config

from fakes.function import Function
from fakes.stopped_clock import StoppedClock
from localaws.certificates import Certificates
from localaws.chime import ChimeIdentity, ChimeServer


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
                config=Config(retries={"total_max_attempts": 1}, read_timeout=0.3),
            )
        return clients[region]

    return Function(client, chime)
