import pytest

from support.checkout import ROOT


@pytest.fixture(scope="session")
def examples():
    return ROOT / "examples"
