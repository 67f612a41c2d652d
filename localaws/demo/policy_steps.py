"""The steps with a policy, and which expiration each group of users has afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Group:
    """Users that are alike. ``own_days`` are the days that somebody else has set."""

    title: str
    user_ids: tuple[str, ...]
    age_days: float
    own_days: int | None = None
    are_admins: bool = False


ADMINS = Group("admins", ("admin-1", "admin-2", "admin-3"), age_days=100, are_admins=True)
PARTNERS = Group("set by the back end", ("partner-1", "partner-2"), age_days=10, own_days=365)
GUESTS = Group("guests", tuple(f"guest-{number}" for number in range(1, 151)), age_days=10)
OLDER_GUESTS = Group(
    "older guests", tuple(f"guest-{number}" for number in range(151, 196)), age_days=45.5
)
NEW_GUEST = Group("the new guest", ("guest-196",), age_days=0)

PRESENT = (ADMINS, PARTNERS, GUESTS, OLDER_GUESTS)
"""200 users."""

CALLS_PER_SECOND = 50
"""With the default, each sweep would take half a minute."""


@dataclass(frozen=True, slots=True)
class PolicyStep:
    """One command. ``given`` are the days that the policy gives to each group, after it.

    A ``create`` is a call of the back end, which creates the new guest. ``options`` are those of
    the policy in the app that the command synthesizes.
    """

    title: str
    command: str
    options: Mapping[str, Any]
    given: Mapping[Group, int]

    @property
    def activity(self) -> str:
        """What to show while the command runs."""
        return {
            "deploy": "deploying",
            "create": "waiting for the policy",
            "destroy": "destroying",
        }[self.command]


_THIRTY_DAYS = {
    "expireAfter": "30 days",
    "notice": "14 days",
    "callsPerSecond": CALLS_PER_SECOND,
}
_NINETY_DAYS = {**_THIRTY_DAYS, "expireAfter": "90 days"}

STEPS = (
    PolicyStep(
        "A policy declares 30 days for the users of this AppInstance. It leaves out the admins, "
        "and users whose expiration somebody else has set. The older guests would be deleted "
        "within hours, so they get 14 days of notice: their age, rounded up to 46 days, plus 14 "
        "days.",
        "deploy",
        _THIRTY_DAYS,
        {GUESTS: 30, OLDER_GUESTS: 60},
    ),
    PolicyStep(
        "The back end creates a user. The event of its creation starts the function of the policy, "
        "so that the user gets its expiration within seconds. Nothing is deployed.",
        "create",
        _THIRTY_DAYS,
        {GUESTS: 30, OLDER_GUESTS: 60, NEW_GUEST: 30},
    ),
    PolicyStep(
        "The days of the policy change from 30 to 90. With 90 days, the older guests have more "
        "than 14 days left. So they get 90 days like all others.",
        "deploy",
        _NINETY_DAYS,
        {GUESTS: 90, OLDER_GUESTS: 90, NEW_GUEST: 90},
    ),
    PolicyStep(
        "The stack is deleted. It clears the expirations that the policy has set, and no others. "
        "Everybody has the same expiration as before the policy.",
        "destroy",
        _NINETY_DAYS,
        {},
    ),
)
