"""Progress on standard error, if that is a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def show_search(
    console: Console, activity: str = "Searching for declarations"
) -> Iterator[Callable[[str], None]]:
    """Show what is read, such as the name of a stack; how much it is is not known in advance."""
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status(activity) as status:
        yield lambda name: status.update(f"{activity}: {name}")


@contextmanager
def show_count(activity: str, total: int, console: Console) -> Iterator[Callable[[], None]]:
    """Show how many of ``total`` are done and how long the rest takes."""
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
        task = progress.add_task(activity, total=total)
        yield lambda: progress.advance(task)
