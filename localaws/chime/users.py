"""What the service keeps: app instances and their users."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class ExpirationSettings:
    """Delete the user so many days after its creation."""

    expiration_days: int
    expiration_criterion: str = "CREATED_TIMESTAMP"

    @classmethod
    def from_wire(cls, value: dict[str, Any] | None) -> "ExpirationSettings | None":
        """Return the settings of a request that the model has already allowed."""
        if value is None:
            return None
        return cls(value["ExpirationDays"], value["ExpirationCriterion"])

    def to_wire(self) -> dict[str, Any]:
        """Return the settings as answers carry them."""
        return {
            "ExpirationDays": self.expiration_days,
            "ExpirationCriterion": self.expiration_criterion,
        }


@dataclass
class AppInstanceUser:
    """One user. `serial` is its place in the order of creation."""

    arn: str
    serial: int
    name: str
    created: datetime
    updated: datetime
    metadata: str | None = None
    expiration: ExpirationSettings | None = None

    @property
    def expires_at(self) -> datetime | None:
        """Return when the user expires: counted from its creation, not from the setting."""
        if self.expiration is None:
            return None
        return self.created + timedelta(days=self.expiration.expiration_days)


@dataclass
class AppInstance:
    """One app instance, with its users by ARN in the order of their creation."""

    arn: str
    serial: int
    name: str
    metadata: str | None = None
    users: dict[str, AppInstanceUser] = field(default_factory=dict)
