"""The ARNs of an AppInstance and of an AppInstanceUser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from chime_expiration_handler.contract.limits import IDENTITY_PARTITION, IDENTITY_REGIONS

EXPECTED_APP_INSTANCE_SHAPE = "arn:aws:chime:REGION:ACCOUNT:app-instance/APP_INSTANCE_ID"
EXPECTED_SHAPE = f"{EXPECTED_APP_INSTANCE_SHAPE}/user/USER_ID"

_ID = re.compile(r"[A-Za-z0-9]([A-Za-z0-9:\-_.@]{0,62}[A-Za-z0-9])?")
_ACCOUNT = re.compile(r"[0-9]{12}")


@dataclass(frozen=True, slots=True)
class ArnParts:
    """An ARN split into its fields, none of them checked.

    ``resource`` is the last field, split at each ``/``.
    """

    partition: str
    service: str
    region: str
    account: str
    resource: tuple[str, ...]

    @classmethod
    def split(cls, text: str) -> Self | None:
        """The fields of ``text``, or None where it is not an ARN.

        A user id may contain colons, ``@`` and dots (Cognito identity ids do), so only the first
        five colons separate fields.
        """
        fields = text.split(":", 5)
        if len(fields) != 6 or fields[0] != "arn":
            return None
        _, partition, service, region, account, resource = fields
        return cls(partition, service, region, account, tuple(resource.split("/")))


@dataclass(frozen=True, slots=True)
class AppInstanceArn:
    """The ARN of one AppInstance, parsed."""

    region: str
    account: str
    app_instance_id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse ``text``; raise ValueError with the value, what is allowed and the fix."""
        expected = EXPECTED_APP_INSTANCE_SHAPE
        parts = ArnParts.split(text)
        if parts is None or parts.service != "chime" or parts.resource[0] != "app-instance":
            raise ValueError(_refusal(text, "is not the ARN of an AppInstance", expected))
        match parts.resource[1:]:
            case [app_instance_id]:
                _check_place(parts, text, expected, source="CreateAppInstance")
                _check_app_instance_id(app_instance_id, text, expected)
                return cls(parts.region, parts.account, app_instance_id)
            case [app_instance_id, *_]:
                fault = f"names more than an AppInstance: end it after {app_instance_id}"
            case _:
                fault = "is not the ARN of an AppInstance"
        raise ValueError(_refusal(text, fault, expected))

    def user(self, user_id: str) -> AppInstanceUserArn:
        """The ARN of one of its users; raises ValueError for an id that no user can have."""
        return AppInstanceUserArn.parse(f"{self}/user/{user_id}")

    def __str__(self) -> str:
        return (
            f"arn:{IDENTITY_PARTITION}:chime:{self.region}:{self.account}"
            f":app-instance/{self.app_instance_id}"
        )


@dataclass(frozen=True, slots=True)
class AppInstanceUserArn:
    """The ARN of one AppInstanceUser, parsed.

    The rule for both ids is the ``AppInstanceUserId`` pattern of the service model.
    """

    region: str
    account: str
    app_instance_id: str
    user_id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse ``text``; raise ValueError with the value, what is allowed and the fix."""
        parts = ArnParts.split(text)
        if parts is None or parts.service != "chime" or parts.resource[0] != "app-instance":
            raise ValueError(_refusal(text, "is not the ARN of an AppInstanceUser"))
        match parts.resource[1:]:
            case [app_instance_id, "user", user_id]:
                pass
            case [_]:
                raise ValueError(
                    _refusal(text, "names an AppInstance, not one of its users: append /user/ID")
                )
            case [_, other, *_] if other != "user":
                raise ValueError(_refusal(text, f"has resource type {other!r}, not 'user'"))
            case _:
                raise ValueError(_refusal(text, "is not the ARN of an AppInstanceUser"))
        _check_place(parts, text, EXPECTED_SHAPE, source="CreateAppInstanceUser")
        _check_app_instance_id(app_instance_id, text, EXPECTED_SHAPE)
        if not _ID.fullmatch(user_id):
            raise ValueError(
                _refusal(
                    text,
                    f"is wrong: user id {user_id!r} is not 1-64 characters of A-Z a-z 0-9 : - _ . "
                    "@ that begin and end with a letter or digit",
                )
            )
        return cls(parts.region, parts.account, app_instance_id, user_id)

    @property
    def app_instance(self) -> AppInstanceArn:
        """The AppInstance that the user belongs to."""
        return AppInstanceArn(self.region, self.account, self.app_instance_id)

    @property
    def app_instance_arn(self) -> str:
        """The ARN of the AppInstance that the user belongs to."""
        return str(self.app_instance)

    def __str__(self) -> str:
        return f"{self.app_instance_arn}/user/{self.user_id}"


def _check_place(parts: ArnParts, text: str, expected: str, source: str) -> None:
    if parts.partition != IDENTITY_PARTITION or parts.region not in IDENTITY_REGIONS:
        place = f"is in {parts.region}" if parts.region else "has no region"
        if parts.partition != IDENTITY_PARTITION:
            place = f"is in partition {parts.partition}"
        raise ValueError(
            f"{text!r} {place}: Chime SDK Identity exists only in "
            f"{' and '.join(IDENTITY_REGIONS)}; use the ARN that {source} returned"
        )
    if not _ACCOUNT.fullmatch(parts.account):
        fault = f"is wrong: account {parts.account!r} is not 12 digits"
        raise ValueError(_refusal(text, fault, expected))


def _check_app_instance_id(app_instance_id: str, text: str, expected: str) -> None:
    if not _ID.fullmatch(app_instance_id):
        fault = f"is wrong: {app_instance_id!r} is not an AppInstance id"
        raise ValueError(_refusal(text, fault, expected))


def _refusal(text: str, fault: str, expected: str = EXPECTED_SHAPE) -> str:
    return f"{text!r} {fault}; expected {expected}"
