"""What cdk-nag is told, without depending on it."""

import json
from typing import Any

from aws_cdk import CfnResource, Stack

from chime_expiration._synth.identity import is_token

_RULE = "AwsSolutions-IAM5"

# What `Validations.acknowledge` writes, which the oldest aws-cdk-lib of our range does not have.
_ACKNOWLEDGED = "aws:cdk:acknowledged-rules"


def acknowledge_wildcard(policy: CfnResource, resource: str, reason: str) -> None:
    """Say why ``policy`` allows the ``resource`` with a wildcard.

    cdk-nag 2 reads the metadata of the resource, cdk-nag 3 that of the construct, where each
    finding has to be named.
    """
    policy.add_metadata("cdk_nag", {"rules_to_suppress": [{"id": _RULE, "reason": reason}]})
    resolved = Stack.of(policy).resolve(resource) if is_token(resource) else resource
    finding = f"{_RULE}[Resource::{_as_cdk_nag_writes(resolved)}]"
    policy.node.add_metadata(_ACKNOWLEDGED, {finding: reason})


def _as_cdk_nag_writes(value: Any) -> str:
    match value:
        case str():
            return value.replace("${", "<").replace("}", ">")
        case {"Fn::Join": [str(delimiter), list(parts)]}:
            return delimiter.join(map(_as_cdk_nag_writes, parts))
        case {"Fn::GetAtt": [resource, attribute]}:
            return f"<{resource}.{attribute}>"
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::Sub": text} | {"Fn::ImportValue": text}:
            return _as_cdk_nag_writes(text)
    return json.dumps(value, separators=(",", ":"))
