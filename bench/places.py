"""Where things are: the project, its peers, and what a run leaves behind."""

import os
import sys
from pathlib import Path

BENCH = Path(__file__).parent
PROJECT = BENCH.parent
APPS = BENCH / "apps"
PEERS = BENCH / "peers"

SOURCE_ROOTS = [str(PROJECT / "constructs"), str(PROJECT / "lambda")]
"""The folders that the project's packages are imported from."""

BUILD = PROJECT / ".bench"
"""What a run sets up beforehand and may use again."""

RESULTS = PROJECT / "docs" / "bench.json"
PICTURE = PROJECT / "docs" / "bench.svg"


def tools() -> str:
    """A PATH on which this environment's Python and Node.js come first."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
