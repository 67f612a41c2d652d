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
    for row in filter(lambda row: row.note, rows):
        console.print(f"[dim]{row.group}, {row.what}, against {row.against}: {row.note}[/dim]")


def write(rows: Sequence[Row], file: Path) -> None:
    """Write all rows as JSON, with the versions of what was measured."""
    content = {
        "measured_with": {
            "python": platform.python_version(),
            "system": platform.system(),
            "processors": os.cpu_count(),
            **{package: version(package) for package in _PACKAGES},
        },
        "rows": [
            {**_rounded(asdict(row)), "reached": row.reached, "certain": row.certain}
            for row in rows
        ],
    }
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
