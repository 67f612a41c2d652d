"""What a deployment does to the users of one policy."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from chime_expiration_cli.identity.reading import NotFound, Reading
from chime_expiration_cli.plan.action import GIVES_DAYS, Action, Reason
from chime_expiration_cli.plan.estimate import Estimate, estimate
from chime_expiration_cli.plan.policy_population import PolicyUser, Population
from chime_expiration_handler.contract.arn import AppInstanceArn, AppInstanceUserArn
from chime_expiration_handler.contract.days import LEAST_NOTICE
from chime_expiration_handler.contract.policy_properties import PolicyProperties, Rule
from chime_expiration_handler.service.user_state import UserState

NEAREST = 10
"""How many users are named, at most."""


class PolicyAction(Enum):
    """What a deployment does to a policy."""

    REFUSED = "REFUSED"
    NOT_JUDGED = "NOT_JUDGED"
    APPLIED = "APPLIED"
    CLEARED = "CLEARED"
    UNCHANGED = "UNCHANGED"


@dataclass(frozen=True, slots=True)
class PolicyPlan:
    """The result for one policy.

    ``users`` is how many users the policy is for, of which the ledger knows ``known`` and ``read``
    were read. ``counts`` has only the actions that occur. ``nearest`` are the users that get days,
    those that expire first. ``expiries`` are the moments of all of them that are known, and
    ``unread`` is how many users nobody has looked at.
    """

    stack_name: str | None
    logical_id: str
    action: PolicyAction
    app_instance: AppInstanceArn | None = None
    properties: PolicyProperties | None = None
    reason: Reason | None = None
    explanation: str = ""
    users: int = 0
    known: int = 0
    read: int = 0
    counts: Mapping[Action, Estimate] = field(default_factory=dict)
    nearest: tuple[PolicyUser, ...] = ()
    known_expiries: tuple[datetime, ...] = ()
    read_expiries: tuple[datetime, ...] = ()

    @property
    def unread(self) -> int:
        """How many users neither the ledger knows nor were read."""
        return self.users - self.known - self.read

    @property
    def users_set(self) -> Estimate:
        """How many users get days: those that are SET or CHANGED."""
        found = len(self.read_expiries)
        return estimate(found, self.read, self.read + self.unread).plus(len(self.known_expiries))

    def deleted_by(self, moment: datetime, now: datetime) -> Estimate:
        """How many users that get days expire by ``moment``."""
        known = sum(each <= moment for each in self.known_expiries)
        found = sum(each <= moment for each in self.read_expiries)
        if self.properties and _least_notice(self.properties.rule) >= moment - now:
            # The rule gives nobody such days whom nobody has looked at.
            return Estimate(known + found, known + found, known + found)
        return estimate(found, self.read, self.read + self.unread).plus(known)


def without_users(
    stack_name: str | None,
    logical_id: str,
    action: PolicyAction,
    explanation: str,
    reason: Reason | None = None,
    app_instance: AppInstanceArn | None = None,
) -> PolicyPlan:
    """The result for a policy whose users do not matter, or are not known."""
    return PolicyPlan(
        stack_name,
        logical_id,
        action,
        app_instance=app_instance,
        reason=reason,
        explanation=explanation,
    )


def cleared(
    stack_name: str | None,
    logical_id: str,
    app_instance: AppInstanceArn,
    users: tuple[PolicyUser, ...],
) -> PolicyPlan:
    """The result for a policy that clears what it has set."""
    count = len(users)
    return PolicyPlan(
        stack_name,
        logical_id,
        PolicyAction.CLEARED,
        app_instance=app_instance,
        users=count,
        known=count,
        counts={Action.CLEARED: Estimate(count, count, count)} if count else {},
    )


def applied(
    stack_name: str | None,
    logical_id: str,
    population: Population,
    readings: Mapping[AppInstanceUserArn, Reading],
) -> PolicyPlan:
    """The result for a policy that applies, from its ledger and the users that were read.

    ``readings`` has those of declarations, too.
    """
    known = tuple(_up_to_date(population, readings))
    read = []
    for user in population.to_read:
        reading = readings[user]
        if isinstance(reading, UserState):
            read.append(population.judge(user, reading))
        else:
            action = Action.NOT_FOUND if isinstance(reading, NotFound) else Action.NOT_JUDGED
            read.append(PolicyUser(user.user_id, action))
    return PolicyPlan(
        stack_name,
        logical_id,
        PolicyAction.APPLIED,
        app_instance=population.properties.app_instance,
        properties=population.properties,
        users=len(known) + population.unknown,
        known=len(known),
        read=len(read),
        counts=_counts(known, read, population.unknown),
        nearest=tuple(_by_expiry([*known, *read])[:NEAREST]),
        known_expiries=_expiries(known),
        read_expiries=_expiries(read),
    )


def _up_to_date(
    population: Population, readings: Mapping[AppInstanceUserArn, Reading]
) -> Iterator[PolicyUser]:
    """The users that the ledger knows; those that were read are judged by what was read."""
    app_instance = population.properties.app_instance
    read = {arn.user_id: arn for arn in readings if arn.app_instance == app_instance}
    for each in population.known:
        arn = read.get(each.user_id)
        reading = readings[arn] if arn else None
        # A user that is cleared is not governed any more.
        if arn and isinstance(reading, UserState) and each.action is not Action.CLEARED:
            yield population.judge(arn, reading)
        else:
            yield each


def _counts(
    known: Iterable[PolicyUser], read: list[PolicyUser], unknown: int
) -> dict[Action, Estimate]:
    by_ledger = Counter(each.action for each in known)
    by_read = Counter(each.action for each in read)
    counts = {}
    for action in Action:
        if by_ledger[action] or by_read[action]:
            estimated = estimate(by_read[action], len(read), unknown)
            counts[action] = estimated.plus(by_ledger[action])
    return counts


def _by_expiry(users: Iterable[PolicyUser]) -> list[PolicyUser]:
    given = [each for each in users if each.action in GIVES_DAYS and each.expires_at]
    return sorted(given, key=lambda each: (each.expires_at, each.user_id))


def _expiries(users: Iterable[PolicyUser]) -> tuple[datetime, ...]:
    return tuple(each.expires_at for each in _by_expiry(users) if each.expires_at)


def _least_notice(rule: Rule) -> timedelta:
    if rule.allow_immediate_expiration:
        return timedelta()
    return LEAST_NOTICE if rule.notice_days is None else timedelta(days=rule.notice_days)
