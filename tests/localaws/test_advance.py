"""``python -m localaws advance``, which lets time pass in a running local AWS."""

from datetime import timedelta

import pytest

from localaws.__main__ import main
from localaws.advance import AdvanceError, advance
from localaws.certificates import Certificates
from localaws.chime import ChimeIdentity, ChimeServer

ENDPOINT = "AWS_ENDPOINT_URL_CHIME_SDK_IDENTITY"
AUTHORITY = "AWS_CA_BUNDLE"


@pytest.fixture
def environment(server: ChimeServer, certificates: Certificates) -> dict[str, str]:
    """The exports of a local AWS."""
    return {ENDPOINT: server.url, AUTHORITY: str(certificates.authority)}


@pytest.fixture
def shell(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in environment.items():
        monkeypatch.setenv(name, text)


@pytest.mark.usefixtures("shell")
def test_expired_users_are_deleted_and_printed(
    chime: ChimeIdentity, app_instance: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN
    user = chime.create_user(app_instance, "guest", expiration_days=1)

    # WHEN
    status = main(["advance", "1", "day"])

    # THEN
    assert status == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 day later: 1 user has expired and is deleted",
        user,
    ]
    assert chime.user(user) is None


@pytest.mark.parametrize(("time", "seconds"), [(timedelta(0), "0.0"), (timedelta(-1), "-86400.0")])
def test_time_passes_forward_only(
    environment: dict[str, str], time: timedelta, seconds: str
) -> None:
    with pytest.raises(AdvanceError, match=f"seconds is {seconds}: use a number over 0"):
        advance(time, environment)


@pytest.mark.parametrize("number", ["0", "5476", "-1", "1.5", "many"])
def test_a_number_out_of_range_is_refused(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    # WHEN
    with pytest.raises(SystemExit):
        main(["advance", number, "days"])

    # THEN
    assert f"'{number}' is not a whole number from 1 to 5475" in capsys.readouterr().err


def test_without_the_exports_the_message_says_what_to_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN
    monkeypatch.delenv(ENDPOINT, raising=False)

    # WHEN / THEN
    assert main(["advance", "31", "days"]) == 1
    assert "run the first line that `make local` printed" in capsys.readouterr().err


def test_without_a_running_local_aws_the_message_says_how_to_start_one(
    environment: dict[str, str],
) -> None:
    # GIVEN the endpoint of a local AWS that has ended; nothing listens on port 1
    environment[ENDPOINT] = "https://localhost:1"

    # WHEN / THEN
    with pytest.raises(AdvanceError, match="start one with `make local`"):
        advance(timedelta(days=1), environment)
