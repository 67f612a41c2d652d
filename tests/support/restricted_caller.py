"""Callers of a local AWS whose policy does not allow everything."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from localaws import LocalAws

Environment = dict[str, str]
Policy = Mapping[str, Any]

_NAME = "prover"


@contextmanager
def user_with(local_aws: LocalAws, policy: Policy) -> Iterator[Environment]:
    """The environment of a user with this policy only."""
    iam = local_aws.client("iam")
    iam.create_user(UserName=_NAME)
    iam.put_user_policy(UserName=_NAME, PolicyName="Proof", PolicyDocument=json.dumps(dict(policy)))
    key = iam.create_access_key(UserName=_NAME)["AccessKey"]
    try:
        yield _environment(key)
    finally:
        iam.delete_access_key(UserName=_NAME, AccessKeyId=key["AccessKeyId"])
        iam.delete_user_policy(UserName=_NAME, PolicyName="Proof")
        iam.delete_user(UserName=_NAME)


@contextmanager
def session_of_role_with(local_aws: LocalAws, policy: Policy) -> Iterator[Environment]:
    """The environment of a session of a role with this policy only."""
    iam = local_aws.client("iam")
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{local_aws.account}:root"},
            "Action": "sts:AssumeRole",
        },
    }
    role = iam.create_role(RoleName=_NAME, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    iam.put_role_policy(RoleName=_NAME, PolicyName="Proof", PolicyDocument=json.dumps(dict(policy)))
    session = local_aws.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="session")
    try:
        yield _environment(session["Credentials"])
    finally:
        iam.delete_role_policy(RoleName=_NAME, PolicyName="Proof")
        iam.delete_role(RoleName=_NAME)


def without(policy: Policy, *actions: str) -> Policy:
    """A policy without some of its actions."""
    statements = [
        {**each, "Action": [action for action in each["Action"] if action not in actions]}
        for each in policy["Statement"]
    ]
    return {**policy, "Statement": [each for each in statements if each["Action"]]}


def _environment(key: Mapping[str, Any]) -> Environment:
    token = {"AWS_SESSION_TOKEN": key["SessionToken"]} if "SessionToken" in key else {}
    return {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        **token,
    }
