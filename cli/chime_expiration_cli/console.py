"""The console that results are printed on."""

from typing import IO, Any

from rich.console import Console

_LOG_WIDTH = 500


def result_console(file: IO[str] | None = None) -> Console:
    """A console on ``file``, or on standard output, that prints strings unchanged."""
    # rich would replace a part of an id such as "us-east-1:cat:guest" by an emoji.
    verbatim: dict[str, Any] = {"markup": False, "emoji": False, "highlight": False}
    console = Console(file=file, **verbatim)
    if console.is_terminal:
        return console
    # A log has no width: each user has one line.
    return Console(file=file, width=_LOG_WIDTH, **verbatim)
