"""Whom a policy is for, and who of them has to be read."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from chime_expiration_cli.plan.action import Action
from chime_expiration_cli.plan.ledger import KnownState, known_state, stays_as_it_is
from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.days import expires_at
from chime_expiration_handler.contract.ledger import INTENT_SETTLED_SECONDS, Entry, Kind
from chime_expiration_handler.contract.policy_decision import (
    Clear,
    Forget,
    Keep,
    LeaveAlone,
    Overdue,
    Set,
    UserAtService,
    decide,
)
from chime_expiration_handler.contract.policy_properties import PolicyProperties

Sampler = Callable[[list[AppInstanceUserArn], int], list[AppInstanceUserArn]]
"""Draws a simple random sample without replacement."""

draw_sample: Sampler = random.SystemRandom().sample


@dataclass(frozen=True, slots=True)
class PolicyUser:
    """What the policy does with one user, and when that user expires afterwards."""

    user_id: str
    action: Action
    days_before: int | None = None
    days_after: int | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Population:
    """The users of a policy.

    ``known`` are judged by the ledger. ``unknown`` is the number of all others, of which
    ``to_read`` are read.
    """

    properties: PolicyProperties
    entries: Mapping[str, Entry]
    now: datetime
    known: tuple[PolicyUser, ...] = ()
    unknown: int = 0
    to_read: tuple[AppInstanceUserArn, ...] = ()

    def judge(self, user: AppInstanceUserArn, state: UserAtService) -> PolicyUser:
        """What the policy does with a user that was read."""
        return _judge(self.properties, user, self.entries.get(str(user)), state, self.now)


def population(
    properties: PolicyProperties,
    users: list[str],
    admins: frozenset[str],
    entries: Mapping[str, Entry],
    limit: int,
    now: datetime,
    draw: Sampler = draw_sample,
) -> Population:
    """Divide the ``users`` of the AppInstance; at most ``limit`` of them are to be read.

    If more are unknown, they are a simple random sample without replacement.
    """
    known: list[PolicyUser] = []
    unknown: list[AppInstanceUserArn] = []
    for arn in users:
        user, entry = AppInstanceUserArn.parse(arn), entries.get(arn)
        governed = arn not in admins and properties.selection.matches(user.user_id)
        if not governed:
            if entry and entry.is_owned:
                known.append(_cleared(user.user_id, entry))
            continue
        judged = _without_a_call(properties, user, entry, now)
        if judged is None:
            unknown.append(user)
        else:
            known.append(judged)
    to_read = unknown if len(unknown) <= limit else draw(unknown, limit)
    return Population(properties, entries, now, tuple(known), len(unknown), tuple(to_read))


def cleared_users(entries: Mapping[str, Entry], now: datetime) -> tuple[PolicyUser, ...]:
    """The users that are cleared when the policy is removed.

    The ledger remembers users for some days after they have expired: there is nothing to clear.
    """
    return tuple(
        _cleared(AppInstanceUserArn.parse(arn).user_id, entry)
        for arn, entry in entries.items()
        if entry.is_owned and not (entry.kind is Kind.SET and entry.expires <= now.timestamp())
    )


def _cleared(user_id: str, entry: Entry) -> PolicyUser:
    return PolicyUser(user_id, Action.CLEARED, entry.days)


def _without_a_call(
    properties: PolicyProperties, user: AppInstanceUserArn, entry: Entry | None, now: datetime
) -> PolicyUser | None:
    if entry is None:
        return None
    if stays_as_it_is(entry, properties.rule):
        is_overdue = entry.kind is Kind.OVERDUE
        return PolicyUser(user.user_id, Action.OVERDUE if is_overdue else Action.LEFT_ALONE)
    state = known_state(entry, now)
    return _judge(properties, user, entry, state, now) if state else None


def _judge(
    properties: PolicyProperties,
    user: AppInstanceUserArn,
    entry: Entry | None,
    state: UserAtService | KnownState,
    now: datetime,
) -> PolicyUser:
    effective = now + timedelta(seconds=INTENT_SETTLED_SECONDS)
    days_after = state.days
    match decide(entry, state, properties.rule, effective, governed=True):
        case Set(days):
            action, days_after = Action.SET if state.days is None else Action.CHANGED, days
        case Keep():
            action = Action.UNCHANGED
        case LeaveAlone():
            action = Action.LEFT_ALONE
        case Overdue():
            action = Action.OVERDUE
        case Clear() | Forget():
            raise AssertionError("the user is governed")
    expiry = None if days_after is None else expires_at(state.created, days_after)
    return PolicyUser(user.user_id, action, state.days, days_after, expiry)
