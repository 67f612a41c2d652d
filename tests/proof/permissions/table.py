"""The permissions as text, for a terminal and for a file."""

import io
import shutil
import sys
from collections.abc import Iterable

from rich.box import HORIZONTALS
from rich.console import Console
from rich.table import Table
from rich.text import Text

from proof.permissions.permission import Permission
from proof.permissions.simulation import Decision, Result

_STYLES = {Result.ALLOWED: "green", Result.DENIED: "red", Result.NOT_KNOWN: "yellow"}
_SIZE_OF_A_FILE = (120, 24)

Row = tuple[str, str, Result]


def table_of(decisions: Iterable[tuple[Permission, Decision]]) -> str:
    """Return a table. Actions on one resource, for one purpose, with one result are one row."""
    rows = _rows(decisions)
    longest = max((len(action) for actions in rows.values() for action in actions), default=0)
    table = Table(box=HORIZONTALS, show_lines=True)
    table.add_column("result", no_wrap=True)
    table.add_column("permission", overflow="fold", min_width=longest)
    table.add_column("on", overflow="fold")
    table.add_column("to")
    for (resource, purpose, result), actions in rows.items():
        cells = ("\n".join(actions), _without_account(resource), purpose)
        table.add_row(Text(result, style=_STYLES[result]), *cells)
    return _printed(table)


def _rows(decisions: Iterable[tuple[Permission, Decision]]) -> dict[Row, list[str]]:
    rows: dict[Row, list[str]] = {}
    for permission, decision in decisions:
        key = (permission.resource, permission.purpose, decision.result)
        rows.setdefault(key, []).append(permission.action)
    return rows


def _without_account(resource: str) -> str:
    """Return the part of an ARN that differs. The account and the region are known."""
    return resource.split(":", 5)[-1]


def _printed(table: Table) -> str:
    columns, _ = shutil.get_terminal_size(_SIZE_OF_A_FILE)
    file = io.StringIO()
    is_terminal = sys.stdout.isatty()
    Console(file=file, width=columns, force_terminal=is_terminal, highlight=False).print(table)
    return file.getvalue().rstrip()
