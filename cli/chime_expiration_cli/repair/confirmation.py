"""Asks before anything is changed."""

import sys

from chime_expiration_cli.errors import CommandError


def check_terminal() -> None:
    """Raise CommandError if nobody can be asked."""
    # None if it is closed.
    if sys.stdin is None or not sys.stdin.isatty():
        raise CommandError(
            "nobody can be asked without a terminal, so nothing was read or changed: add --dry-run "
            "to see what would be repaired, or --yes to repair it without a question"
        )


def confirm(question: str) -> bool:
    """Whether the person at the terminal agrees; an empty answer does not."""
    try:
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    except OSError:
        # Nobody has seen it.
        return False
    return sys.stdin.readline().strip().lower() in ("y", "yes")
