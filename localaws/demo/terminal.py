"""The output: sentences, commands, calls and tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from localaws.chime import Call

console = Console(highlight=False)


def say(sentence: str) -> None:
    """Print one sentence as a heading."""
    console.print()
    console.print(Text(sentence, style="bold"))


def conclude() -> None:
    """Print what this was, and what to do next."""
    console.print(
        "Nothing ran in an AWS account. The template is the one that an AWS account gets. "
        "Next: declare your own users in cdk.json and deploy them to your account with the same "
        "commands, or use the construct in a stack of your own."
    )


def show_command(command: str) -> None:
    """Print a command as a person types it."""
    console.print(Text(f"  $ {command}", style="cyan"), soft_wrap=True)


@contextmanager
def waiting(activity: str) -> Iterator[Callable[[str], None]]:
    """Show an activity until its end; the function shows a line of its output beside it."""
    if not console.is_terminal:
        console.print(f"    {activity}…")
        yield lambda _: None
        return
    with console.status(Text(activity, style="dim")) as status:

        def show(line: str) -> None:
            newest = " ".join(line.split())[: console.width - len(activity) - 8]
            status.update(Text(f"{activity}  {newest}", style="dim"))

        yield show


def show_calls(calls: Iterable[Call]) -> None:
    """Print the calls that changed a setting."""
    for call in calls:
        settings = call.parameters.get("ExpirationSettings")
        change = _days(settings["ExpirationDays"]) if settings else "cleared"
        user = str(call.arn).rpartition("/")[2]
        console.print(Text(f"    {call.operation}  {user}: {change}", style="dim"), soft_wrap=True)


def show_users(
    declared: Mapping[str, int], actual: Mapping[str, tuple[int | None, datetime | None]]
) -> None:
    """Print a table that compares declared with actual days."""
    table = Table(title_justify="left", box=None, padding=(0, 3, 0, 0), header_style="dim")
    for column in ("AppInstanceUser", "declared", "actual", "expires", ""):
        table.add_column(column)
    for user, (days, expires) in actual.items():
        agrees = declared.get(user) == days
        table.add_row(
            user,
            _days(declared.get(user)),
            _days(days),
            "never" if expires is None else f"{expires:%Y-%m-%d}",
            Text("✓", style="green") if agrees else Text("✗ differs", style="bold red"),
        )
    console.print(Padding(table, (0, 0, 0, 4)))


def _days(days: int | None) -> str:
    return "-" if days is None else f"{days} days"
