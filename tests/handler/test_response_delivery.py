"""The response to CloudFormation is sent until it is accepted, or the time is over."""

import logging
from collections.abc import Iterator

import pytest

from chime_expiration_handler.service.response_delivery import deliver
from fakes.function import FunctionTime
from localaws.certificates import Certificates
from localaws.standins.response_bucket import ResponseBucket

RESPONSE = {"Status": "SUCCESS", "PhysicalResourceId": "arn:aws:chime:…/user/guest"}


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch, certificates: Certificates) -> Iterator[ResponseBucket]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    with ResponseBucket(certificates) as bucket:
        yield bucket


@pytest.fixture
def time(caplog: pytest.LogCaptureFixture) -> FunctionTime:
    caplog.set_level(logging.INFO, "chime_expiration")
    return FunctionTime()


def send(url: str, time: FunctionTime) -> None:
    deliver(url, RESPONSE, time.remaining, time.sleep)


def log_levels(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.levelname for record in caplog.records]


def test_an_accepted_response_is_sent_once(
    bucket: ResponseBucket, time: FunctionTime, caplog: pytest.LogCaptureFixture
) -> None:
    # WHEN
    send(bucket.url, time)

    # THEN
    assert bucket.received == [RESPONSE]
    assert time.elapsed == 0
    assert log_levels(caplog) == ["INFO"]


def test_the_content_type_is_the_one_that_the_url_is_signed_for(
    bucket: ResponseBucket, time: FunctionTime
) -> None:
    # WHEN
    send(bucket.url, time)

    # THEN
    [headers] = bucket.headers
    assert {name.lower(): value for name, value in headers.items()}["content-type"] == ""


@pytest.mark.parametrize(
    ("refusal", "outcome"),
    [
        (403, "HTTP status 403"),
        (500, "HTTP status 500"),
        (503, "HTTP status 503"),
        (302, "HTTP status 302"),
        (None, "RemoteDisconnected"),
    ],
)
def test_a_refused_response_is_sent_again(
    bucket: ResponseBucket,
    time: FunctionTime,
    caplog: pytest.LogCaptureFixture,
    refusal: int | None,
    outcome: str,
) -> None:
    # GIVEN
    bucket.refusals = [refusal, refusal]

    # WHEN
    send(bucket.url, time)

    # THEN
    assert bucket.received == [RESPONSE]
    assert log_levels(caplog) == ["WARNING", "WARNING", "INFO"]
    assert outcome in caplog.text
    assert time.elapsed > 0


def test_a_response_that_cannot_be_delivered_is_given_up_when_the_time_is_over(
    time: FunctionTime, caplog: pytest.LogCaptureFixture
) -> None:
    # GIVEN a port on which nobody listens
    time.limit = 60

    # WHEN
    send("https://localhost:1/response?X-Amz-Signature=secret", time)

    # THEN
    assert 40 < time.elapsed <= 60
    assert log_levels(caplog)[-1] == "ERROR"
    last = str(caplog.records[-1].msg)
    assert "not delivered to CloudFormation: ConnectionRefusedError" in last
    assert RESPONSE["PhysicalResourceId"] in last


@pytest.mark.parametrize("refusals", [[403, 500, None], [403] * 100])
def test_the_log_contains_nothing_of_the_url(
    bucket: ResponseBucket,
    time: FunctionTime,
    caplog: pytest.LogCaptureFixture,
    refusals: list[int | None],
) -> None:
    # GIVEN
    bucket.refusals = list(refusals)
    time.limit = 20

    # WHEN
    send(bucket.url, time)

    # THEN
    assert "X-Amz" not in caplog.text
    assert "secret" not in caplog.text
    assert "/response" not in caplog.text


def test_the_log_contains_nothing_of_a_url_that_cannot_be_sent(
    time: FunctionTime, caplog: pytest.LogCaptureFixture
) -> None:
    # GIVEN
    time.limit = 5

    # WHEN
    send("https://localhost:1/a response?X-Amz-Signature=secret", time)

    # THEN
    assert "InvalidURL" in caplog.text
    assert "secret" not in caplog.text
