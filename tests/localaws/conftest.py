"""A Chime SDK Identity behind HTTP, and a whole local AWS."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fakes.service_answers import REPORTED
from localaws import LocalAws
from localaws.certificates import Certificates, write_certificates
from localaws.chime import ChimeIdentity, ChimeServer
from localaws.clients import Clients

ClientFactory = Callable[..., Any]


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return write_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def local_aws() -> Iterator[LocalAws]:
    """A local AWS, started in an environment that its functions must not see."""
    local_aws = LocalAws()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_PROFILE", "work")
        patch.setenv("AWS_SESSION_TOKEN", "secret")
        patch.setenv("HTTPS_PROXY", "http://localhost:1")
        local_aws.start()
    yield local_aws
    local_aws.stop()


@pytest.fixture
def chime() -> ChimeIdentity:
    return ChimeIdentity(answers=REPORTED)


@pytest.fixture(scope="session")
def shared_server(certificates: Certificates) -> Iterator[ChimeServer]:
    with ChimeServer(
        ChimeIdentity(),
        certificate=certificates.certificate,
        private_key=certificates.private_key,
    ) as server:
        yield server


@pytest.fixture(scope="session")
def clients(shared_server: ChimeServer, certificates: Certificates) -> Clients:
    return Clients(
        endpoint=shared_server.url,
        endpoints={},
        authority=certificates.authority,
        access_key="AKIACALLER",
        secret_key="secret",
        region="us-east-1",
    )


@pytest.fixture
def server(shared_server: ChimeServer, chime: ChimeIdentity) -> ChimeServer:
    shared_server.chime = chime
    return shared_server


@pytest.fixture
def client_for(server: ChimeServer, clients: Clients) -> Iterator[ClientFactory]:
    """Makes clients for a region; keyword arguments are settings of botocore's ``Config``."""
    assert server.port, "the service of this test must listen"
    made = []

    def make(region: str = "us-east-1", **settings: Any) -> Any:
        defaults = {"retries": {"total_max_attempts": 1}, "read_timeout": 5, **settings}
        made.append(clients.make("chime-sdk-identity", region, **defaults))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(client_for: ClientFactory) -> Any:
    return client_for()


@pytest.fixture
def app_instance(chime: ChimeIdentity) -> str:
    return chime.create_app_instance()


@pytest.fixture
def user(chime: ChimeIdentity, app_instance: str) -> str:
    return chime.create_user(app_instance, "guest-42")
