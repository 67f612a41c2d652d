from pathlib import Path

import pytest

from support.checkout import ROOT


@pytest.fixture(scope="session")
def examples() -> Path:
    return ROOT / "examples"
