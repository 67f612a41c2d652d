"""What every function calls and answers to: one Chime SDK Identity, one ResponseURL, one TLS."""

import contextlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.answers import Answers
from bench.functions import NODE, Function
from bench.sandbox import Event, Sandbox
from localaws.certificates import write_certificates
from localaws.chime import ChimeIdentity, ChimeServer


@dataclass(frozen=True)
class Stage:
    """Everything that listens, on the loopback interface only."""

    chime: ChimeIdentity
    user: str
    answers: Answers
    trust: dict[str, str]

    def sandbox(self, function: Function) -> Sandbox:
        """A process for a function, not started yet."""
        return Sandbox(function, self.answers, self.trust)

    def event(self, function: Function, request: str, days: int = 30) -> Event:
        """What CloudFormation sends to a function for the user."""
        event: Event = {
            "RequestType": request,
            "ServiceToken": "arn:aws:lambda:us-east-1:111122223333:function:bench",
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
        if function.name == NODE:
            return aws_custom_resource_properties(self.user, days)
        return {
            "ServiceToken": "arn:aws:lambda:us-east-1:111122223333:function:bench",
            "AppInstanceUserArn": self.user,
            "ExpirationDays": str(days),
            "ExpirationCriterion": "CREATED_TIMESTAMP",
        }


@contextlib.contextmanager
def stage() -> Iterator[Stage]:
    """Start what listens; it is gone, with its files, when it is left."""
    with contextlib.ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        certificates = write_certificates(folder)
        chime = ChimeIdentity()
        user = chime.create_user(chime.create_app_instance(), "guest-001")
        server = ChimeServer(
            chime, certificate=certificates.certificate, private_key=certificates.private_key
        )
        closing.enter_context(server)
        answers = closing.enter_context(Answers(certificates))
        authority = str(certificates.authority)
        trust = {
            "AWS_CA_BUNDLE": authority,
            "NODE_EXTRA_CA_CERTS": authority,
            "SSL_CERT_FILE": authority,
            "AWS_ENDPOINT_URL_CHIME_SDK_IDENTITY": server.url,
        }
        yield Stage(chime, user, answers, trust)


def aws_custom_resource_properties(user: str, days: int) -> dict[str, object]:
    """The properties that the template of `bench.apps.aws_custom_resource_app` has."""
    call = {"action": "PutAppInstanceUserExpirationSettings", "service": "chime-sdk-identity"}
    settings = {"ExpirationDays": days, "ExpirationCriterion": "CREATED_TIMESTAMP"}
    put = json.dumps(
        {
            **call,
            "parameters": {"AppInstanceUserArn": user, "ExpirationSettings": settings},
            "physicalResourceId": {"id": user},
        }
    )
    clear = json.dumps({**call, "parameters": {"AppInstanceUserArn": user}})
    return {
        "ServiceToken": "arn:aws:lambda:us-east-1:111122223333:function:bench",
        "Create": put,
        "Update": put,
        "Delete": clear,
        "InstallLatestAwsSdk": "false",
    }
