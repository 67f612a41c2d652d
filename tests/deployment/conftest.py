from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.deployment import Deployment, prepare
from localaws import LocalAws
from localaws.cdk_cli import CdkCli
from localaws.demo.picture import APP_INSTANCE_ID, recording
from localaws.demo.walkthrough import Walkthrough


@pytest.fixture(scope="session")
def shared_aws() -> Iterator[LocalAws]:
    """A local AWS for all tests, with the bucket and the parameter that a bootstrap makes.

    Its quotas are raised, so that policies can set a thousand users a second.
    """
    with LocalAws() as local_aws:
        local_aws.chime.limits = None
        prepare(local_aws)
        yield local_aws


@pytest.fixture
def local_aws(shared_aws: LocalAws) -> Iterator[LocalAws]:
    """The shared local AWS, with an empty call log and no faults."""
    chime = shared_aws.chime
    chime.calls.clear()
    usual = chime.unknown_user_answers
    yield shared_aws
    chime.faults.clear()
    chime.unknown_user_answers = usual


@pytest.fixture(scope="session")
def walkthrough() -> Iterator[Walkthrough]:
    """The demo, on a local AWS of its own that the real CDK CLI has bootstrapped."""
    with LocalAws() as local_aws, recording():
        walkthrough = Walkthrough(local_aws, CdkCli(local_aws), APP_INSTANCE_ID)
        walkthrough.prepare()
        yield walkthrough


@pytest.fixture(scope="session")
def bootstrapped_aws(walkthrough: Walkthrough) -> LocalAws:
    """A local AWS for the real CDK CLI."""
    return walkthrough.local_aws


@pytest.fixture
def cdk(bootstrapped_aws: LocalAws) -> CdkCli:
    return CdkCli(bootstrapped_aws)


@pytest.fixture
def deployment(
    local_aws: LocalAws, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Deployment]:
    name = "".join(word.title() for word in request.node.name.split("[")[0].split("_")[1:])
    deployment = Deployment(local_aws, tmp_path, name[:100])
    yield deployment
    deployment.delete()
