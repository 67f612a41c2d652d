"""The demo reports a difference."""

from typing import Any, cast

import boto3
import pytest

from localaws import LocalAws
from localaws.cdk_cli import CdkCli
from localaws.certificates import Certificates
from localaws.chime import ChimeIdentity, ChimeServer
from localaws.demo.steps import STEPS
from localaws.demo.walkthrough import Walkthrough


class CdkCliWithoutEffect:
    """Deploys nothing, and reports success."""

    def __init__(self) -> None:
        self.commands: list[tuple[str, ...]] = []

    def run(self, *arguments: str, **_: Any) -> str:
        self.commands.append(arguments)
        return ""


class ChimeOnly:
    """A local AWS in which only Chime SDK Identity runs."""

    def __init__(self, chime: ChimeIdentity, client: Any) -> None:
        self.chime = chime
        self._client = client

    def client(self, _: str) -> Any:
        return self._client


@pytest.fixture
def local_aws(
    chime: ChimeIdentity, chime_server: ChimeServer, certificates: Certificates
) -> LocalAws:
    client = boto3.client(
        "chime-sdk-identity",
        region_name="us-east-1",
        endpoint_url=chime_server.url,
        verify=str(certificates.authority),
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    return cast("LocalAws", ChimeOnly(chime, client))


def test_the_demo_stops_at_the_first_difference(
    local_aws: LocalAws, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN
    cdk = CdkCliWithoutEffect()

    # WHEN
    succeeded = Walkthrough(local_aws, cast("CdkCli", cdk)).run()

    # THEN
    assert not succeeded
    assert len(cdk.commands) == 1 < len(STEPS)
    assert "✗ differs" in capsys.readouterr().out
