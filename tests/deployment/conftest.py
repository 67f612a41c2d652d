from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.demo import Demo
from demo.picture import APP_INSTANCE_ID, recording
from fakes.deployment import Deployment, prepare
from localaws import Stage
from localaws.cdk_cli import CdkCli


@pytest.fixture(scope="session")
def shared_stage() -> Iterator[Stage]:
    """CloudFormation, Lambda and IAM for all tests, with what templates expect of a bootstrap."""
    with Stage() as stage:
        prepare(stage)
        yield stage


@pytest.fixture
def stage(shared_stage: Stage) -> Iterator[Stage]:
    """The stage, with a Chime in which nothing has been called and nothing is wrong."""
    shared_stage.chime.calls.clear()
    yield shared_stage
    shared_stage.chime.faults.clear()
    shared_stage.chime.unknown_user_answers = "Forbidden"


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """The demo, on a stage of its own that the real CDK CLI has bootstrapped."""
    with Stage() as stage, recording():
        demo = Demo(stage, CdkCli(stage), APP_INSTANCE_ID)
        demo.prepare()
        yield demo


@pytest.fixture(scope="session")
def bootstrapped_stage(demo: Demo) -> Stage:
    """A stage for the real CDK CLI."""
    return demo.stage


@pytest.fixture
def cdk(bootstrapped_stage: Stage) -> CdkCli:
    return CdkCli(bootstrapped_stage)


@pytest.fixture
def deployment(
    stage: Stage, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Deployment]:
    name = "".join(word.title() for word in request.node.name.split("[")[0].split("_")[1:])
    deployment = Deployment(stage, tmp_path, name[:100])
    yield deployment
    deployment.delete()
