"""Acknowledgements of the rules of cdk-nag, without a dependency on it."""

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import CfnResource, Stack

from chime_expiration._synth.identity import is_token

_WILDCARD_RULE = "AwsSolutions-IAM5"

# What `Validations.acknowledge` writes, which the oldest aws-cdk-lib of our range does not have.
_ACKNOWLEDGED = "aws:cdk:acknowledged-rules"


def acknowledge(resource: CfnResource, reasons: Mapping[str, str]) -> None:
    """Say why ``resource`` does not comply, by finding.

    cdk-nag 2 reads the metadata of the resource, cdk-nag 3 that of the construct, where each
    finding of a rule has to be named: ``RULE[FINDING]``.
    """
    suppressed = [
        {"id": finding.partition("[")[0], "reason": reason} for finding, reason in reasons.items()
    ]
    resource.add_metadata("cdk_nag", {"rules_to_suppress": suppressed})
    resource.node.add_metadata(_ACKNOWLEDGED, dict(reasons))


def acknowledge_wildcard(policy: CfnResource, resource: str, reason: str) -> None:
    """Say why ``policy`` allows the ``resource`` with a wildcard."""
    resolved = Stack.of(policy).resolve(resource) if is_token(resource) else resource
    acknowledge(policy, {f"{_WILDCARD_RULE}[Resource::{_as_cdk_nag_writes(resolved)}]": reason})


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
