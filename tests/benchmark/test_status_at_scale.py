"""The benchmark of ``status`` with few users. Tests do not import the benchmark: they run it."""

import json
import subprocess
import sys

import pytest

from support.checkout import ROOT

pytestmark = pytest.mark.slow


def test_every_user_and_every_entry_is_read_once() -> None:
    # WHEN
    command = [sys.executable, "-m", "bench.status", "20", "300"]
    measured = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)

    # THEN
    assert measured["ideal_seconds"] == 1
    assert (measured["calls"], measured["throttled"]) == (20, 0)
    assert measured["found"]["exit_status"] == 0
    assert (measured["found"]["entries"], measured["found"]["users_in_calendar"]) == (300, 320)
