"""Rejected requests and their messages."""

import json
import ssl
import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws.certificates import Certificates
from localaws.chime import ChimeIdentity, ChimeServer

PUT = "PutAppInstanceUserExpirationSettings"


def error_of(error: pytest.ExceptionInfo[ClientError]) -> tuple[int, str, str]:
    response: Any = error.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return status, response["Error"]["Code"], response["Error"]["Message"]


def settings(days: Any, criterion: Any = "CREATED_TIMESTAMP") -> dict[str, Any]:
    return {"ExpirationDays": days, "ExpirationCriterion": criterion}


@pytest.mark.parametrize(
    ("expiration", "message"),
    [
        (settings(6000), "expirationDays.* less than or equal to 5475"),
        (settings(0), "expirationDays.* greater than or equal to 1"),
        (settings(-1), "expirationDays.* greater than or equal to 1"),
        (settings("30"), "expirationDays.* of type integer"),
        (settings(30.5), "expirationDays.* of type integer"),
        (settings(True), "expirationDays.* of type integer"),
        (settings(30, "UPDATED_TIMESTAMP"), r"enum value set: \[CREATED_TIMESTAMP\]"),
        ({"ExpirationDays": 30}, "expirationCriterion.* must not be null"),
        ({"ExpirationCriterion": "CREATED_TIMESTAMP"}, "expirationDays.* must not be null"),
    ],
)
def test_settings_that_the_model_does_not_allow_are_rejected(
    client_for: Any, chime: ChimeIdentity, user: str, expiration: Any, message: str
) -> None:
    # GIVEN a client without validation
    client = client_for(parameter_validation=False)

    # WHEN
    with pytest.raises(ClientError, match=message) as caught:
        client.put_app_instance_user_expiration_settings(
            AppInstanceUserArn=user, ExpirationSettings=expiration
        )

    # THEN they are a bad request, and nothing is set
    assert error_of(caught)[:2] == (400, "BadRequestException")
    assert chime.expiration_days(user) is None
    assert [call.error for call in chime.calls] == ["BadRequestException"]


@pytest.mark.parametrize(
    "arn", ["guest-42", "arn:aws:chime:us-east-1:111122223333:", "ARN:aws:chime:us-east-1:1:x/y"]
)
def test_an_arn_that_does_not_match_the_pattern_is_rejected(client: Any, arn: str) -> None:
    # WHEN
    with pytest.raises(ClientError, match="regular expression pattern") as caught:
        client.describe_app_instance_user(AppInstanceUserArn=arn)

    # THEN
    assert error_of(caught)[:2] == (400, "BadRequestException")


@pytest.mark.parametrize(
    ("kind", "with_header", "expected"),
    [
        ("Forbidden", True, (403, "ForbiddenException")),
        ("Forbidden", False, (403, "Forbidden")),
        ("NotFound", True, (404, "NotFoundException")),
        ("NotFound", False, (404, "NotFound")),
    ],
)
@pytest.mark.parametrize("operation", ["put", "describe", "delete"])
def test_a_user_that_does_not_exist_gets_the_chosen_error(
    client: Any,
    chime: ChimeIdentity,
    app_instance: str,
    kind: Any,
    with_header: bool,
    expected: tuple[int, str],
    operation: str,
) -> None:
    # GIVEN one of the reported errors
    chime.unknown_user_answers = kind
    chime.error_header = with_header
    call = {
        "put": client.put_app_instance_user_expiration_settings,
        "describe": client.describe_app_instance_user,
        "delete": client.delete_app_instance_user,
    }[operation]

    # WHEN
    with pytest.raises(ClientError) as caught:
        call(AppInstanceUserArn=f"{app_instance}/user/unknown")

    # THEN
    status, code, message = error_of(caught)
    assert (status, code) == expected
    if kind == "Forbidden":
        assert message == ("An invalid app instance user ARN was supplied for the input parameter.")


def test_a_user_of_another_region_is_not_found(client_for: Any, chime: ChimeIdentity) -> None:
    # GIVEN a user in Frankfurt
    user = chime.create_user(chime.create_app_instance(region="eu-central-1"), "guest")

    # WHEN Virginia is called / THEN the user is not found
    with pytest.raises(ClientError, match="invalid app instance user ARN"):
        client_for("us-east-1").describe_app_instance_user(AppInstanceUserArn=user)

    # WHEN Frankfurt is called / THEN the user is found
    assert client_for("eu-central-1").describe_app_instance_user(AppInstanceUserArn=user)


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "expected"),
    [
        ("GET", "/meetings", None, {}, (404, "UnknownOperation")),
        ("PUT", "/app-instances", b"{}", {}, (404, "UnknownOperation")),
        ("GET", "/app-instances", None, {}, (403, "MissingAuthenticationToken")),
        ("GET", "/app-instances?max-results=51", None, {"signed": "yes"}, (400, "BadRequest")),
        ("GET", "/app-instances?max-results=x", None, {"signed": "yes"}, (400, "BadRequest")),
        ("GET", "/app-instances?next-token=x", None, {"signed": "yes"}, (400, "BadRequest")),
        ("POST", "/app-instances", b"{", {"signed": "yes"}, (400, "BadRequest")),
        ("POST", "/app-instances", b"[]", {"signed": "yes"}, (400, "BadRequest")),
        ("POST", "/app-instances", b'{"Name": {}}', {"signed": "yes"}, (400, "BadRequest")),
        ("POST", "/app-instances", b"{}", {"signed": "yes"}, (400, "BadRequest")),
        # An ARN with plain slashes is another path, not that of the operation.
        ("GET", "/app-instance-users/arn:a:b:c:d:e/user/f", None, {}, (404, "UnknownOperation")),
    ],
)
def test_a_request_that_no_client_sends_is_rejected(
    server: ChimeServer,
    certificates: Certificates,
    method: str,
    path: str,
    body: bytes | None,
    headers: dict[str, str],
    expected: tuple[int, str],
) -> None:
    # GIVEN
    request = urllib.request.Request(server.url + path, data=body, method=method)
    if headers:
        scope = "Credential=AKIA/20260101/us-east-1/chime/aws4_request"
        request.add_header("Authorization", f"AWS4-HMAC-SHA256 {scope}, Signature=none")

    # WHEN
    trust = ssl.create_default_context(cafile=str(certificates.authority))
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, context=trust)

    # THEN
    with caught.value as response:
        content = json.loads(response.read())
    assert (response.status, content["Code"]) == expected
    assert content["Message"]
