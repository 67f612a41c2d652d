"""A call, and what the service answered: a success, or an error that is the answer."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from proof.place import Place

SET = {"ExpirationDays": 365, "ExpirationCriterion": "CREATED_TIMESTAMP"}
"""Settings that delete no user of a run."""


def client(place: Place) -> Any:
    """Return a client that does not call again: an error can be the answer."""
    return place.client("chime-sdk-identity", retries={"total_max_attempts": 1})


def error_of(call: Callable[[], Any]) -> dict[str, Any] | None:
    """Return the error of a call, with the full name of the exception; None for a success."""
    try:
        call()
    except ClientError as error:
        response: Mapping[str, Any] = error.response
        code = str(response["Error"]["Code"])
        return {
            # Without a header, boto3 takes the short code of the body.
            "error": code if code.endswith("Exception") else f"{code}Exception",
            "http_status": response["ResponseMetadata"]["HTTPStatusCode"],
            "message": str(response["Error"]["Message"]),
        }
    return None


def body_of(chime: Any, operation: str, call: Callable[[], Any]) -> dict[str, Any]:
    """Return the JSON body of the response. boto3 leaves out members that are null."""
    bodies: list[bytes] = []

    def remember(response_dict: Mapping[str, Any], **_: Any) -> None:
        bodies.append(response_dict["body"])

    event = f"before-parse.chime-sdk-identity.{operation}"
    chime.meta.events.register(event, remember)
    try:
        call()
    finally:
        chime.meta.events.unregister(event, remember)
    document: dict[str, Any] = json.loads(bodies[-1])
    return document


def create_user(place: Place, user_id: str, **more: Any) -> str:
    """Create a user of the run and return its ARN."""
    response = place.client("chime-sdk-identity").create_app_instance_user(
        AppInstanceArn=place.fixtures.app_instance_arn,
        AppInstanceUserId=user_id,
        Name=user_id,
        **more,
    )
    return str(response["AppInstanceUserArn"])
