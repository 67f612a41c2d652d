"""The output: sentences, commands, calls and tables."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from localaws.chime import Call
from localaws.demo.policy_steps import Group

DaysByUser = Mapping[str, int | None]
"""Days by user id, None for a user that never expires."""

_MOST_DIFFERENCES_SHOWN = 10

console = Console(highlight=False)


def say(sentence: str) -> None:
    """Print one sentence as a heading."""
    console.print()
    console.print(Text(sentence, style="bold"))


def conclude() -> None:
    """Print what this was, and what to do next."""
    console.print(
        "Nothing ran in an AWS account. The templates are those that an AWS account gets. "
        "Next: declare your own users and policies in cdk.json and deploy them to your account "
        "with the same commands, or use the constructs in a stack of your own."
    )


def show_command(command: str) -> None:
    """Print a command as a person types it."""
    console.print(Text(f"  $ {command}", style="cyan"), soft_wrap=True)


def explain(sentence: str) -> None:
    """Print a sentence about what is on the screen."""
    console.print(Padding(Text(sentence, style="dim"), (0, 0, 0, 4)))


@contextmanager
def waiting(
    activity: str, progress: Callable[[], str] = lambda: ""
) -> Iterator[Callable[[str], None]]:
    """Show an activity and its progress until its end.

    The function that it yields shows a line of the activity's output beside it.
    """
    if not console.is_terminal:
        console.print(f"    {activity}…")
        yield lambda _: None
        return
    line = _ActivityLine(activity, progress)
    with console.status(line):
        yield line.show


class _ActivityLine:
    """The line beside the spinner, which asks for the progress whenever it is drawn."""

    def __init__(self, activity: str, progress: Callable[[], str]) -> None:
        self._activity = activity
        self._progress = progress
        self._newest = ""

    def show(self, line: str) -> None:
        self._newest = " ".join(line.split())

    def __rich__(self) -> Text:
        parts = (self._activity, self._progress(), self._newest)
        line = "  ".join(part for part in parts if part)
        return Text(line[: console.width - 6], style="dim", no_wrap=True)


def show_calls(calls: Iterable[Call]) -> None:
    """Print the calls that changed a setting."""
    for call in calls:
        user = str(call.arn).rpartition("/")[2]
        line = f"    {call.operation}  {user}: {_change(call)}"
        console.print(Text(line, style="dim"), soft_wrap=True)


def show_users(
    declared: Mapping[str, int], actual: Mapping[str, tuple[int | None, datetime | None]]
) -> None:
    """Print a table that compares declared with actual days."""
    table = _table("AppInstanceUser", "declared", "actual", "expires", "")
    for user, (days, expires) in actual.items():
        table.add_row(
            user,
            _days(declared.get(user)),
            _days(days),
            "never" if expires is None else f"{expires:%Y-%m-%d}",
            _mark(declared.get(user) == days),
        )
    console.print(Padding(table, (0, 0, 0, 4)))


def show_call_counts(calls: Iterable[Call]) -> None:
    """Print how many calls changed a setting to which days."""
    counts = Counter(_change(call) for call in calls)
    changes = ", ".join(f"{count} × {change}" for change, count in counts.most_common())
    explain(f"PutAppInstanceUserExpirationSettings  {changes or 'not called'}")


def show_groups(groups: Iterable[Group], expected: DaysByUser, actual: DaysByUser) -> None:
    """Print a table that compares the expected with the actual days of each group."""
    table = _table("AppInstanceUsers", "number", "age", "expected", "actual", "")
    for group in groups:
        users = group.user_ids
        table.add_row(
            group.title,
            str(len(users)),
            f"{group.age_days:g} days",
            _days_of(users, expected),
            _days_of(users, actual),
            _mark(all(actual.get(user) == expected[user] for user in users)),
        )
    console.print(Padding(table, (0, 0, 0, 4)))


def show_differences(expected: DaysByUser, actual: DaysByUser) -> None:
    """Print the first users that do not have what is expected, and how many others there are."""
    different = [
        f"{user}: expected {_entry(user, expected)}, actual {_entry(user, actual)}"
        for user in {**expected, **actual}
        if _entry(user, expected) != _entry(user, actual)
    ]
    shown = different[:_MOST_DIFFERENCES_SHOWN]
    others = len(different) - len(shown)
    for line in shown + ([f"and {others} other users"] if others else []):
        console.print(Text(f"    {line}", style="red"), soft_wrap=True)


def _table(*columns: str) -> Table:
    table = Table(title_justify="left", box=None, padding=(0, 3, 0, 0), header_style="dim")
    for column in columns:
        table.add_column(column)
    return table


def _mark(agrees: bool) -> Text:
    return Text("✓", style="green") if agrees else Text("✗ differs", style="bold red")


def _change(call: Call) -> str:
    settings = call.parameters.get("ExpirationSettings")
    return _days(settings["ExpirationDays"]) if settings else "cleared"


def _days_of(users: Iterable[str], days: DaysByUser) -> str:
    """The days of all users, or how many users have which days."""
    counts = Counter(_entry(user, days) for user in users)
    if len(counts) == 1:
        return next(iter(counts))
    return ", ".join(f"{count} × {each}" for each, count in counts.most_common())


def _entry(user: str, days: DaysByUser) -> str:
    return _days(days[user]) if user in days else "no such user"


def _days(days: int | None) -> str:
    return "none" if days is None else f"{days} days"
