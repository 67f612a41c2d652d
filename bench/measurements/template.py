"""The template: what a declaration adds to it, and how many fit into one stack."""

import json
import tempfile
from pathlib import Path
from typing import Any

from bench.panels import Bar, Panel
from bench.rows import Result, Row, exactly
from bench.synthesis import synthesize, template

_FEW, _MANY = 2, 102
_RESOURCES_OF_A_STACK = 500
_GROUP = "template"

_APPS = {
    "ours": "chime_expiration_app",
    "peer": "aws_custom_resource_app",
    "documented": "aws_custom_resource_documented_app",
    "native": "native_app",
}


def measure() -> Result:
    """Compare templates with few users and with many."""
    with tempfile.TemporaryDirectory(prefix="bench-template-") as folder:
        few = {name: _template(app, _FEW, folder) for name, app in _APPS.items()}
        many = {name: _template(app, _MANY, folder) for name, app in _APPS.items()}
        most = _most(few["ours"], many["ours"])
        # More than this would not have been synthesized.
        stack_with_most = _template(_APPS["ours"], most, folder)
    resources = {
        name: (len(many[name]["Resources"]) - len(few[name]["Resources"])) / (_MANY - _FEW)
        for name in _APPS
    }
    size = {name: (_bytes(many[name]) - _bytes(few[name])) / (_MANY - _FEW) for name in _APPS}
    assert len(stack_with_most["Resources"]) <= _RESOURCES_OF_A_STACK
    rows = [
        Row(
            _GROUP,
            "resources for each declaration",
            "one",
            f"{resources['ours']:g}",
            f"{resources['peer']:g}",
            exactly(resources["ours"]),
            1,
            unit="",
            note=f"AwsCustomResource as documented: {resources['documented']:g}",
        ),
        *(
            Row(
                _GROUP,
                "bytes for each declaration",
                against,
                f"{size['ours']:.0f}",
                f"{size[peer]:.0f}",
                exactly(size["ours"] / size[peer]),
                limit,
            )
            for peer, against, limit in (
                ("peer", "AwsCustomResource, one role", 0.3),
                ("documented", "AwsCustomResource, documented", None),
                ("native", "CfnAppInstanceUser", None),
            )
        ),
        Row(
            _GROUP,
            "most declarations of one stack",
            "AwsCustomResource, documented",
            f"{most}",
            f"{_most(few['documented'], many['documented'])}",
            exactly(most),
            490,
            least=True,
            unit="",
            note="and its policies are more than a role may have from about 40 on",
        ),
    ]
    panel = Panel(
        "Template, for each declaration",
        "bytes",
        [
            Bar("this project", size["ours"]),
            Bar("AwsCustomResource", size["peer"]),
            Bar("CfnAppInstanceUser", size["native"]),
        ],
    )
    return Result(rows, [panel])


def _template(app: str, users: int, folder: str) -> dict[str, Any]:
    out = Path(folder) / "cdk.out"
    synthesize(app, users, out)
    return template(out)


def _bytes(content: dict[str, Any]) -> int:
    # As the CDK writes it.
    return len(json.dumps(content, indent=1).encode())


def _most(few: dict[str, Any], many: dict[str, Any]) -> int:
    each = (len(many["Resources"]) - len(few["Resources"])) / (_MANY - _FEW)
    shared = len(few["Resources"]) - each * _FEW
    return int((_RESOURCES_OF_A_STACK - shared) / each)
