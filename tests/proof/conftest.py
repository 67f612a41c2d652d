from collections.abc import Iterator
from pathlib import Path

import pytest

from localaws import LocalAws
from support.proof_runs import ProofRuns, everything


@pytest.fixture(scope="session")
def proof_aws() -> Iterator[LocalAws]:
    """A local AWS that is as empty after each test as before."""
    with LocalAws() as local_aws:
        yield local_aws


@pytest.fixture
def runs(proof_aws: LocalAws, tmp_path: Path) -> Iterator[ProofRuns]:
    """The program; the test fails if it leaves anything."""
    before = everything(proof_aws)
    yield ProofRuns(proof_aws, tmp_path)
    proof_aws.chime.faults.clear()
    assert everything(proof_aws) == before


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the late kill points unless they are asked for by their mark."""
    if "late_kills" in config.option.markexpr:
        return
    left_out = [item for item in items if item.get_closest_marker("late_kills")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
