"""Writes the result of a command to standard output."""

import io
import os
import sys
from typing import TextIO, cast

from chime_expiration_cli.errors import CommandError


def write_result(text: str) -> None:
    """Write ``text``; raise BrokenPipeError if nobody reads it any more, or CommandError."""
    # None if it is closed. The type of the standard library does not say so.
    if cast("TextIO | None", sys.stdout) is None:
        raise CommandError("cannot write to standard output: it is closed")
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Not every encoding has every character of a stack's template or of an AWS message.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        print(text, end="", flush=True)
    except OSError as error:
        # Python writes the rest at exit, which would fail again and change the exit status.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise
        raise CommandError(f"cannot write to standard output: {error}") from error
