from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from demo.demo import Demo
from demo.story import STORY


class CliThatForgets:
    """Deploys nothing, and says that all went well."""

    def __init__(self) -> None:
        self.commands: list[tuple[str, ...]] = []

    def run(self, *arguments: str, **_: Any) -> str:
        self.commands.append(arguments)
        return ""


@pytest.fixture
def stage(chime, chime_server, certificates) -> SimpleNamespace:
    client = boto3.client(
        "chime-sdk-identity",
        region_name="us-east-1",
        endpoint_url=chime_server.url,
        verify=str(certificates.authority),
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    return SimpleNamespace(chime=chime, client=lambda _: client)


def test_the_demo_stops_where_the_service_does_not_hold_what_was_declared(stage, capsys):
    # GIVEN
    cdk = CliThatForgets()

    # WHEN
    told_the_truth = Demo(stage, cdk).tell()

    # THEN
    assert not told_the_truth
    assert len(cdk.commands) == 1 < len(STORY)
    assert "✗ differs" in capsys.readouterr().out
