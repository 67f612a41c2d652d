"""The stored objects: app instances, their users and their admins."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class ExpirationSettings:
    """Delete the user this many days after its creation."""

    expiration_days: int
    expiration_criterion: str = "CREATED_TIMESTAMP"

    @classmethod
    def from_wire(cls, value: dict[str, Any] | None) -> "ExpirationSettings | None":
        """Return the settings of a validated request."""
        if value is None:
            return None
        return cls(value["ExpirationDays"], value["ExpirationCriterion"])

    def to_wire(self) -> dict[str, Any]:
        """Return the settings as responses have them."""
        return {
            "ExpirationDays": self.expiration_days,
            "ExpirationCriterion": self.expiration_criterion,
        }


@dataclass
class AppInstanceUser:
    """One user. ``serial`` is its place in the order of creation."""

    arn: str
    serial: int
    name: str
    created: datetime
    updated: datetime
    metadata: str | None = None
    expiration: ExpirationSettings | None = None

    @property
    def expires_at(self) -> datetime | None:
        """Return when the user expires, counted from its creation."""
        if self.expiration is None:
            return None
        return self.created + timedelta(days=self.expiration.expiration_days)


@dataclass
class AppInstanceAdmin:
    """A user that is an admin. ``serial`` is its place in the order of promotion."""

    user: AppInstanceUser
    serial: int


@dataclass
class AppInstance:
    """One app instance, with its users and admins by ARN in the order of their creation."""

    arn: str
    serial: int
    name: str
    created: datetime
    updated: datetime
    metadata: str | None = None
    users: dict[str, AppInstanceUser] = field(default_factory=dict)
    admins: dict[str, AppInstanceAdmin] = field(default_factory=dict)
