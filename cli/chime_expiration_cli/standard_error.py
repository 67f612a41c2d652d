"""Writes messages to standard error."""

import contextlib
import sys

from chime_expiration_cli.visible import visible


def print_error(text: str) -> None:
    """Print ``text``; a full disk or a closed pipe does not change the exit status."""
    print_rendered("".join(f"{visible(line)}\n" for line in text.split("\n")))


def print_rendered(text: str) -> None:
    """The same for lines that are rendered already, with the colours of a terminal."""
    with contextlib.suppress(OSError):
        print(text, end="", file=sys.stderr, flush=True)
