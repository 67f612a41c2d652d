import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack

from demo.demo import Demo
from localaws import Stage
from localaws.cdk_cli import CdkCli

Build = Callable[[Stack], object]
Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="session")
def shared_stage() -> Iterator[Stage]:
    """CloudFormation, Lambda and IAM for all tests, with what templates expect of a bootstrap."""
    with Stage() as stage:
        stage.client("s3").create_bucket(Bucket=f"cdk-hnb659fds-assets-{stage.account}-us-east-1")
        stage.client("ssm").put_parameter(
            Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String"
        )
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
    with Stage() as stage:
        demo = Demo(stage, CdkCli(stage))
        demo.prepare()
        yield demo


@pytest.fixture(scope="session")
def bootstrapped_stage(demo: Demo) -> Stage:
    """A stage for the real CDK CLI."""
    return demo.stage


@pytest.fixture
def cdk(bootstrapped_stage: Stage) -> CdkCli:
    return CdkCli(bootstrapped_stage)


@dataclass
class Deployment:
    """One stack and what became of it, deployed as the CLI would: assets first, then the template.

    The CLI takes ten seconds for this, most of them to start.
    """

    stage: Stage
    folder: Path
    name: str = "Expirations"
    _rounds: int = field(default=0)

    def deploy(
        self,
        build: Build,
        *,
        change: Change = lambda _: None,
        parameters: dict[str, str] | None = None,
    ) -> str:
        """Create or update the stack with what `build` declares; answer the status it ends in.

        `change` may spoil the template first, to show what would happen if it were written so.
        """
        template = self._synthesize(build)
        change(template)
        cloudformation = self.stage.client("cloudformation")
        request = {
            "StackName": self.name,
            "TemplateBody": json.dumps(template),
            "Capabilities": ["CAPABILITY_IAM"],
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in (parameters or {}).items()
            ],
        }
        if self._rounds == 1:
            cloudformation.create_stack(**request)
        else:
            cloudformation.update_stack(**request)
        return self.settled()

    def delete(self) -> str:
        """Delete the stack; answer the status it ends in."""
        self.stage.client("cloudformation").delete_stack(StackName=self.name)
        return self.settled()

    def settled(self) -> str:
        """Wait until CloudFormation has done all, the clean-up included."""
        cloudformation = self.stage.client("cloudformation")
        while True:
            try:
                [stack] = cloudformation.describe_stacks(StackName=self.name)["Stacks"]
            except cloudformation.exceptions.ClientError:
                return "DELETE_COMPLETE"
            status = str(stack["StackStatus"])
            if not status.endswith("_IN_PROGRESS"):
                return status
            time.sleep(0.05)

    def reasons(self) -> str:
        """Everything that CloudFormation gave as a reason."""
        events = self.stage.client("cloudformation").describe_stack_events(StackName=self.name)
        return "\n".join(event.get("ResourceStatusReason", "") for event in events["StackEvents"])

    def _synthesize(self, build: Build) -> dict[str, Any]:
        self._rounds += 1
        outdir = self.folder / str(self._rounds)
        app = App(outdir=str(outdir))
        stack = Stack(app, self.name)
        build(stack)
        app.synth()
        for asset in json.loads((outdir / f"{self.name}.assets.json").read_text())[
            "files"
        ].values():
            source = outdir / asset["source"]["path"]
            if source.is_dir():
                self._upload(source, asset)
        template: dict[str, Any] = json.loads((outdir / f"{self.name}.template.json").read_text())
        return template

    def _upload(self, source: Path, asset: dict[str, Any]) -> None:
        [destination] = asset["destinations"].values()
        archive = shutil.make_archive(str(source), "zip", source)
        bucket = destination["bucketName"].replace("${AWS::AccountId}", self.stage.account)
        self.stage.client("s3").upload_file(
            archive, bucket.replace("${AWS::Region}", "us-east-1"), destination["objectKey"]
        )


@pytest.fixture
def deployment(
    stage: Stage, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Deployment]:
    name = "".join(word.title() for word in request.node.name.split("[")[0].split("_")[1:])
    deployment = Deployment(stage, tmp_path, name[:100])
    yield deployment
    deployment.delete()
