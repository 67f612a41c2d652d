"""The next entry of a user in the ledger, after a look, an intent or a call.

Nothing here writes. A look finds the days of the user at the service. If they are ours, they are
the ``days`` of the next entry. Of the intents, only those are kept whose call can still take
effect.
"""

from dataclasses import replace

from chime_expiration_handler.contract.ledger import (
    DAY_SECONDS,
    INTENT_SETTLED_SECONDS,
    KEPT_AFTER_EXPIRY_SECONDS,
    NO_DAYS,
    Entry,
    Kind,
)
from chime_expiration_handler.service.user_state import UserState

_KEPT_SECONDS = 60 * DAY_SECONDS


def of_this_user(entry: Entry | None, state: UserState) -> Entry | None:
    """``entry`` without what it says of an earlier user with the same id.

    A user that was created after the last call for its id has nothing of ours.
    """
    if (
        entry is None
        or not entry.is_owned
        or state.created.timestamp() <= entry.touched + INTENT_SETTLED_SECONDS
    ):
        return entry
    return replace(entry, kind=Kind.INTENDED, days=None, intended=frozenset(), rule="")


def looked_at(entry: Entry | None, user_arn: str, state: UserState | None, now: float) -> Entry:
    """What is known of the user after a look at ``now``; ``state`` is None where it is gone."""
    known = entry or Entry(user_arn, Kind.INTENDED)
    days = state.days if state and known.is_ours(state.days) else None
    return replace(
        known,
        days=days,
        intended=frozenset() if known.is_settled(now) else known.intended,
        rule=known.rule if days == known.days else "",
        detail="",
    )


def intended(known: Entry, state: UserState, days: int, now: float) -> Entry:
    """The entry before a call that sets ``days``, or clears where they are NO_DAYS."""
    kind = known.kind if known.days is not None else Kind.INTENDED
    entry = replace(known, kind=kind, intended=known.intended | {days}, touched=now)
    return replace(entry, ttl=_ttl(entry, state, now))


def confirmed(known: Entry, state: UserState, days: int, rule: str, now: float) -> Entry:
    """The entry after a call that has set ``days``. ``known`` is the one before its intent."""
    entry = replace(known, kind=Kind.SET, days=days, rule=rule)
    return replace(entry, ttl=_ttl(entry, state, now))


def noted(known: Entry, state: UserState, kind: Kind, rule: str, now: float) -> Entry:
    """The entry of a user that is left alone or overdue."""
    entry = replace(known, kind=kind, rule=rule)
    return replace(entry, ttl=_ttl(entry, state, now))


def cleared(known: Entry) -> Entry | None:
    """The entry of a user that has nothing of ours now; None where it can be forgotten."""
    if not known.intended:
        return None
    return replace(known, kind=Kind.INTENDED, days=None, rule="")


def failed(entry: Entry | None, user_arn: str, detail: str, now: float) -> Entry:
    """The entry of a user for which no call succeeds."""
    known = entry or Entry(user_arn, Kind.FAILED)
    ttl = max(known.ttl, int(now) + _KEPT_SECONDS)
    return replace(known, kind=Kind.FAILED, detail=detail, ttl=ttl)


def _ttl(entry: Entry, state: UserState, now: float) -> int:
    owned = {*entry.intended, entry.days or NO_DAYS}
    expiry = max(state.created.timestamp() + max(owned) * DAY_SECONDS, now)
    after_expiry = int(expiry) + KEPT_AFTER_EXPIRY_SECONDS
    return after_expiry if entry.kind is Kind.SET else max(after_expiry, int(now) + _KEPT_SECONDS)
