"""Metrics that the functions write, with alarms and widgets for them."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import (
    Alarm,
    ComparisonOperator,
    GraphWidget,
    IAlarmAction,
    IWidget,
    Metric,
    TreatMissingData,
)
from constructs import Construct

from chime_expiration_handler.contract.metrics import NAMESPACE

# A dashboard has 24 columns.
_HALF_OF_A_DASHBOARD = 12


def count_metric(
    owner: Construct, name: str, dimensions: Mapping[str, str], options: Mapping[str, Any]
) -> Metric:
    """The metric ``name`` of ``owner``: a sum, unless ``options`` say otherwise."""
    metric = Metric(
        namespace=NAMESPACE,
        metric_name=name,
        **{"dimensions_map": dict(dimensions), "statistic": "Sum", **options},
    )
    return metric.attach_to(owner)


def alarm_at_once(
    scope: Construct,
    id: str,
    metric: Metric,
    description: str,
    actions: Sequence[IAlarmAction],
    *,
    threshold: int = 1,
) -> Alarm:
    """An alarm that goes off when ``metric`` counts something, and is OK while there is no data."""
    alarm = metric.create_alarm(
        scope,
        id,
        alarm_description=description,
        threshold=threshold,
        evaluation_periods=1,
        # The functions do not run all the time, and there is no data in between.
        treat_missing_data=TreatMissingData.NOT_BREACHING,
    )
    alarm.add_alarm_action(*actions)
    return alarm


def alarm_on_silence(
    scope: Construct,
    id: str,
    metric: Metric,
    description: str,
    actions: Sequence[IAlarmAction],
    *,
    hours: int,
) -> Alarm:
    """An alarm that goes off when ``metric`` has had no value for ``hours``: at most 168."""
    alarm = metric.with_(period=Duration.hours(1), statistic="SampleCount").create_alarm(
        scope,
        id,
        alarm_description=description,
        threshold=1,
        comparison_operator=ComparisonOperator.LESS_THAN_THRESHOLD,
        # Many short periods: CloudWatch looks for values some periods further back than asked, and
        # would notice the silence days late if each period took a day.
        evaluation_periods=hours,
        treat_missing_data=TreatMissingData.BREACHING,
    )
    alarm.add_alarm_action(*actions)
    return alarm


def graph(title: str, metrics: Sequence[Metric]) -> IWidget:
    """A widget that shows ``metrics`` together, half as wide as a dashboard."""
    return GraphWidget(title=title, left=list(metrics), width=_HALF_OF_A_DASHBOARD)
