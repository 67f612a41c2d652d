"""Writes messages to standard error."""

import contextlib
import sys


def print_error(text: str) -> None:
    """Print ``text``; a full disk or a closed pipe does not change the exit status."""
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr)
