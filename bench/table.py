"""The result as a table and as JSON."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.rows import Row

_PACKAGES = ("aws-cdk-lib", "awslambdaric", "boto3", "botocore", "constructs", "crhelper", "jsii")
_COLUMNS = ("what", "against", "ours", "theirs", "ratio", "the other clock", "target", "")


def show(rows: Sequence[Row]) -> None:
    """Print all rows as one table, then their notes."""
    table = Table(
        *_COLUMNS,
        title="Interleaved rounds, medians (quartiles); a ratio is ours / theirs; ? = within noise",
    )
    group = None
    for row in rows:
        if row.group != group:
            table.add_section()
            table.add_row(f"[bold]{row.group}")
            group = row.group
        measured = (row.ours, row.theirs, row.measured, _other_clock(row))
        table.add_row(row.what, row.against, *measured, row.target, _verdict(row))
    console = Console(width=None if Console().is_terminal else 190)
    console.print(table)
    for row in filter(lambda row: row.remark, rows):
        against = f", against {row.against}" if row.against else ""
        console.print(f"[dim]{row.group}, {row.what}{against}: {row.remark}[/dim]")


def write(rows: Sequence[Row], file: Path, sources: str) -> None:
    """Write all rows as JSON, with the versions and the ``sources`` of what was measured."""
    _write(_as_json(rows, sources), file)


def replace(rows: Sequence[Row], file: Path, sources: str) -> None:
    """Replace the groups that the rows belong to, in a file that ``write`` has written.

    The other groups stay. Raises ValueError if they were measured with other versions.
    """
    before = json.loads(file.read_text("utf-8"))
    if before["measured_with"] != _measured_with():
        raise ValueError(f"{file.name} was measured with other versions: measure everything")
    groups = {row.group for row in rows}
    kept = [row for row in before["rows"] if row["group"] not in groups]
    _write([*kept, *_as_json(rows, sources)], file)


def _measured_with() -> dict[str, object]:
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "processors": os.cpu_count(),
        **{package: version(package) for package in _PACKAGES},
    }


def _as_json(rows: Sequence[Row], sources: str) -> list[dict[str, Any]]:
    return [
        {
            **_rounded(asdict(row)),
            "reached": row.reached,
            "certain": row.certain,
            "sources": sources,
        }
        for row in rows
    ]


def _write(rows: list[dict[str, Any]], file: Path) -> None:
    content = {"measured_with": _measured_with(), "rows": rows}
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return round(value, 4) if isinstance(value, float) else value


def _other_clock(row: Row) -> str:
    if row.waited:
        return f"waited {row.waited.median:.2f} ×"
    return f"processor {row.processor.median:.2f} ×" if row.processor else ""


def _verdict(row: Row) -> str:
    if row.reached is None:
        return ""
    verdict = "[green]reached[/green]" if row.reached else "[red]missed[/red]"
    return verdict if row.certain else f"{verdict}?"
