"""Deploys stacks to a local AWS as the CDK CLI does, but within a second."""

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aws_cdk import App, Stack

from localaws import LocalAws

Build = Callable[[Stack], object]
Change = Callable[[dict[str, Any]], None]


def prepare(local_aws: LocalAws, region: str = "us-east-1") -> None:
    """Make the bucket and the parameter that templates expect of a bootstrapped region."""
    # S3 does not accept us-east-1 as a location constraint.
    location = {"LocationConstraint": region}
    local_aws.client("s3", region).create_bucket(
        Bucket=f"cdk-hnb659fds-assets-{local_aws.account}-{region}",
        **({} if region == "us-east-1" else {"CreateBucketConfiguration": location}),
    )
    local_aws.client("ssm", region).put_parameter(
        Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String"
    )


@dataclass
class Deployment:
    """One stack, deployed as the CLI does it: first the assets, then the template.

    The CLI needs ten seconds for this, most of them to start.
    """

    local_aws: LocalAws
    folder: Path
    name: str = "Expirations"
    region: str = "us-east-1"
    _rounds: int = field(default=0)

    def deploy(
        self,
        build: Build,
        *,
        change: Change = lambda _: None,
        parameters: dict[str, str] | None = None,
    ) -> str:
        """Create or update the stack with what ``build`` declares; return its final status.

        ``change`` edits the template before, to show what another template would do.
        """
        template = self._synthesize(build)
        change(template)
        cloudformation = self.local_aws.client("cloudformation", self.region)
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
        return self.wait_until_stable()

    def delete(self) -> str:
        """Delete the stack; return its final status."""
        self.local_aws.client("cloudformation", self.region).delete_stack(StackName=self.name)
        return self.wait_until_stable()

    def wait_until_stable(self) -> str:
        """Wait until CloudFormation has finished, including the clean-up; return the status."""
        cloudformation = self.local_aws.client("cloudformation", self.region)
        while True:
            try:
                [stack] = cloudformation.describe_stacks(StackName=self.name)["Stacks"]
            except cloudformation.exceptions.ClientError:
                return "DELETE_COMPLETE"
            status = str(stack["StackStatus"])
            if not status.endswith("_IN_PROGRESS"):
                return status
            time.sleep(0.05)

    def outputs(self) -> dict[str, str]:
        """The outputs of the stack."""
        cloudformation = self.local_aws.client("cloudformation", self.region)
        [stack] = cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def reasons(self) -> str:
        """The status reasons in the events of the stack, one per line."""
        events = self.local_aws.client("cloudformation", self.region).describe_stack_events(
            StackName=self.name
        )
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
        bucket = destination["bucketName"].replace("${AWS::AccountId}", self.local_aws.account)
        self.local_aws.client("s3", self.region).upload_file(
            archive, bucket.replace("${AWS::Region}", self.region), destination["objectKey"]
        )
