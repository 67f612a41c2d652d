"""Tells credentials that AWS does not accept from a permission that is missing."""

from chime_expiration_cli.errors import CommandError
from chime_expiration_handler.service.failures import Failure

_REJECTED = (
    "ExpiredToken",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClient",
    # The SDK renews the credentials of a long run, and this can fail.
    "CredentialRetrievalError",
    "NoCredentialsError",
    "SSOTokenLoadError",
    "TokenRetrievalError",
    "UnauthorizedSSOTokenError",
)
# The only sign of it in a Forbidden of Chime SDK: see ``failures``.
_FORBIDDEN_TEXT = "security token"


def raise_if_rejected(failure: Failure | None, region: str) -> None:
    """Raise CommandError if no other call can succeed either: the credentials have expired, say."""
    if failure is None:
        return
    code, _, text = failure.detail.partition(": ")
    if code.removesuffix("Exception") in _REJECTED or _FORBIDDEN_TEXT in text.lower():
        raise CommandError(
            f"AWS rejects the credentials in {region}: {failure.detail}; sign in again, or enable "
            "the region for the account"
        )
