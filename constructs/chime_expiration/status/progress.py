"""How far the command is, on standard error, where that is a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def searching(console: Console) -> Iterator[Callable[[str], None]]:
    """Shows the name of the stack that is looked at; there is no telling how many there are."""
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("Looking for declarations") as status:
        yield lambda name: status.update(f"Looking for declarations in {name}")


@contextmanager
def counting(what: str, total: int, console: Console) -> Iterator[Callable[[], None]]:
    """Shows how many of ``total`` are done, and how long the rest will take."""
    if not console.is_terminal or not total:
        yield lambda: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)
