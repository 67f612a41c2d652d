"""What CloudWatch makes of the log of a function: metrics in the embedded metric format."""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

_SCHEMA = json.loads((Path(__file__).parent / "embedded_metric_format.json").read_text())
_VALIDATOR = Draft202012Validator(_SCHEMA)

_HOUR_IN_MILLISECONDS = 60 * 60 * 1000


@dataclass(frozen=True)
class DataPoint:
    """One value of one metric."""

    namespace: str
    name: str
    dimensions: dict[str, str]
    value: float


def data_points(lines: Iterable[str]) -> list[DataPoint]:
    """The values in the records of a log; raises where CloudWatch would not accept a record."""
    return [
        point
        for line in lines
        if '"_aws"' in line
        # The whole line has to be JSON.
        for point in _data_points(json.loads(line))
    ]


def _data_points(record: dict[str, Any]) -> Iterator[DataPoint]:
    _VALIDATOR.validate(record)
    # CloudWatch Logs rejects what is older than two weeks or two hours ahead.
    age = time.time() * 1000 - record["_aws"]["Timestamp"]
    if not -2 * _HOUR_IN_MILLISECONDS < age < 14 * 24 * _HOUR_IN_MILLISECONDS:
        raise ValueError(f"the record is {age / 1000:.0f} s old")
    for directive in record["_aws"]["CloudWatchMetrics"]:
        for dimension_set in directive["Dimensions"]:
            dimensions = {name: _dimension(record[name]) for name in dimension_set}
            for metric in directive["Metrics"]:
                value = _number(record[metric["Name"]])
                yield DataPoint(directive["Namespace"], metric["Name"], dimensions, value)


def _dimension(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isascii() or len(value) > 1024:
        raise ValueError(f"{value!r} is not the value of a dimension")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is not the value of a metric")
    return value
