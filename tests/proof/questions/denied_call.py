"""The answer to a caller without permission.

For a user that exists and for one that does not: only if both are the same is the error no evidence
that a user is gone.
"""

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from proof.answer import Answer
from proof.place import Place
from proof.questions.calls import SET, create_user, error_of

_SESSION = "proof"
_ACTION = "chime:PutAppInstanceUserExpirationSettings"
_ATTEMPTS = 12
_SECONDS_BETWEEN_ATTEMPTS = 10


def denied_call(place: Place) -> Answer:
    """Return the errors of Put; in the messages, principal, action and resource are in braces."""
    existing = create_user(place, "denied-1")
    missing = f"{place.fixtures.app_instance_arn}/user/nobody"
    credentials = _assume(place)
    chime = place.client("chime-sdk-identity")
    without: Any = boto3.client(
        "chime-sdk-identity",
        region_name=place.run.region,
        endpoint_url=chime.meta.endpoint_url,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        config=Config(retries={"total_max_attempts": 1}),
    )
    return Answer(
        "denied_call",
        {"existing_user": _put(without, place, existing), "no_user": _put(without, place, missing)},
    )


def _put(chime: Any, place: Place, arn: str) -> dict[str, Any] | None:
    error = error_of(
        lambda: chime.put_app_instance_user_expiration_settings(
            AppInstanceUserArn=arn, ExpirationSettings=SET
        )
    )
    if error is not None:
        error["message"] = _template(error["message"], place, arn)
    return error


def _template(message: str, place: Place, arn: str) -> str:
    role = place.fixtures.role_without_permissions_arn
    name = role.rpartition("/")[2]
    principal = f"arn:aws:sts::{place.run.account}:assumed-role/{name}/{_SESSION}"
    for text, name in ((principal, "principal"), (_ACTION, "action"), (arn, "resource")):
        message = message.replace(text, f"{{{name}}}")
    return message


def _assume(place: Place) -> dict[str, str]:
    """Return credentials of the role, which STS may not know at once."""
    sts = place.client("sts")
    for attempt in range(_ATTEMPTS):
        try:
            response = sts.assume_role(
                RoleArn=place.fixtures.role_without_permissions_arn, RoleSessionName=_SESSION
            )
        except ClientError:
            if attempt == _ATTEMPTS - 1:
                raise
            place.wait(_SECONDS_BETWEEN_ATTEMPTS)
        else:
            return dict(response["Credentials"])
    raise AssertionError("not reached")
