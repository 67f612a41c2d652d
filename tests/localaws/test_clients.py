"""Clients of the local AWS ignore the configuration of the developer."""

from pathlib import Path

import pytest

from localaws.certificates import Certificates
from localaws.chime import ChimeIdentity, ChimeServer
from localaws.clients import Clients


def test_a_client_does_not_read_the_developers_configuration(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    server: ChimeServer,
    chime: ChimeIdentity,
    certificates: Certificates,
) -> None:
    # GIVEN variables of a developer
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://localhost:1")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("HTTPS_PROXY", "http://localhost:1")

    # WHEN / THEN the client calls the local AWS with its credentials
    clients = Clients(
        endpoint=server.url,
        endpoints={},
        authority=certificates.authority,
        access_key="AKIACALLER",
        secret_key="secret",
        region="us-east-1",
    )
    client = clients.make("chime-sdk-identity")
    assert client.list_app_instances()["AppInstances"] == []
    assert [call.access_key for call in chime.calls] == ["AKIACALLER"]
    client.close()
