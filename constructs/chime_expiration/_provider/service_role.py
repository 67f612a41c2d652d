"""Roles of AWS services, with what they may do."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk.aws_iam import CfnRole
from constructs import Construct

Policies = Mapping[str, tuple[Sequence[str], str | Sequence[str]]]
"""Actions and the resources that they are allowed on, by the name of the inline policy."""


def service_role(
    scope: Construct, id: str, service: str, description: str, policies: Policies
) -> CfnRole:
    """A role that ``service`` assumes: the first part of its principal, such as ``lambda``."""
    return CfnRole(
        scope,
        id,
        description=description,
        assume_role_policy_document={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"Service": f"{service}.amazonaws.com"},
                }
            ],
        },
        policies=[
            CfnRole.PolicyProperty(policy_name=name, policy_document=allowing(actions, resources))
            for name, (actions, resources) in policies.items()
        ],
    )


def allowing(actions: Sequence[str], resources: str | Sequence[str]) -> dict[str, Any]:
    """A policy document."""
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": resources}],
    }
