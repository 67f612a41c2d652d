"""Forbidden is success only with a text that the service is known to use for missing users."""

from collections.abc import Callable

import pytest

from fakes.cloudformation_events import Event, create, delete, update
from fakes.function import Function
from localaws.chime import ChimeIdentity, Fault

PUT = "PutAppInstanceUserExpirationSettings"
DESCRIBE = "DescribeAppInstanceUser"
UNKNOWN_TEXTS = ["The app instance is locked", "Invalid", "invalid app instance user", " "]


@pytest.mark.parametrize("operation", [DESCRIBE, PUT])
@pytest.mark.parametrize("text", UNKNOWN_TEXTS)
@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("event", [create, update])
def test_an_unknown_text_fails_a_create_and_an_update_with_the_text(
    function: Function,
    chime: ChimeIdentity,
    user: str,
    operation: str,
    text: str,
    header: bool,
    event: Callable[..., Event],
) -> None:
    # GIVEN
    chime.error_header = header
    chime.faults.add(Fault(operation, "ForbiddenException", text, times=None))

    # WHEN
    response = function.run(event(user, 90))

    # THEN
    assert response.reason.startswith(f"{operation} for ")
    assert f"Forbidden{'Exception' if header else ''}: {text}" in response.reason
    assert response.reason.endswith(
        "; check that the user exists and that the role allows the action"
    )
    assert function.time.elapsed == 0


@pytest.mark.parametrize("text", UNKNOWN_TEXTS)
def test_an_unknown_text_fails_a_delete_with_the_text(
    function: Function, chime: ChimeIdentity, user: str, text: str
) -> None:
    # GIVEN
    function.run(create(user, 30))
    chime.faults.add(Fault(PUT, "ForbiddenException", text, times=None))

    # WHEN
    response = function.run(delete(user))

    # THEN
    assert f"failed with ForbiddenException: {text}" in response.reason
    assert response.PhysicalResourceId == user
    assert chime.expiration_days(user) == 30


def test_an_unknown_text_of_a_put_means_not_found_where_describe_says_so(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    chime.delete_user(user)
    chime.faults.add(Fault(PUT, "ForbiddenException", "No", times=None))

    # WHEN
    response = function.run(delete(user))

    # THEN
    assert response.outcome == "nothing to clear: user not found"


def test_an_unknown_text_of_a_put_is_the_reason_where_describe_is_denied(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    chime.delete_user(user)
    chime.faults.add(Fault(PUT, "ForbiddenException", "No", times=None))
    chime.faults.add(Fault(DESCRIBE, "AccessDeniedException", times=None))

    # WHEN
    response = function.run(delete(user))

    # THEN
    assert response.reason.startswith(f"{PUT} for ")
    assert "failed with ForbiddenException: No" in response.reason


@pytest.mark.parametrize(
    "text",
    [
        "An invalid app instance user ARN was supplied for the input parameter.",
        "AN INVALID APP INSTANCE USER ARN WAS SUPPLIED FOR THE INPUT PARAMETER",
    ],
)
def test_a_text_for_missing_users_is_success_for_a_delete(
    function: Function, chime: ChimeIdentity, user: str, text: str
) -> None:
    # GIVEN
    chime.faults.add(Fault(PUT, "ForbiddenException", text, times=None))

    # WHEN
    response = function.run(delete(user))

    # THEN
    assert response.outcome == "nothing to clear: user not found"


@pytest.mark.parametrize(
    "text",
    [
        "User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: chime:Put",
        "User r is denied with an explicit deny in a service control policy",
        "The security token included in the request is expired",
        "AWS authorization failed",
    ],
)
def test_a_text_for_denied_calls_is_retried_for_a_minute(
    function: Function, chime: ChimeIdentity, user: str, text: str
) -> None:
    # GIVEN
    chime.faults.add(Fault(PUT, "ForbiddenException", text, times=None))

    # WHEN
    response = function.run(delete(user))

    # THEN
    assert response.reason.startswith(f"access denied: chime:{PUT} on ")
    assert 45 < function.time.elapsed <= 60
