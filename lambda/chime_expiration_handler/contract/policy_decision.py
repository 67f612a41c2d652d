"""What a policy does with one user, by its rule, its ledger and what the service holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zlib import crc32

from chime_expiration_handler.contract.ledger import Entry, Kind
from chime_expiration_handler.contract.policy_properties import Rule
from chime_expiration_handler.contract.wanted_days import wanted_days

# Each sweep looks at one share of the users that it has nothing to do for, so that what others have
# changed is found within this many sweeps.
_SHARES = 7


class UserAtService(Protocol):
    """What the decision needs to know of a user: its creation, and its days; None for none."""

    @property
    def created(self) -> datetime: ...

    @property
    def days(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Keep:
    """The user has what it should have, and the policy has set it."""


@dataclass(frozen=True, slots=True)
class Set:
    """Set these days."""

    days: int


@dataclass(frozen=True, slots=True)
class Clear:
    """Remove what the policy has set."""


@dataclass(frozen=True, slots=True)
class LeaveAlone:
    """Somebody else has set the user."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """No days can be set without deleting the user too soon; it keeps what it has."""


@dataclass(frozen=True, slots=True)
class Forget:
    """The policy is not for this user, and nothing of it is there."""


Decision = Keep | Set | Clear | LeaveAlone | Overdue | Forget


def decide(
    entry: Entry | None, state: UserAtService, rule: Rule, effective: datetime, *, governed: bool
) -> Decision:
    """What to do with a user in this state.

    ``governed``: the policy is for this user. ``effective`` is the latest moment at which a call
    that is decided on now can take effect.
    """
    is_ours = entry is not None and entry.is_ours(state.days)
    if not governed:
        return Clear() if is_ours else Forget()
    if state.days is not None and not is_ours:
        return LeaveAlone()
    if is_ours and (state.days == rule.days or _was_given(entry, state.days, rule)):
        return Keep()
    wanted = wanted_days(rule, state.created, effective)
    if wanted is None:
        return Overdue()
    return Keep() if wanted == state.days else Set(wanted)


def needs_look(
    entry: Entry | None, rule: Rule, now: float, *, governed: bool, sweep: int | None
) -> bool:
    """Whether the user has to be looked at: otherwise it costs no call.

    ``sweep`` is the number of the sweep; None for an event, which looks for no changes by others.
    """
    if not governed:
        return entry is not None and entry.is_owned
    return (
        entry is None
        or entry.kind in (Kind.INTENDED, Kind.FAILED)
        or bool(entry.intended)
        or entry.rule != str(rule)
        # The user has expired, so this may be another one with the same id.
        or (entry.kind is Kind.SET and entry.expires <= now)
        or (sweep is not None and crc32(entry.user_arn.encode()) % _SHARES == sweep % _SHARES)
    )


def _was_given(entry: Entry | None, days: int | None, rule: Rule) -> bool:
    """Whether the user has these days by this rule: age grows, what was given stays."""
    return (
        entry is not None
        and entry.kind is Kind.SET
        and entry.days == days
        and entry.rule == str(rule)
    )
