"""Scripted faults, as boto3 meets them."""

import ssl
import threading
import urllib.request
from typing import Any
from urllib.parse import quote

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    HTTPClientError,
    ReadTimeoutError,
)

from localaws.certificates import Certificates
from localaws.chime import ChimeIdentity, ChimeServer, Fault

PUT = "PutAppInstanceUserExpirationSettings"


def put(client: Any, user: str, days: int = 30) -> Any:
    return client.put_app_instance_user_expiration_settings(
        AppInstanceUserArn=user,
        ExpirationSettings={"ExpirationDays": days, "ExpirationCriterion": "CREATED_TIMESTAMP"},
    )


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        ("ThrottledClientException", 429, "ThrottledClientException"),
        ("Throttled", 429, "ThrottledClientException"),
        ("ConflictException", 409, "ConflictException"),
        ("ServiceFailureException", 500, "ServiceFailureException"),
        ("ServiceUnavailable", 503, "ServiceUnavailableException"),
        ("AccessDenied", 403, "AccessDeniedException"),
        (None, 500, "ServiceFailureException"),
    ],
)
def test_an_error_is_answered_as_often_as_scripted(
    client: Any, chime: ChimeIdentity, user: str, error: str | None, status: int, code: str
) -> None:
    # Given an error for two calls
    chime.faults.add(Fault(PUT, error=error, times=2))

    # When two are made, then both fail without effect
    for _ in range(2):
        with pytest.raises(ClientError) as caught:
            put(client, user)
        assert caught.value.response["Error"]["Code"] == code
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert chime.expiration_days(user) is None

    # When a third is made, then it succeeds
    put(client, user)
    assert chime.expiration_days(user) == 30
    assert chime.faults.pending == []


def test_an_effect_can_come_before_the_error(client: Any, chime: ChimeIdentity, user: str) -> None:
    # Given a service that does the work and then fails
    chime.faults.add(Fault(PUT, effect=True))

    # When it is called
    with pytest.raises(client.exceptions.ServiceFailureException):
        put(client, user)

    # Then the setting is there, and the log knows
    assert chime.expiration_days(user) == 30
    assert [(call.applied, call.succeeded) for call in chime.calls] == [(True, False)]


@pytest.mark.parametrize("effect", [True, False])
def test_a_connection_can_be_reset_in_the_middle_of_the_answer(
    client: Any, chime: ChimeIdentity, user: str, effect: bool
) -> None:
    # Given a connection that breaks half way
    chime.faults.add(Fault(PUT, effect=effect, then="reset"))

    # When it is called, then the client has no whole answer
    with pytest.raises((ConnectionClosedError, HTTPClientError)):
        put(client, user)

    # Then the effect is there or not, as scripted
    assert chime.expiration_days(user) == (30 if effect else None)
    assert [call.delivery for call in chime.calls] == ["reset"]

    # When it is called again, then all is well
    put(client, user, days=60)
    assert chime.expiration_days(user) == 60


@pytest.mark.parametrize("effect", [True, False])
def test_an_answer_can_never_come(
    client_for: Any, chime: ChimeIdentity, user: str, effect: bool
) -> None:
    # Given a service that says nothing, and a client without patience
    chime.faults.add(Fault(PUT, effect=effect, then="silence"))
    client = client_for(read_timeout=0.2)

    # When it is called, then the client gives up
    with pytest.raises(ReadTimeoutError):
        put(client, user)

    # Then the effect is there or not, as scripted
    assert chime.expiration_days(user) == (30 if effect else None)


def test_stopping_the_server_ends_the_silence(
    chime: ChimeIdentity, certificates: Certificates, user: str
) -> None:
    # Given a caller that waits for an answer that does not come
    chime.faults.add(Fault(PUT, then="silence"))
    server = ChimeServer(
        chime, certificate=certificates.certificate, private_key=certificates.private_key
    )
    server.start()
    failures: list[Exception] = []

    def wait_for_it() -> None:
        path = f"/app-instance-users/{quote(user, safe='')}/expiration-settings"
        request = urllib.request.Request(server.url + path, b"{}", method="PUT")
        scope = "Credential=AKIA/20260101/us-east-1/chime/aws4_request"
        request.add_header("Authorization", scope)
        trust = ssl.create_default_context(cafile=str(certificates.authority))
        try:
            urllib.request.urlopen(request, context=trust)
        except OSError as error:
            failures.append(error)

    waiting = threading.Thread(target=wait_for_it)
    waiting.start()
    while not chime.calls.all():
        waiting.join(0.01)

    # When the server stops
    server.stop()

    # Then the wait is over
    waiting.join()
    assert len(failures) == 1


def test_a_fault_can_be_for_some_calls_only(
    client: Any, chime: ChimeIdentity, app_instance: str, user: str
) -> None:
    # Given a fault for one user, for ever
    other = chime.create_user(app_instance, "other")
    chime.faults.add(
        Fault(times=None, when=lambda _, parameters: parameters["AppInstanceUserArn"] == other)
    )

    # When both are called for, then only that one fails
    put(client, user)
    for _ in range(3):
        with pytest.raises(ClientError):
            put(client, other)

    # When the faults are cleared, then it does not
    chime.faults.clear()
    put(client, other)


def test_a_fault_nobody_could_mean_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="no such operation: PutUser"):
        Fault("PutUser")
    with pytest.raises(ValueError, match="no such error: Teapot"):
        Fault(error="Teapot")
