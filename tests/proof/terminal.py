"""What the program prints and asks."""

import contextlib
import sys


def say(text: str = "") -> None:
    """Print a text at once. A terminal that has been closed is not an error."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


def complain(text: str) -> None:
    """Print a text to standard error."""
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def can_ask() -> bool:
    """Return whether somebody can answer."""
    return sys.stdin is not None and sys.stdin.isatty()


def ask(question: str) -> bool:
    """Return whether the answer is yes. Everything but ``y`` and ``yes`` is no."""
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False
