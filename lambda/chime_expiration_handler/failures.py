"""What went wrong when the Chime SDK Identity API was called, and what that means for the stack."""

from dataclasses import dataclass
from enum import Enum

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
    SSLError,
)
from botocore.parsers import ResponseParserError


class Kind(Enum):
    """The answers that lead to different behaviour."""

    GONE = "gone"
    FORBIDDEN = "forbidden"
    NOT_ALLOWED = "not allowed"
    THROTTLED = "throttled"
    CONFLICT = "conflict"
    SERVICE_FAULT = "service fault"
    UNREACHABLE = "unreachable"
    NO_ANSWER = "no answer"
    REFUSED = "refused"


_NEVER_SENT = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError, SSLError)

_NOT_ALLOWED_CODES = frozenset(
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
    "NotFound": Kind.GONE,
    "Forbidden": Kind.FORBIDDEN,
    "Throttled": Kind.THROTTLED,
    "ThrottledClient": Kind.THROTTLED,
    "Throttling": Kind.THROTTLED,
    "TooManyRequests": Kind.THROTTLED,
    "Conflict": Kind.CONFLICT,
    "ServiceFailure": Kind.SERVICE_FAULT,
    "ServiceUnavailable": Kind.SERVICE_FAULT,
    "InternalFailure": Kind.SERVICE_FAULT,
}
_BY_STATUS = {401: Kind.NOT_ALLOWED, 409: Kind.CONFLICT, 429: Kind.THROTTLED}


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed attempt."""

    kind: Kind
    said: str

    @property
    def may_have_had_effect(self) -> bool:
        """Whether the request can have changed the setting although no success came back."""
        return self.kind in (Kind.SERVICE_FAULT, Kind.NO_ANSWER)


def failure_of(error: Exception) -> Failure | None:
    """What ``error`` means, or None where it says nothing about the service (a bug of ours)."""
    if isinstance(error, ClientError):
        return _answered(error)
    if isinstance(error, _NEVER_SENT):
        return Failure(Kind.UNREACHABLE, _plain(error))
    if isinstance(error, HTTPClientError):
        return Failure(Kind.NO_ANSWER, _plain(error))
    if isinstance(error, BotoCoreError):
        return Failure(Kind.REFUSED, _plain(error))
    if isinstance(error, ResponseParserError | OSError):
        # A connection that breaks in the middle of the answer can surface as either.
        return Failure(Kind.NO_ANSWER, _plain(error))
    return None


def _answered(error: ClientError) -> Failure:
    details = error.response.get("Error", {})
    code = str(details.get("Code", ""))
    message = str(details.get("Message") or "")
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    # With the x-amzn-ErrorType header botocore says ForbiddenException, without it Forbidden.
    short = code.removesuffix("Exception")
    kind = _BY_CODE.get(short) or _BY_STATUS.get(status)
    if short in _NOT_ALLOWED_CODES or (kind is Kind.FORBIDDEN and "authoriz" in message.lower()):
        kind = Kind.NOT_ALLOWED
    elif kind is None:
        kind = Kind.SERVICE_FAULT if status >= 500 else Kind.REFUSED
    return Failure(kind, f"{code}: {message}" if message else code)


def _plain(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
