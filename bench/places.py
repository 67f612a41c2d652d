"""The folders and files of the benchmark."""

import hashlib
import os
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PEERS = PROJECT / "bench" / "peers"

SOURCE_ROOTS = [str(PROJECT / root) for root in ("cli", "constructs", "lambda")]
"""The folders that the packages of this project are imported from."""

BUILD = PROJECT / ".bench"
"""Installed alternatives, which the next run uses again."""

RESULTS = PROJECT / "docs" / "bench.json"
PICTURE = PROJECT / "docs" / "bench.svg"


def search_path() -> str:
    """A PATH with this environment's Python and Node.js first."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def fingerprint() -> str:
    """A digest of this project's sources: it tells which version a number belongs to."""
    files = sorted(file for root in SOURCE_ROOTS for file in Path(root).rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
