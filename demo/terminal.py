"""What the story looks like."""

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
    """Tell what happens next."""
    console.print()
    console.print(Text(sentence, style="bold"))


def conclude() -> None:
    """Say what this was, and what to do next."""
    console.print(
        "Nothing ran in an AWS account, and the local AWS is gone again. The template was the one "
        "that production gets. Next: declare your own users in cdk.json and deploy them to your "
        "account with the same commands, or import the construct into a stack that you have."
    )


def show_command(command: str) -> None:
    """Show a command as somebody would type it."""
    console.print(Text(f"  $ {command}", style="cyan"), soft_wrap=True)


@contextmanager
def waiting(sentence: str) -> Iterator[Callable[[str], None]]:
    """Show that something goes on until it has happened, with the newest line that it printed."""
    if not console.is_terminal:
        console.print(f"    {sentence}…")
        yield lambda _: None
        return
    with console.status(Text(sentence, style="dim")) as status:

        def show(line: str) -> None:
            newest = " ".join(line.split())[: console.width - len(sentence) - 8]
            status.update(Text(f"{sentence}  {newest}", style="dim"))

        yield show


def show_calls(calls: Iterable[Call]) -> None:
    """The calls with which the function changed something."""
    for call in calls:
        settings = call.parameters.get("ExpirationSettings")
        change = _days(settings["ExpirationDays"]) if settings else "cleared"
        user = str(call.arn).rpartition("/")[2]
        console.print(Text(f"    {call.operation}  {user}: {change}", style="dim"), soft_wrap=True)


def show_users(
    declared: Mapping[str, int], held: Mapping[str, tuple[int | None, datetime | None]]
) -> None:
    """A table of what is declared and what the service holds."""
    table = Table(title_justify="left", box=None, padding=(0, 3, 0, 0), header_style="dim")
    for column in ("AppInstanceUser", "declared", "the service holds", "expires", ""):
        table.add_column(column)
    for user, (days, expires) in held.items():
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
