"""The metrics of a chunk, in CloudWatch's embedded metric format."""

import json
import time
from collections.abc import Mapping

from chime_expiration_handler.contract import metrics
from chime_expiration_handler.sweep.outcome import Outcome

_NAMES = {
    metrics.USERS_SET: Outcome.SET,
    metrics.USERS_CLEARED: Outcome.CLEARED,
    metrics.USERS_FAILED: Outcome.FAILED,
    metrics.USERS_OVERDUE: Outcome.OVERDUE,
    metrics.USERS_LEFT_ALONE: Outcome.LEFT_ALONE,
}


def metric_record(table: str, counts: Mapping[str, int]) -> str:
    """The line of the log from which CloudWatch makes the metrics."""
    directive = {
        "Namespace": metrics.NAMESPACE,
        "Dimensions": [[metrics.DIMENSION]],
        "Metrics": [{"Name": name, "Unit": "Count"} for name in _NAMES],
    }
    return json.dumps(
        {
            "_aws": {"Timestamp": round(time.time() * 1000), "CloudWatchMetrics": [directive]},
            metrics.DIMENSION: table,
            **{name: counts.get(outcome, 0) for name, outcome in _NAMES.items()},
        }
    )
