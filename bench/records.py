"""The result as JSON."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.rows import Row

_PACKAGES = ("aws-cdk-lib", "awslambdaric", "boto3", "botocore", "constructs", "crhelper", "jsii")


def write(rows: Sequence[Row], file: Path) -> None:
    """Write all rows, and what they were measured with."""
    content = {
        "measured_with": {
            "python": platform.python_version(),
            "system": platform.system(),
            "processors": os.cpu_count(),
            **{package: version(package) for package in _PACKAGES},
        },
        "rows": [_record(row) for row in rows],
    }
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _record(row: Row) -> dict[str, Any]:
    return {**_rounded(asdict(row)), "reached": row.reached, "certain": row.certain}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return round(value, 4) if isinstance(value, float) else value
