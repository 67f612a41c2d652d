"""What every function calls and responds to: one Chime SDK Identity and one ResponseURL."""

import contextlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.functions import NODE, Function
from bench.places import search_path
from bench.sandbox import Event, Sandbox
from localaws.certificates import Certificates, write_certificates
from localaws.chime import ChimeIdentity, ChimeServer
from localaws.standins.function_environment import function_environment
from localaws.standins.response_bucket import ResponseBucket

_SERVICE_TOKEN = "arn:aws:lambda:us-east-1:111122223333:function:Handler"


@dataclass(frozen=True)
class Endpoints:
    """Servers on the loopback interface, with TLS."""

    chime: ChimeIdentity
    user: str
    server: ChimeServer
    bucket: ResponseBucket
    certificates: Certificates

    def sandbox(self, function: Function) -> Sandbox:
        """A process for a function, not started yet."""
        environment = {
            **function_environment(function.folder, self.certificates, self.server.url),
            "PATH": search_path(),
            "BENCH_RESPONSE_PORT": str(self.bucket.port),
        }
        return Sandbox(function, self.bucket, environment)

    def event(self, function: Function, request: str, days: int = 30) -> Event:
        """The event that CloudFormation sends to a function for the user."""
        event: Event = {
            "RequestType": request,
            "ServiceToken": _SERVICE_TOKEN,
            "StackId": "arn:aws:cloudformation:us-east-1:111122223333:stack/Policy/5a4c",
            "RequestId": "9b2d3c84-3a2f-4a6e-8c35-6f1f6f3a9d10",
            "LogicalResourceId": "Guest",
            "ResourceType": "Custom::Bench",
            "ResourceProperties": self._properties(function, days),
        }
        if request != "Create":
            event["PhysicalResourceId"] = self.user
            event["OldResourceProperties"] = self._properties(function, days + 1)
        return event

    def _properties(self, function: Function, days: int) -> dict[str, object]:
        settings = {"ExpirationDays": days, "ExpirationCriterion": "CREATED_TIMESTAMP"}
        user = {"AppInstanceUserArn": self.user}
        if function.name != NODE:
            texts = {name: str(value) for name, value in settings.items()}
            return {"ServiceToken": _SERVICE_TOKEN, **user, **texts}
        # As in the template of AwsCustomResource.
        call = {"action": "PutAppInstanceUserExpirationSettings", "service": "chime-sdk-identity"}
        put = json.dumps(
            {
                **call,
                "parameters": {**user, "ExpirationSettings": settings},
                "physicalResourceId": {"id": self.user},
            }
        )
        return {
            "ServiceToken": _SERVICE_TOKEN,
            "Create": put,
            "Update": put,
            "Delete": json.dumps({**call, "parameters": user}),
            "InstallLatestAwsSdk": "false",
        }


@contextlib.contextmanager
def endpoints() -> Iterator[Endpoints]:
    """Start the servers; they stop at the end of the ``with``."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        certificates = write_certificates(Path(folder))
        chime = ChimeIdentity()
        user = chime.create_user(chime.create_app_instance(), "guest-001")
        with (
            ChimeServer(
                chime, certificate=certificates.certificate, private_key=certificates.private_key
            ) as server,
            ResponseBucket(certificates) as bucket,
        ):
            yield Endpoints(chime, user, server, bucket, certificates)
