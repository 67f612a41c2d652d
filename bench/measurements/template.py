"""The template: what a declaration adds to it, and how many fit into one stack."""

import json
from typing import Any

from bench.rows import Panel, Result, Row, counted
from bench.samples import Spread
from bench.synthesis import template

_FEW, _MANY = 2, 102
_RESOURCES_OF_A_STACK = 500
_GROUP = "template"
_OURS, _PEER = "chime_expiration", "aws_custom_resource"
_DOCUMENTED, _NATIVE = "aws_custom_resource_documented", "native"
_APPS = (_OURS, _PEER, _DOCUMENTED, _NATIVE)


def measure() -> Result:
    """Compare templates with few users and with many."""
    few = {app: template(app, _FEW) for app in _APPS}
    many = {app: template(app, _MANY) for app in _APPS}
    counts = {app: (len(few[app]["Resources"]), len(many[app]["Resources"])) for app in _APPS}
    resources = {app: (high - low) / (_MANY - _FEW) for app, (low, high) in counts.items()}
    size = {app: (_bytes(many[app]) - _bytes(few[app])) / (_MANY - _FEW) for app in _APPS}
    most = {
        app: int((_RESOURCES_OF_A_STACK - counts[app][0]) / resources[app]) + _FEW for app in _APPS
    }
    # The CDK fails for a stack with more.
    assert len(template(_OURS, most[_OURS])["Resources"]) <= _RESOURCES_OF_A_STACK
    documented = f"AwsCustomResource as documented: {resources[_DOCUMENTED]:g}"
    role_is_full = "and the policies of its role are full at about 40 users"
    each = resources[_OURS], f"{resources[_PEER]:g}"
    rows = [
        counted(_GROUP, "resources for each declaration", "one", *each, 1, note=documented),
        *(
            Row(
                _GROUP,
                "bytes for each declaration",
                against,
                f"{size[_OURS]:.0f}",
                f"{size[peer]:.0f}",
                Spread.exactly(size[_OURS] / size[peer]),
                limit,
            )
            for peer, against, limit in (
                (_PEER, "AwsCustomResource, one role", 0.3),
                (_DOCUMENTED, "AwsCustomResource, documented", None),
                (_NATIVE, "CfnAppInstanceUser", None),
            )
        ),
        counted(
            _GROUP,
            "most declarations of one stack",
            "AwsCustomResource, documented",
            most[_OURS],
            most[_DOCUMENTED],
            490,
            least=True,
            note=role_is_full,
        ),
    ]
    bars = {
        "this project": size[_OURS],
        "AwsCustomResource": size[_PEER],
        "CfnAppInstanceUser": size[_NATIVE],
    }
    return Result(rows, [Panel("Template, for each declaration", "bytes", bars)])


def _bytes(content: dict[str, Any]) -> int:
    # As the CDK writes it.
    return len(json.dumps(content, indent=1).encode())
