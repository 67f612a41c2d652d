"""Whose policies IAM has to simulate for the caller."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

_SINGLE_SIGN_ON = "AWSReservedSSO_"


@dataclass(frozen=True)
class Entity:
    """A user or a role. ``note`` is what a simulation of its policies leaves out."""

    arn: str
    note: str = ""


@dataclass(frozen=True)
class RootUser:
    """The owner of the account, whom no IAM policy limits."""

    note: str = (
        "The caller is the root user, whom no IAM policy limits. An organization can limit it: "
        "this was not checked. On AWS, the root user cannot assume a role, so the question about a "
        "denied call gets no answer."
    )


@dataclass(frozen=True)
class Unknown:
    """A caller whose policies cannot be simulated, and why."""

    reason: str


Principal = Entity | RootUser | Unknown


def principal_of(caller: str, iam: Any) -> Principal:
    """Return whose policies apply to a caller. ``caller`` is what sts:GetCallerIdentity returns."""
    _, _, service, _, account, resource = caller.split(":", 5)
    kind, _, name = resource.partition("/")
    if (service, resource) == ("iam", "root"):
        return RootUser()
    if (service, kind) == ("iam", "user"):
        return Entity(caller)
    if (service, kind) == ("sts", "assumed-role"):
        return Entity(
            _role_arn(account, name.partition("/")[0], iam),
            "The caller has a session of a role. The policies of the role were simulated, and not "
            "those that the session itself can have.",
        )
    return Unknown(
        f"IAM cannot simulate the policies of {kind or service} credentials: use a user or a role"
    )


def _role_arn(account: str, name: str, iam: Any) -> str:
    """Return the ARN of a role. That of its sessions does not have the path of the role."""
    try:
        return str(iam.get_role(RoleName=name)["Role"]["Arn"])
    except (BotoCoreError, ClientError):
        # Not allowed, or not available. The simulation finds out whether the path is right.
        path = "aws-reserved/sso.amazonaws.com/" if name.startswith(_SINGLE_SIGN_ON) else ""
        return f"arn:aws:iam::{account}:role/{path}{name}"
