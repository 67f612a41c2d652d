"""How a call to an AWS API can fail, and which of these failures lead to different behaviour."""

from dataclasses import dataclass
from enum import Enum

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    IncompleteReadError,
    ProxyConnectionError,
    SSLError,
)
from botocore.parsers import ResponseParserError

from chime_expiration_handler.service.user_state import UnexpectedResponseError


class FailureKind(Enum):
    """The failures that lead to different behaviour."""

    NOT_FOUND = "not found"
    FORBIDDEN = "forbidden"
    ACCESS_DENIED = "access denied"
    THROTTLED = "throttled"
    CONFLICT = "conflict"
    SERVICE_FAULT = "service fault"
    UNREACHABLE = "unreachable"
    NO_RESPONSE = "no response"
    UNEXPECTED_RESPONSE = "unexpected response"
    REJECTED = "rejected"


TRANSIENT = frozenset(
    {
        FailureKind.CONFLICT,
        FailureKind.SERVICE_FAULT,
        FailureKind.UNREACHABLE,
        FailureKind.NO_RESPONSE,
        FailureKind.UNEXPECTED_RESPONSE,
    }
)
"""Another attempt can succeed. So can one that is THROTTLED, once all callers wait longer."""

# No connection, so no request.
_NEVER_SENT = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError)

# The connection can break after the service has received the request. The last two are not
# HTTPClientErrors in botocore.
_MAY_HAVE_ARRIVED = (HTTPClientError, SSLError, IncompleteReadError)

_ACCESS_DENIED_CODES = frozenset(
    {
        "AccessDenied",
        "ExpiredToken",
        "InvalidClientTokenId",
        "InvalidSignature",
        "MissingAuthenticationToken",
        "SignatureDoesNotMatch",
        "Unauthorized",
        "UnauthorizedClient",
        "UnrecognizedClient",
    }
)
_BY_CODE = {
    "NotFound": FailureKind.NOT_FOUND,
    "Forbidden": FailureKind.FORBIDDEN,
    "Throttled": FailureKind.THROTTLED,
    "ThrottledClient": FailureKind.THROTTLED,
    "Throttling": FailureKind.THROTTLED,
    "TooManyRequests": FailureKind.THROTTLED,
    # DynamoDB's, which come with status 400.
    "ProvisionedThroughputExceeded": FailureKind.THROTTLED,
    "RequestLimitExceeded": FailureKind.THROTTLED,
    "Conflict": FailureKind.CONFLICT,
    "ServiceFailure": FailureKind.SERVICE_FAULT,
    "ServiceUnavailable": FailureKind.SERVICE_FAULT,
    "InternalFailure": FailureKind.SERVICE_FAULT,
}
_BY_STATUS = {
    401: FailureKind.ACCESS_DENIED,
    409: FailureKind.CONFLICT,
    429: FailureKind.THROTTLED,
}

# The service answers Forbidden for many reasons. What a text means is known from these only; any
# other Forbidden is a failure that quotes the service.
_FORBIDDEN_TEXTS = (
    # A user that does not exist, seen with its ARN in a request: aws/amazon-chime-sdk-js issue 1148
    (
        "an invalid app instance user arn was supplied for the input parameter",
        FailureKind.NOT_FOUND,
    ),
    # "is not authorized to perform: chime:…" (IAM's general text), "AWS authorization failed" and
    # "Not authorized to call Chime SDK …" (reported for this service): the caller may not call.
    ("authoriz", FailureKind.ACCESS_DENIED),
    # "… with an explicit deny in a service control policy" (IAM User Guide, "Troubleshoot access
    # denied error messages").
    ("explicit deny", FailureKind.ACCESS_DENIED),
    # "The security token included in the request is expired" (IAM, common errors).
    ("security token", FailureKind.ACCESS_DENIED),
)


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed attempt; ``detail`` is what the service or the SDK reported."""

    kind: FailureKind
    detail: str

    @property
    def may_have_had_effect(self) -> bool:
        """Whether the request can have changed the setting although no success was returned."""
        return self.kind in (
            FailureKind.SERVICE_FAULT,
            FailureKind.NO_RESPONSE,
            FailureKind.UNEXPECTED_RESPONSE,
        )


def classify(error: Exception) -> Failure | None:
    """What ``error`` means, or None where it is not about the service (a bug of ours)."""
    if isinstance(error, ClientError):
        return _from_response(error)
    if isinstance(error, UnexpectedResponseError):
        return Failure(FailureKind.UNEXPECTED_RESPONSE, str(error))
    if isinstance(error, _NEVER_SENT):
        return Failure(FailureKind.UNREACHABLE, _describe(error))
    if isinstance(error, _MAY_HAVE_ARRIVED):
        return Failure(FailureKind.NO_RESPONSE, _describe(error))
    if isinstance(error, BotoCoreError):
        return Failure(FailureKind.REJECTED, _describe(error))
    if isinstance(error, ResponseParserError):
        # A page of HTML from a proxy, say: it says nothing of whether the service got the request.
        return Failure(FailureKind.UNEXPECTED_RESPONSE, _describe(error))
    if isinstance(error, OSError):
        # A connection that breaks while the response is read.
        return Failure(FailureKind.NO_RESPONSE, _describe(error))
    return None


def _from_response(error: ClientError) -> Failure:
    details = error.response.get("Error", {})
    code = str(details.get("Code", ""))
    message = str(details.get("Message") or "")
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    # botocore reports ForbiddenException where the response has the header x-amzn-ErrorType, and
    # Forbidden where it has not.
    short = code.removesuffix("Exception")
    kind = _BY_CODE.get(short) or _BY_STATUS.get(status)
    if kind is None and short.isdigit() and status < 500:
        # botocore uses the status as the code where the response has no error of the service: it
        # comes from a proxy, and says nothing of whether the service got the request.
        kind = FailureKind.UNEXPECTED_RESPONSE
    if short in _ACCESS_DENIED_CODES:
        kind = FailureKind.ACCESS_DENIED
    elif kind is FailureKind.FORBIDDEN:
        kind = _meaning_of_forbidden(message)
    elif kind is None:
        kind = FailureKind.SERVICE_FAULT if status >= 500 else FailureKind.REJECTED
    return Failure(kind, f"{code}: {message}" if message else code)


def _meaning_of_forbidden(message: str) -> FailureKind:
    text = message.lower()
    for known, kind in _FORBIDDEN_TEXTS:
        if known in text:
            return kind
    return FailureKind.FORBIDDEN


def _describe(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
