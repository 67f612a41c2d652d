import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from localaws.certificates import Certificates, write_certificates
from localaws.chime import ChimeIdentity, ChimeServer

ROOT = Path(__file__).parents[1]

_LONGEST_FIRST = ("deploys", "slow")

# Without an activated environment, jsii would take whatever Node.js the machine has, or none.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

# Shells start background jobs with SIGINT ignored, and children inherit that: those that a test
# interrupts would go on for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest files first: in the end, no worker waits for another one's long file."""
    marks: dict[Path, set[str]] = {}
    for item in items:
        marks.setdefault(item.path, set()).update(mark.name for mark in item.iter_markers())
    items.sort(key=lambda item: [name not in marks[item.path] for name in _LONGEST_FIRST])


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return write_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def chime() -> ChimeIdentity:
    return ChimeIdentity(account="111122223333")


@pytest.fixture
def chime_server(chime: ChimeIdentity, certificates: Certificates) -> Iterator[ChimeServer]:
    server = ChimeServer(
        chime, certificate=certificates.certificate, private_key=certificates.private_key
    )
    with server:
        yield server


@pytest.fixture
def app_instance(chime: ChimeIdentity) -> str:
    return chime.create_app_instance()


@pytest.fixture
def user(chime: ChimeIdentity, app_instance: str) -> str:
    """A user that has been there for ten days."""
    arn = chime.create_user(app_instance, "us-east-1:guest@42")
    chime.clock.advance(days=10)
    return arn


@pytest.fixture
def other_user(chime: ChimeIdentity, app_instance: str) -> str:
    return chime.create_user(app_instance, "other")
