"""Scripted faults, as a boto3 client sees them."""

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
def test_an_error_is_returned_as_often_as_scripted(
    client: Any, chime: ChimeIdentity, user: str, error: str | None, status: int, code: str
) -> None:
    # GIVEN an error for two calls
    chime.faults.add(Fault(PUT, error=error, times=2))

    # WHEN two calls are made / THEN both fail without an effect
    for _ in range(2):
        with pytest.raises(ClientError) as caught:
            put(client, user)
        assert caught.value.response["Error"]["Code"] == code
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert chime.expiration_days(user) is None

    # WHEN a third call is made / THEN it succeeds
    put(client, user)
    assert chime.expiration_days(user) == 30
    assert chime.faults.pending == []


def test_an_effect_can_come_before_the_error(client: Any, chime: ChimeIdentity, user: str) -> None:
    # GIVEN
    chime.faults.add(Fault(PUT, effect=True))

    # WHEN it is called
    with pytest.raises(client.exceptions.ServiceFailureException):
        put(client, user)

    # THEN the setting is made, and the call is logged as applied
    assert chime.expiration_days(user) == 30
    assert [(call.applied, call.succeeded) for call in chime.calls] == [(True, False)]


@pytest.mark.parametrize("effect", [True, False])
def test_a_connection_can_be_reset_in_the_middle_of_the_response(
    client: Any, chime: ChimeIdentity, user: str, effect: bool
) -> None:
    # GIVEN
    chime.faults.add(Fault(PUT, effect=effect, then="reset"))

    # WHEN / THEN the client has no complete response
    with pytest.raises((ConnectionClosedError, HTTPClientError)):
        put(client, user)

    # THEN the call has an effect or not, as scripted
    assert chime.expiration_days(user) == (30 if effect else None)
    assert [call.delivery for call in chime.calls] == ["reset"]

    # WHEN it is called again / THEN it succeeds
    put(client, user, days=60)
    assert chime.expiration_days(user) == 60


@pytest.mark.parametrize("effect", [True, False])
def test_a_response_can_be_missing(
    client_for: Any, chime: ChimeIdentity, user: str, effect: bool
) -> None:
    # GIVEN a service that does not respond, and a client with a short timeout
    chime.faults.add(Fault(PUT, effect=effect, then="silence"))
    client = client_for(read_timeout=0.2)

    # WHEN / THEN
    with pytest.raises(ReadTimeoutError):
        put(client, user)

    # THEN the call has an effect or not, as scripted
    assert chime.expiration_days(user) == (30 if effect else None)


def test_stopping_the_server_ends_calls_without_a_response(
    chime: ChimeIdentity, certificates: Certificates, user: str
) -> None:
    # GIVEN a caller that waits for a missing response
    chime.faults.add(Fault(PUT, then="silence"))
    server = ChimeServer(
        chime, certificate=certificates.certificate, private_key=certificates.private_key
    )
    server.start()
    failures: list[Exception] = []

    def wait_for_response() -> None:
        path = f"/app-instance-users/{quote(user, safe='')}/expiration-settings"
        request = urllib.request.Request(server.url + path, b"{}", method="PUT")
        scope = "Credential=AKIA/20260101/us-east-1/chime/aws4_request"
        request.add_header("Authorization", scope)
        trust = ssl.create_default_context(cafile=str(certificates.authority))
        try:
            urllib.request.urlopen(request, context=trust)
        except OSError as error:
            failures.append(error)

    waiting = threading.Thread(target=wait_for_response)
    waiting.start()
    while not chime.calls.all():
        waiting.join(0.01)

    # WHEN the server stops
    server.stop()

    # THEN the caller gets an error
    waiting.join()
    assert len(failures) == 1


def test_a_fault_can_be_for_some_calls_only(
    client: Any, chime: ChimeIdentity, app_instance: str, user: str
) -> None:
    # GIVEN a fault for all calls about one user
    other = chime.create_user(app_instance, "other")
    chime.faults.add(
        Fault(times=None, when=lambda _, parameters: parameters["AppInstanceUserArn"] == other)
    )

    # WHEN both users are set / THEN only that one fails
    put(client, user)
    for _ in range(3):
        with pytest.raises(ClientError):
            put(client, other)

    # WHEN the faults are cleared / THEN it succeeds
    chime.faults.clear()
    put(client, other)


def test_a_fault_with_an_unknown_operation_or_error_is_rejected() -> None:
    with pytest.raises(ValueError, match="no such operation: PutUser"):
        Fault("PutUser")
    with pytest.raises(ValueError, match="no such error: Teapot"):
        Fault(error="Teapot")
