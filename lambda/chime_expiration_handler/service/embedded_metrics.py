"""Metrics in CloudWatch's embedded metric format, which needs no permission but that to log."""

import json
import time
from collections.abc import Mapping

from chime_expiration_handler.contract.metrics import NAMESPACE


def metric_record(dimension: str, value: str, counts: Mapping[str, int]) -> str:
    """The line of the log from which CloudWatch makes metrics, one for each name in ``counts``."""
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [[dimension]],
        "Metrics": [{"Name": name, "Unit": "Count"} for name in counts],
    }
    return json.dumps(
        {
            "_aws": {"Timestamp": round(time.time() * 1000), "CloudWatchMetrics": [directive]},
            dimension: value,
            **counts,
        }
    )
