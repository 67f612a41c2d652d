"""Writes the page into the file that the arguments name."""

import contextlib
import os
import stat
from pathlib import Path

from chime_expiration_cli.errors import CommandError


def unusable(name: str) -> str:
    """Why no page can be written to ``name``, and what to do; empty if one can."""
    if name == "-":
        return "'-' is not a file: standard output has the tables; use a name such as report.html"
    if not name:
        return "'' is not a file: use a name such as report.html"
    path = Path(name)
    try:
        mode = path.stat().st_mode if path.exists() else None
        has_folder = path.parent.is_dir()
    except OSError as error:
        return f"{name!r} cannot be used: {error.strerror}; use another file"
    if mode is None:
        return "" if has_folder else f"the folder of {name!r} does not exist: create it first"
    if stat.S_ISDIR(mode):
        return f"{name!r} is a directory: use a file in it, such as {str(path / 'report.html')!r}"
    return "" if stat.S_ISREG(mode) else f"{name!r} is not a regular file: use another name"


def write_page(name: str, text: str) -> None:
    """Write the file as a whole, or leave it as it was; raises CommandError."""
    # A link stays a link.
    path = Path(os.path.realpath(name))
    draft = path.with_name(f".{path.name[:100]}.{os.getpid()}.tmp")
    try:
        # A message of AWS can have half of a surrogate pair, which UTF-8 has not.
        draft.write_bytes(text.encode("utf-8", "backslashreplace"))
        draft.replace(path)
    except OSError as error:
        raise CommandError(
            f"cannot write {name}: {error.strerror or error}; use --html with another file"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
