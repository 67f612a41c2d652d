"""The code of the function in a cloud assembly."""

import json
from pathlib import Path


def function_code(assembly: Path) -> str:
    """The hash of the asset that the only function of the stack Policies has as its code."""
    template = json.loads((assembly / "Policies.template.json").read_text())
    [function] = [
        resource
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    ]
    key: str = function["Properties"]["Code"]["S3Key"]
    return key.removesuffix(".zip")
