"""Whether what is measured stays the same while it is measured."""

import hashlib
from pathlib import Path

from bench.places import SOURCE_ROOTS


def fingerprint() -> str:
    """A text that changes with the sources of this project."""
    digest = hashlib.sha256()
    for root in SOURCE_ROOTS:
        for file in sorted(Path(root).rglob("*.py")):
            digest.update(f"{file}\n".encode() + file.read_bytes())
    return digest.hexdigest()
