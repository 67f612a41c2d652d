"""The table of a policy: one item for the policy, and one for each user that it has decided on.

The items are those of DynamoDB's API, in which each value names its type.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

KEY = "pk"
"""The partition key: the ARN of a user, or ``policy#`` and the ARN of the AppInstance."""

TIME_TO_LIVE = "ttl"

Item = Mapping[str, Mapping[str, Any]]

DAY_SECONDS = 86_400

# A call starts within this time after its intent was recorded, or not at all.
CALL_STARTS_WITHIN_SECONDS = 30
# A call takes 15 seconds at most (the client's time-outs), so it is over by then.
INTENT_SETTLED_SECONDS = 60

NO_DAYS = 0
"""The value of an intent to clear."""

KEPT_AFTER_EXPIRY_SECONDS = 7 * DAY_SECONDS
"""An entry outlives the expiration of its user: the service takes up to six hours to delete it."""


def policy_key(app_instance_arn: str) -> str:
    """The key of the policy's item."""
    return f"policy#{app_instance_arn}"


class Mode(StrEnum):
    """What the sweeps of a policy do."""

    APPLY = "APPLY"
    CLEAR = "CLEAR"


class Kind(StrEnum):
    """What is known of a user."""

    INTENDED = "INTENDED"
    """A call was about to be made, and its result is not recorded."""
    SET = "SET"
    LEFT_ALONE = "LEFT_ALONE"
    """Somebody else has set the user."""
    OVERDUE = "OVERDUE"
    """Older than the days of a policy without notice."""
    FAILED = "FAILED"

    @classmethod
    def _missing_(cls, value: object) -> "Kind":  # noqa: ARG003
        """A kind that a later release has written: the user is looked at again."""
        return cls.INTENDED


class Outcome(StrEnum):
    """What came of one user in a sweep. The values are the names of the counts."""

    KEPT = "kept"
    SET = "set"
    CLEARED = "cleared"
    LEFT_ALONE = "left_alone"
    OVERDUE = "overdue"
    FAILED = "failed"
    UNSETTLED = "unsettled"
    """A call of somebody else may still take effect: to be looked at again."""
    NOT_GOVERNED = "not_governed"


class EntryAttribute(StrEnum):
    """The attributes of a user's item."""

    KIND = "kind"
    DAYS = "days"
    INTENDED = "intended"
    WRITER = "writer"
    TOUCHED = "touched"
    RULE = "rule"
    DETAIL = "detail"


class PolicyAttribute(StrEnum):
    """The attributes of the policy's item. Moments are seconds since 1970."""

    GENERATION = "generation"
    MODE = "mode"
    PROPERTIES = "properties"
    SENT = "sent"
    SWEEPS = "sweeps"
    LEASE_OWNER = "lease_owner"
    LEASE_SWEEP = "lease_sweep"
    LEASE_GENERATION = "lease_generation"
    LEASE_UNTIL = "lease_until"
    STARTED = "started"
    UPDATED = "updated"
    COUNTS = "counts"
    USERS = "users"
    SWEPT_GENERATION = "swept_generation"
    FINISHED = "finished"
    LAST_FAILURE = "last_failure"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the table remembers of one user.

    ``days`` are those that the policy has set, None where it has set none. ``intended`` are those
    that a call in flight may set. ``writer`` identifies the newest intent, made at ``touched``.
    """

    user_arn: str
    kind: Kind
    days: int | None = None
    intended: frozenset[int] = frozenset()
    writer: str = ""
    touched: float = 0
    rule: str = ""
    detail: str = ""
    ttl: int = 0

    @classmethod
    def parse(cls, item: Item) -> Self:
        """Read an item of the table; raise ValueError where an attribute has another type."""
        user_arn = item[KEY]["S"]
        try:
            return cls(
                user_arn=user_arn,
                kind=Kind(_text(item, EntryAttribute.KIND)),
                days=_integer(item, EntryAttribute.DAYS),
                intended=frozenset(
                    int(each) for each in item.get(EntryAttribute.INTENDED, {"NS": []})["NS"]
                ),
                writer=_text(item, EntryAttribute.WRITER),
                touched=_number(item, EntryAttribute.TOUCHED) or 0,
                rule=_text(item, EntryAttribute.RULE),
                detail=_text(item, EntryAttribute.DETAIL),
                ttl=_integer(item, TIME_TO_LIVE) or 0,
            )
        except (KeyError, ValueError) as error:
            raise ValueError(
                f"the entry of {user_arn} in the policy's table cannot be read: {error!r}; "
                "correct it, or delete it"
            ) from error

    @property
    def expires(self) -> float:
        """When the user of an entry that is SET expires."""
        return self.ttl - KEPT_AFTER_EXPIRY_SECONDS

    @property
    def is_owned(self) -> bool:
        """Whether the user can have days that the policy has set."""
        return self.days is not None or bool(self.intended)

    def is_ours(self, days: int | None) -> bool:
        """Whether these days of the user are ones that the policy has set."""
        return days is not None and (days == self.days or days in self.intended)

    def is_settled(self, now: float) -> bool:
        """Whether no call of an earlier intent can still take effect."""
        return not self.intended or now >= self.touched + INTENT_SETTLED_SECONDS


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write, of one invocation of one sweep."""

    owner: str
    sweep: str
    generation: int
    until: float


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy's item. ``counts`` are those of the running sweep, or of the last one.

    ``generation`` rises with each deployment; ``swept_generation`` is that of the last sweep that
    ended, at ``finished``, with ``error`` where it failed. ``last_failure`` is that of one user.
    ``users`` is how many the last sweep that went through the whole list has counted.
    """

    generation: int
    mode: Mode
    properties: str
    sent: float = 0
    sweeps: int = 0
    lease: Lease | None = None
    started: float | None = None
    updated: float | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    users: int | None = None
    swept_generation: int | None = None
    finished: float | None = None
    last_failure: str = ""
    error: str = ""

    @classmethod
    def parse(cls, item: Item) -> Self:
        """Read the policy's item; ``properties`` stays the JSON text that it is."""
        return cls(
            generation=_integer(item, PolicyAttribute.GENERATION) or 0,
            mode=Mode(item[PolicyAttribute.MODE]["S"]),
            properties=_text(item, PolicyAttribute.PROPERTIES),
            sent=_number(item, PolicyAttribute.SENT) or 0,
            sweeps=_integer(item, PolicyAttribute.SWEEPS) or 0,
            lease=_lease(item),
            started=_number(item, PolicyAttribute.STARTED),
            updated=_number(item, PolicyAttribute.UPDATED),
            counts={
                name: int(value["N"])
                for name, value in item.get(PolicyAttribute.COUNTS, {"M": {}})["M"].items()
            },
            users=_integer(item, PolicyAttribute.USERS),
            swept_generation=_integer(item, PolicyAttribute.SWEPT_GENERATION),
            finished=_number(item, PolicyAttribute.FINISHED),
            last_failure=_text(item, PolicyAttribute.LAST_FAILURE),
            error=_text(item, PolicyAttribute.ERROR),
        )


def _lease(item: Item) -> Lease | None:
    until = _number(item, PolicyAttribute.LEASE_UNTIL)
    if until is None:
        return None
    return Lease(
        owner=_text(item, PolicyAttribute.LEASE_OWNER),
        sweep=_text(item, PolicyAttribute.LEASE_SWEEP),
        generation=_integer(item, PolicyAttribute.LEASE_GENERATION) or 0,
        until=until,
    )


def _text(item: Item, name: str) -> str:
    return str(item[name]["S"]) if name in item else ""


def _number(item: Item, name: str) -> float | None:
    return float(item[name]["N"]) if name in item else None


def _integer(item: Item, name: str) -> int | None:
    return int(item[name]["N"]) if name in item else None
