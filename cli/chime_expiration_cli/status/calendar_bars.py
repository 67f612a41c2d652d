"""The expirations of the coming weeks as bars.

Numbers and characters tell what colours tell.
"""

from datetime import date

from rich.console import Console
from rich.padding import Padding

from chime_expiration_cli.console import ResultTable, Styled
from chime_expiration_cli.status.expirations import Expirations, Period, Users
from chime_expiration_cli.status.texts import UNKNOWN

BLOCKS = ("█", "▒")
"""The characters of users of declarations and of policies."""
ASCII = ("#", "=")

_STYLES = ("cyan", "magenta")
_WIDEST = 30
_NARROWEST = 8
# The widest period and two numbers, with the spaces around them.
_BESIDE = 54
LEAST_WIDTH = _BESIDE + _NARROWEST
"""The columns that the calendar needs."""


def calendar(expirations: Expirations, console: Console, characters: tuple[str, str]) -> Padding:
    """The calendar as a table with a bar for each period, in ``characters``."""
    table = ResultTable()
    table.add_column("expire (UTC)", no_wrap=True)
    is_shown = _sources(expirations)
    for number, name in enumerate(("declared", "policies")):
        if is_shown[number]:
            table.add_column(f"{name} {characters[number]}", justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    width = min(_WIDEST, max(_NARROWEST, console.width - _BESIDE))
    most = max(period.users.total for period in expirations.periods) or 1

    def add(label: str, declared: int, policies: int | str, bar: Styled | str = "") -> None:
        numbers = zip((declared, policies), is_shown, strict=True)
        table.add_row(label, *(str(number) for number, shown in numbers if shown), bar)

    if expirations.expired:
        add("EXPIRED, not deleted yet", expirations.expired, UNKNOWN)
    for period in _periods(expirations):
        users = period.users
        bar = _bar(users, width / most, characters)
        add(_label(period.first, period.last), users.declared, users.policies, bar)
    for label, users in {
        "later": expirations.later,
        "never": expirations.never,
        "not known": expirations.not_known,
    }.items():
        if users.total:
            add(label, users.declared, users.policies)
    return Padding(table, (0, 0, 0, 2), expand=False)


def _sources(expirations: Expirations) -> tuple[bool, bool]:
    """Whether there is a column for declarations, and for policies."""
    has_policies = bool(expirations.policies)
    return bool(expirations.all_users.declared) or not has_policies, has_policies


def _periods(expirations: Expirations) -> tuple[Period, ...]:
    """The periods, or all of them as one if nobody expires."""
    periods = expirations.periods
    if any(period.users.total for period in periods):
        return periods
    return (Period(periods[0].first, periods[-1].last, Users()),)


def _label(first: date, last: date) -> str:
    if first == last:
        return f"{first:%Y-%m-%d %a}"
    return f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"


def _bar(users: Users, scale: float, characters: tuple[str, str]) -> Styled:
    # Nobody is 0, so at least one character is somebody.
    declared = max(round(users.declared * scale), 1) if users.declared else 0
    whole = round(users.total * scale)
    policies = max(whole - declared, 1) if users.policies else 0
    bar = Styled(characters[0] * declared, _STYLES[0])
    return bar.append(characters[1] * policies, _STYLES[1])
