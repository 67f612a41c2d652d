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
        self.start(build, change=change, parameters=parameters)
        return self.wait_until_stable()

    def start(
        self,
        build: Build,
        *,
        change: Change = lambda _: None,
        parameters: dict[str, str] | None = None,
    ) -> None:
        """Start what ``deploy`` does, and do not wait for its end."""
        assembly = self.synthesize(build, change)
        for asset in json.loads((assembly / f"{self.name}.assets.json").read_text())[
            "files"
        ].values():
            source = assembly / asset["source"]["path"]
            if source.is_dir():
                self._upload(source, asset)
        cloudformation = self.local_aws.client("cloudformation", self.region)
        request = {
            "StackName": self.name,
            "TemplateBody": (assembly / f"{self.name}.template.json").read_text(),
            "Capabilities": ["CAPABILITY_IAM"],
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in (parameters or {}).items()
            ],
        }
        if self._stack():
            cloudformation.update_stack(**request)
        else:
            cloudformation.create_stack(**request)

    def synthesize(self, build: Build, change: Change = lambda _: None) -> Path:
        """Synthesize what ``build`` declares; return the folder, which the CLI can deploy too."""
        self._rounds += 1
        outdir = self.folder / str(self._rounds)
        app = App(outdir=str(outdir))
        build(Stack(app, self.name))
        app.synth()
        path = outdir / f"{self.name}.template.json"
        template: dict[str, Any] = json.loads(path.read_text())
        change(template)
        path.write_text(json.dumps(template))
        return outdir

    def delete(self) -> str:
        """Delete the stack; return its final status."""
        self.local_aws.client("cloudformation", self.region).delete_stack(StackName=self.name)
        return self.wait_until_stable()

    def wait_until_stable(self) -> str:
        """Wait until CloudFormation has finished, including the clean-up; return the status."""
        while True:
            stack = self._stack()
            if stack is None:
                return "DELETE_COMPLETE"
            status = str(stack["StackStatus"])
            if not status.endswith("_IN_PROGRESS"):
                return status
            time.sleep(0.05)

    def outputs(self) -> dict[str, str]:
        """The outputs of the stack."""
        stack = self._stack()
        assert stack is not None
        return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}

    def physical_id(self, resource_type: str) -> str:
        """The id of the only resource of this type in the stack."""
        cloudformation = self.local_aws.client("cloudformation", self.region)
        described = cloudformation.describe_stack_resources(StackName=self.name)
        [found] = [
            str(each["PhysicalResourceId"])
            for each in described["StackResources"]
            if each["ResourceType"] == resource_type
        ]
        return found

    def reasons(self) -> str:
        """The status reasons in the events of the stack, one per line."""
        events = self.local_aws.client("cloudformation", self.region).describe_stack_events(
            StackName=self.name
        )
        return "\n".join(event.get("ResourceStatusReason", "") for event in events["StackEvents"])

    def _stack(self) -> dict[str, Any] | None:
        cloudformation = self.local_aws.client("cloudformation", self.region)
        try:
            [stack] = cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        except cloudformation.exceptions.ClientError:
            return None
        return dict(stack)

    def _upload(self, source: Path, asset: dict[str, Any]) -> None:
        [destination] = asset["destinations"].values()
        archive = shutil.make_archive(str(source), "zip", source)
        bucket = destination["bucketName"].replace("${AWS::AccountId}", self.local_aws.account)
        self.local_aws.client("s3", self.region).upload_file(
            archive, bucket.replace("${AWS::Region}", self.region), destination["objectKey"]
        )
