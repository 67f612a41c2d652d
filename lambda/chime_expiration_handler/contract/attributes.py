"""The attributes that ``Fn::GetAtt`` reads from the custom resource."""

from collections.abc import Mapping
from datetime import datetime

from chime_expiration_handler.contract.days import expires_at
from chime_expiration_handler.contract.properties import (
    CRITERION,
    DAYS,
    USER_ARN,
    ExpirationProperties,
)

EXPIRES_AT = "ExpiresAt"

USER_NOT_FOUND = "user-not-found"
"""The value of both timestamps where the user does not exist."""


def attributes(declared: ExpirationProperties, created: datetime | None) -> Mapping[str, str]:
    """All attributes, as strings. ``created`` is None where the user was not found."""
    return {
        USER_ARN: str(declared.user),
        "CreatedTimestamp": _iso(created) if created else USER_NOT_FOUND,
        CRITERION: declared.criterion,
        DAYS: str(declared.days),
        EXPIRES_AT: _iso(expires_at(created, declared.days)) if created else USER_NOT_FOUND,
    }


def _iso(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")
