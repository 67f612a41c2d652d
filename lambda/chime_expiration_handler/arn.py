"""The ARN of an AppInstanceUser."""

import re
from dataclasses import dataclass
from typing import Self

from chime_expiration_handler.limits import IDENTITY_PARTITION, IDENTITY_REGIONS

EXPECTED_SHAPE = "arn:aws:chime:REGION:ACCOUNT:app-instance/APP_INSTANCE_ID/user/USER_ID"

_ID = re.compile(r"[A-Za-z0-9]([A-Za-z0-9:\-_.@]{0,62}[A-Za-z0-9])?")
_ACCOUNT = re.compile(r"[0-9]{12}")


@dataclass(frozen=True, slots=True)
class AppInstanceUserArn:
    """One AppInstanceUser, taken apart.

    The user id may hold colons, ``@`` and dots (Cognito identity ids do), so the ARN is split from
    the left only. The rule is the ``AppInstanceUserId`` pattern of the service model.
    """

    region: str
    account: str
    app_instance_id: str
    user_id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take ``text`` apart; raise ValueError with the value, what is allowed and the fix."""
        parts = text.split(":", 5)
        if len(parts) != 6 or parts[0] != "arn" or parts[2] != "chime":
            raise ValueError(_refusal(text, "is not the ARN of an AppInstanceUser"))
        _, partition, _, region, account, resource = parts
        kind, *ids = resource.split("/")
        if kind != "app-instance":
            raise ValueError(_refusal(text, "is not the ARN of an AppInstanceUser"))
        match ids:
            case [app_instance_id, "user", user_id]:
                pass
            case [_]:
                raise ValueError(
                    _refusal(text, "names an AppInstance, not one of its users: append /user/ID")
                )
            case [_, other, *_] if other != "user":
                raise ValueError(_refusal(text, f"names a {other}, not an AppInstanceUser"))
            case _:
                raise ValueError(_refusal(text, "is not the ARN of an AppInstanceUser"))
        if partition != IDENTITY_PARTITION or region not in IDENTITY_REGIONS:
            place = region if partition == IDENTITY_PARTITION else f"partition {partition}"
            raise ValueError(
                f"{text!r} is in {place or 'no region'}: Chime SDK Identity exists only in "
                f"{' and '.join(IDENTITY_REGIONS)}; use the ARN that CreateAppInstanceUser returned"
            )
        if not _ACCOUNT.fullmatch(account):
            raise ValueError(_refusal(text, f"has {account!r} where 12 digits of an account stand"))
        if not _ID.fullmatch(app_instance_id):
            raise ValueError(_refusal(text, f"has the app instance id {app_instance_id!r}"))
        if not _ID.fullmatch(user_id):
            raise ValueError(
                _refusal(
                    text,
                    f"has the user id {user_id!r}; it takes 1-64 of A-Z a-z 0-9 : - _ . @, "
                    "a letter or digit at both ends",
                )
            )
        return cls(region, account, app_instance_id, user_id)

    @property
    def app_instance_arn(self) -> str:
        """The ARN of the AppInstance that the user belongs to."""
        return (
            f"arn:{IDENTITY_PARTITION}:chime:{self.region}:{self.account}"
            f":app-instance/{self.app_instance_id}"
        )

    def __str__(self) -> str:
        return f"{self.app_instance_arn}/user/{self.user_id}"


def _refusal(text: str, what: str) -> str:
    return f"{text!r} {what}; expected {EXPECTED_SHAPE}"
