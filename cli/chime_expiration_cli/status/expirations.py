"""When the users expire: by day in the first week, then by week."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from chime_expiration_cli.declarations import Declaration
from chime_expiration_cli.identity.reading import NotFound
from chime_expiration_cli.status.report import Report

_DAYS = 7
_WEEKS = 7


@dataclass(frozen=True, slots=True)
class Users:
    """How many users declarations name, and how many are in the tables of policies.

    A user that is in both is counted in both.
    """

    declared: int = 0
    policies: int = 0

    @property
    def total(self) -> int:
        return self.declared + self.policies


@dataclass(frozen=True, slots=True)
class Period:
    """The users that expire from the day ``first`` to the day ``last``, in UTC."""

    first: date
    last: date
    users: Users


@dataclass(frozen=True, slots=True)
class Expirations:
    """The users that exist, by when they expire.

    ``expired`` are users of declarations that have not been deleted yet; how many such users
    policies have is not known. ``later`` expire after the last period. Users of policies are in it
    as far as their tables were read: ``policies`` were, ``other_policies`` were not.
    """

    periods: tuple[Period, ...]
    expired: int
    later: Users
    never: Users
    not_known: Users
    policies: int
    other_policies: int

    @property
    def all_users(self) -> Users:
        """The users of all periods, and the others."""
        parts = [
            *(period.users for period in self.periods),
            *(Users(self.expired), self.later, self.never, self.not_known),
        ]
        return Users(sum(each.declared for each in parts), sum(each.policies for each in parts))


def expirations_of(report: Report) -> Expirations:
    """The users of all declarations and of the ledgers that were read."""
    now = report.checked_at
    ledgers = [finding.ledger for finding in report.policies if finding.ledger]
    # A user that several stacks declare is one user.
    states = {
        _identity(finding.declaration): (finding.state is not None, finding.expires_at)
        for finding in report.findings
        if not isinstance(finding.reading, NotFound)
    }.values()
    moments = [moment for _, moment in states if moment]
    by_declarations = Counter(_day(moment) for moment in moments if moment > now)
    by_policies: Counter[date] = Counter()
    for ledger in ledgers:
        by_policies.update(ledger.expirations)

    def between(first: date, last: date) -> Users:
        declared, policies = (
            sum(number for day, number in days.items() if first <= day <= last)
            for days in (by_declarations, by_policies)
        )
        return Users(declared, policies)

    periods = tuple(Period(first, last, between(first, last)) for first, last in _periods(now))
    return Expirations(
        periods=periods,
        expired=sum(moment <= now for moment in moments),
        later=between(periods[-1].last + timedelta(days=1), date.max),
        never=Users(
            sum(is_known and moment is None for is_known, moment in states),
            sum(ledger.never for ledger in ledgers),
        ),
        not_known=Users(
            sum(not is_known for is_known, _ in states),
            sum(ledger.days_not_known for ledger in ledgers),
        ),
        policies=len(ledgers),
        other_policies=sum(finding.ledger is None for finding in report.policies),
    )


def _identity(declaration: Declaration) -> object:
    return declaration.user or (declaration.stack.id, declaration.logical_id)


def _periods(now: datetime) -> Iterator[tuple[date, date]]:
    today = _day(now)
    for number in range(_DAYS):
        day = today + timedelta(days=number)
        yield day, day
    for number in range(_WEEKS):
        first = today + timedelta(days=_DAYS + 7 * number)
        yield first, first + timedelta(days=6)


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
