"""The table, as people read it."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bench.rows import Row


def show(rows: Sequence[Row]) -> None:
    """Print all rows as one table."""
    table = Table(
        title="Measured in turn, medians (quartiles); a ratio is ours by theirs; ? = within noise"
    )
    for column in ("what", "against", "ours", "theirs", "ratio", "the other clock", "target", ""):
        table.add_column(column)
    group = None
    for row in rows:
        if row.group != group:
            table.add_section()
            table.add_row(f"[bold]{row.group}")
            group = row.group
        table.add_row(
            row.what,
            row.against,
            row.ours,
            row.theirs,
            row.measured,
            _other_clock(row),
            row.target,
            _verdict(row),
        )
    console = Console(width=None if Console().is_terminal else 190)
    console.print(table)
    for row in rows:
        if row.note:
            console.print(f"[dim]{row.group}, {row.what}, against {row.against}: {row.note}[/dim]")


def _other_clock(row: Row) -> str:
    if row.waited:
        return f"waited {row.waited.median:.2f} ×"
    return f"processor {row.processor.median:.2f} ×" if row.processor else ""


def _verdict(row: Row) -> str:
    if row.reached is None:
        return ""
    verdict = "[green]reached[/green]" if row.reached else "[red]missed[/red]"
    return verdict if row.certain else f"{verdict}?"
