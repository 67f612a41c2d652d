"""The metrics of a chunk, and of a sweep."""

from collections.abc import Mapping

from chime_expiration_handler.contract import metrics
from chime_expiration_handler.service import embedded_metrics
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
    values = {name: counts.get(outcome, 0) for name, outcome in _NAMES.items()}
    return embedded_metrics.metric_record(metrics.POLICY_TABLE, table, values)


def sweeps_finished_record(table: str, count: int) -> str:
    """The line of the log for ``count`` sweeps that have ended well."""
    values = {metrics.SWEEPS_FINISHED: count}
    return embedded_metrics.metric_record(metrics.POLICY_TABLE, table, values)
