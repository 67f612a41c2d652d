from pathlib import Path

import pytest

from release.checkout import Checkout
from support.git import start_repository

CHANGELOG = """\
# Changelog

## [Unreleased]

## [0.2.0] - 2026-03-01

### Added

- A second thing.

## [0.1.0] - 2026-01-31

- A first thing.
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A small project whose version 0.2.0 can be tagged."""
    checkout = Checkout(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "small"\nversion = "0.2.0"\n')
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    start_repository(checkout)
    checkout.git("tag", "v0.1.0")
    return checkout
