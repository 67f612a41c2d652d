"""The console that results are printed on."""

import io
import re
from collections.abc import Callable
from typing import IO, Any, Self

from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

from chime_expiration_cli.visible import visible

_LOG_WIDTH = 500

# Also before the codes that end a colour.
_TRAILING_SPACES = re.compile(r" +((?:\x1b\[[0-9;]*m)*)$", re.MULTILINE)


def result_console(file: IO[str] | None = None) -> Console:
    """A console on ``file``, or on standard output, that prints strings unchanged."""
    # rich would replace a part of an id such as "us-east-1:cat:guest" by an emoji.
    verbatim: dict[str, Any] = {"markup": False, "emoji": False, "highlight": False}
    console = Console(file=file, **verbatim)
    if console.is_terminal:
        return console
    # A log has no width: each user has one line.
    return Console(file=file, width=_LOG_WIDTH, **verbatim)


def rendered(show: Callable[[Console], None], console: Console | None = None) -> str:
    """What ``show`` prints on standard output, without the spaces that fill the cells of tables."""
    console = console or result_console()
    # rich itself would end the process with status 1 when standard output is closed.
    console.file = text = io.StringIO()
    show(console)
    return _TRAILING_SPACES.sub(r"\1", text.getvalue())


class Styled(Text):
    """A text with colours. Others have written parts of it, so each part is made visible."""

    def __init__(self, text: str = "", style: str = "") -> None:
        # rich itself drops some control characters.
        super().__init__(visible(text), style)

    def append(self, text: str | Text, style: str | Style | None = None) -> Self:
        """Add ``text`` in this style."""
        super().append(visible(text) if isinstance(text, str) else text, style)
        return self


class ResultTable(Table):
    """A table without lines. Others have written what is in its cells: each is made visible."""

    def __init__(self, *columns: str, show_header: bool = True) -> None:
        super().__init__(
            box=None,
            padding=(0, 2, 0, 0),
            show_header=show_header,
            header_style="dim",
            pad_edge=False,
        )
        for column in columns:
            self.add_column(column, overflow="fold")

    def add_row(self, *cells: str | Styled, **options: Any) -> None:  # type: ignore[override]
        """Add a row with these cells."""
        super().add_row(*map(_shown, cells), **options)


def print_line(console: Console, *parts: str | Styled) -> None:
    """Print a line that is not broken at the width of the terminal."""
    # The lines are copied and searched.
    console.print(*map(_shown, parts), soft_wrap=True)


def _shown(part: str | Styled) -> str | Styled:
    return visible(part) if isinstance(part, str) else part
