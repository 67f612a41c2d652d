"""A response that is not the one that the API documents is a failure that says so.

The client parses real HTTP responses: only the wire is replaced.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import (
    ConnectTimeoutError,
    EndpointConnectionError,
    IncompleteReadError,
    NoCredentialsError,
    ReadTimeoutError,
    ResponseStreamingError,
    SSLError,
)
from botocore.parsers import ResponseParserError

from chime_expiration_handler.contract.physical_id import NOTHING_SET
from chime_expiration_handler.service.failures import FailureKind, classify
from fakes.cloudformation_events import create, delete, update
from fakes.function import Function
from localaws.chime import ChimeIdentity, Fault

PUT = "PutAppInstanceUserExpirationSettings"
DESCRIBE = "DescribeAppInstanceUser"
HTML = "<html><body>Please log in</body></html>"
URL = "https://identity-chime.us-east-1.amazonaws.com"


class _Body:
    def __init__(self, text: str) -> None:
        self._text = text

    def stream(self) -> Iterator[bytes]:
        yield self._text.encode()


Answer = Callable[[], AWSResponse | None]


def answers(function: Function, operation: str, answer: Answer) -> None:
    """Have ``answer`` respond to an operation in place of the service, unless it is None."""
    events = function.client("us-east-1").meta.events
    events.register(f"before-send.chime-sdk-identity.{operation}", lambda **_: answer())


def ok(body: object) -> AWSResponse:
    text = body if isinstance(body, str) else json.dumps(body)
    return AWSResponse(URL, 200, {"content-type": "text/html"}, _Body(text))


def always(body: object) -> Answer:
    return lambda: ok(body)


def once(answer: Answer) -> Answer:
    left = [answer]
    return lambda: left.pop()() if left else None


def broken_off(chime: ChimeIdentity, user: str, days: int) -> Answer:
    """A request that takes effect before TLS breaks."""

    def answer() -> AWSResponse | None:
        chime.set_expiration(user, days)
        raise SSLError(endpoint_url=URL, error="EOF occurred in violation of protocol")

    return answer


def put_answer(user: str, days: object) -> dict[str, Any]:
    settings = {"ExpirationDays": days, "ExpirationCriterion": "CREATED_TIMESTAMP"}
    return {"AppInstanceUserArn": user, "ExpirationSettings": settings}


def assert_unexpected(reason: str, operation: str, detail: str) -> None:
    assert reason.startswith(f"unexpected response to {operation} for ")
    assert detail in reason
    assert reason.endswith("; check proxies and endpoints, then deploy again")


# A Put.


def test_a_page_of_html_is_no_success_for_a_put(function: Function, user: str) -> None:
    # GIVEN
    answers(function, PUT, always(HTML))

    # WHEN
    response = function.run(create(user, 30))

    # THEN
    assert_unexpected(response.reason, PUT, "the response does not confirm the request")
    assert response.PhysicalResourceId == user
    assert 10 < function.time.elapsed <= 30


def test_a_page_of_html_is_no_success_for_clearing(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))
    answers(function, PUT, always(HTML))

    # WHEN
    response = function.run(delete(user))

    # THEN
    assert_unexpected(response.reason, PUT, "the response does not confirm the request")
    assert chime.expiration_days(user) == 30


def test_a_put_succeeds_after_one_page_of_html(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    answers(function, PUT, once(always(HTML)))

    # WHEN
    response = function.run(create(user, 30))

    # THEN
    assert response.outcome == "set"
    assert chime.expiration_days(user) == 30


@pytest.mark.parametrize("confirmed", [{}, {"AppInstanceUserArn": "another"}, None])
def test_a_response_that_confirms_nothing_is_success_where_the_user_has_the_days(
    function: Function, chime: ChimeIdentity, user: str, confirmed: object
) -> None:
    # GIVEN a service that sets the user and says something else
    def answer() -> AWSResponse:
        chime.set_expiration(user, 30)
        return ok(put_answer(user, 31) if confirmed is None else confirmed)

    answers(function, PUT, answer)

    # WHEN
    response = function.run(create(user, 30))

    # THEN
    assert response.outcome == "set"


@pytest.mark.parametrize("days", [31, 0, "x", "3e1", True])
def test_a_response_with_other_days_is_no_success(
    function: Function, user: str, days: object
) -> None:
    # GIVEN
    answers(function, PUT, lambda: ok(put_answer(user, days)))

    # WHEN
    response = function.run(create(user, 30))

    # THEN
    assert_unexpected(response.reason, PUT, "")
    assert response.PhysicalResourceId == user


def test_a_confirmed_put_describes_the_user_once(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # WHEN
    for event in (create(user, 30), delete(user)):
        function.run(event)

    # THEN
    assert [call.operation for call in chime.calls] == [DESCRIBE, PUT, PUT]


# A Describe.


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (HTML, "the response has no CreatedTimestamp"),
        ({}, "the response has no CreatedTimestamp"),
        ({"AppInstanceUser": None}, "the response has no CreatedTimestamp"),
        ({"AppInstanceUser": {"Name": "guest"}}, "the response has no CreatedTimestamp"),
        (
            {
                "AppInstanceUser": {
                    "CreatedTimestamp": 1,
                    "ExpirationSettings": {"ExpirationDays": 0},
                }
            },
            "ExpirationDays: 0 days cannot be set",
        ),
        (
            {
                "AppInstanceUser": {
                    "CreatedTimestamp": 1,
                    "ExpirationSettings": {"ExpirationCriterion": "CREATED_TIMESTAMP"},
                }
            },
            "ExpirationDays: None days can",
        ),
        ({"AppInstanceUser": {"CreatedTimestamp": "soon"}}, "soon"),
        ({"AppInstanceUser": ["guest"]}, ""),
        ("[]", ""),
    ],
    ids=["HTML", "empty", "null", "no timestamp", "0 days", "no days", "no date", "list", "array"],
)
def test_a_user_that_cannot_be_read_fails_and_nothing_is_set(
    function: Function, chime: ChimeIdentity, user: str, body: object, detail: str
) -> None:
    # GIVEN
    answers(function, DESCRIBE, always(body))

    # WHEN
    response = function.run(create(user, 30))

    # THEN
    assert_unexpected(response.reason, DESCRIBE, detail)
    assert response.PhysicalResourceId == NOTHING_SET
    assert chime.calls.puts() == []


# No response.


def test_a_put_may_have_had_an_effect_when_tls_breaks_after_it(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    answers(function, PUT, broken_off(chime, user, 30))
    function.time.limit = 70

    # WHEN
    response = function.run(create(user, 30))

    # THEN
    assert response.PhysicalResourceId == user
    assert " failed with SSLError: " in response.reason


def test_an_update_succeeds_after_tls_broke_once(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))
    answers(function, PUT, once(broken_off(chime, user, 90)))

    # WHEN
    response = function.run(update(user, 90))

    # THEN
    assert response.outcome == "set"
    assert chime.expiration_days(user) == 90


@pytest.mark.parametrize(
    ("error", "kind", "may_have_had_effect"),
    [
        (SSLError(endpoint_url=URL, error="EOF"), FailureKind.NO_RESPONSE, True),
        (ReadTimeoutError(endpoint_url=URL), FailureKind.NO_RESPONSE, True),
        (ResponseStreamingError(error="reset"), FailureKind.NO_RESPONSE, True),
        (
            IncompleteReadError(actual_bytes=1, expected_bytes=2),
            FailureKind.NO_RESPONSE,
            True,
        ),
        (ConnectionResetError(104, "reset by peer"), FailureKind.NO_RESPONSE, True),
        (ResponseParserError("not JSON"), FailureKind.UNEXPECTED_RESPONSE, True),
        (
            EndpointConnectionError(endpoint_url=URL, error="refused"),
            FailureKind.UNREACHABLE,
            False,
        ),
        (ConnectTimeoutError(endpoint_url=URL), FailureKind.UNREACHABLE, False),
        (NoCredentialsError(), FailureKind.REJECTED, False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_connection_that_breaks_after_the_request_may_have_had_an_effect(
    error: Exception, kind: FailureKind, may_have_had_effect: bool
) -> None:
    # WHEN
    failure = classify(error)

    # THEN
    assert failure is not None
    assert failure.kind is kind
    assert failure.may_have_had_effect is may_have_had_effect


@pytest.mark.parametrize("error", ["ThrottledClientException", "AccessDeniedException"])
def test_a_put_that_cannot_be_confirmed_may_have_had_an_effect(
    function: Function, chime: ChimeIdentity, user: str, error: str
) -> None:
    # GIVEN a service that sets the user, confirms nothing, and does not let the user be read
    def answer() -> AWSResponse:
        chime.set_expiration(user, 30)
        return ok({})

    def is_set(*_: object) -> bool:
        return chime.expiration_days(user) == 30

    answers(function, PUT, answer)
    chime.faults.add(Fault(DESCRIBE, error, times=None, when=is_set))

    # WHEN
    response = function.run(create(user, 30))

    # THEN
    assert response.PhysicalResourceId == user
    assert_unexpected(response.reason, PUT, "not confirmed")


@pytest.mark.parametrize("status", [302, 404, 408])
def test_the_answer_of_a_proxy_says_nothing_about_the_effect(
    function: Function, chime: ChimeIdentity, user: str, status: int
) -> None:
    # GIVEN
    def answer() -> AWSResponse:
        chime.set_expiration(user, 30)
        return AWSResponse(URL, status, {"content-type": "text/html"}, _Body(HTML))

    answers(function, PUT, answer)

    # WHEN
    response = function.run(create(user, 30))

    # THEN
    assert response.PhysicalResourceId == user
    assert_unexpected(response.reason, PUT, str(status))


@pytest.mark.parametrize("created", [253402300799, 1e30, float("inf")])
def test_a_creation_time_that_cannot_be_is_unexpected(
    function: Function, user: str, created: float
) -> None:
    # GIVEN
    body = {"AppInstanceUser": {"AppInstanceUserArn": user, "CreatedTimestamp": created}}
    answers(function, DESCRIBE, always(body))

    # WHEN
    response = function.run(create(user, 30))

    # THEN
    assert_unexpected(response.reason, DESCRIBE, "")
