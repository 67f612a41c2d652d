"""490 declarations at once, against the service's quotas."""

from bench.burst.deployment import (
    ALL_CALLS_PER_SECOND,
    Outcome,
    with_legacy_retries,
    with_our_patience,
)
from bench.panels import Bar, Panel
from bench.rows import Result, Row, exactly
from bench.samples import Spread, ratio

_USERS = 490
_RATES = (10.0, 50.0)
_SEEDS = range(1, 4)
_CALLS_OF_A_CREATE = 2


def measure() -> Result:
    """Deploy in simulated time, with our waiting and with boto3's own."""
    rows: list[Row] = []
    panels: list[Panel] = []
    for rate in _RATES:
        ours = [with_our_patience(_USERS, rate, seed) for seed in _SEEDS]
        legacy = [with_legacy_retries(_USERS, rate, seed) for seed in _SEEDS]
        rows += _rows(rate, ours, legacy)
        panels.append(_panel(rate, ours, legacy))
    return Result(rows, panels)


def _rows(rate: float, ours: list[Outcome], legacy: list[Outcome]) -> list[Row]:
    group = f"490 at once, {rate:g} sets a second"
    ideal = _USERS / rate
    admitted = max(ideal, _USERS * _CALLS_OF_A_CREATE / ALL_CALLS_PER_SECOND)
    seconds = Spread.of([outcome.seconds for outcome in ours])
    wasted = ratio([one.wasted_calls for one in ours], [one.wasted_calls for one in legacy])
    failed = max(outcome.failures for outcome in ours)
    rows = [
        Row(
            group,
            "until all are set",
            f"the ideal: {_USERS} by {rate:g}",
            f"{seconds.median:.1f} s",
            f"{ideal:.1f} s",
            _divided(seconds, ideal),
            1.4,
        )
    ]
    if admitted > ideal:
        rows.append(
            Row(
                group,
                "until all are set",
                "what all quotas together admit",
                f"{seconds.median:.1f} s",
                f"{admitted:.1f} s",
                _divided(seconds, admitted),
                1.4,
                note=f"{_USERS * _CALLS_OF_A_CREATE} calls, of which {ALL_CALLS_PER_SECOND:g} a "
                "second are taken",
            )
        )
    return [
        *rows,
        Row(
            group,
            "declarations that failed",
            "boto3's legacy retries",
            f"{failed}",
            f"{_median([outcome.failures for outcome in legacy]):g}",
            exactly(failed),
            0,
            unit="",
        ),
        Row(
            group,
            "calls refused",
            "boto3's legacy retries",
            f"{_median([outcome.wasted_calls for outcome in ours]):g}",
            f"{_median([outcome.wasted_calls for outcome in legacy]):g}",
            wasted,
            1.0,
        ),
    ]


def _panel(rate: float, ours: list[Outcome], legacy: list[Outcome]) -> Panel:
    failed = _median([outcome.failures for outcome in legacy])
    return Panel(
        f"{_USERS} at once, {rate:g} sets a second",
        "refused calls",
        [
            Bar("this project, none fail", _median([one.wasted_calls for one in ours])),
            Bar(f"boto3, {failed:g} fail", _median([one.wasted_calls for one in legacy])),
        ],
    )


def _divided(spread: Spread, by: float) -> Spread:
    return Spread(spread.median / by, spread.low / by, spread.high / by)


def _median(values: list[int]) -> float:
    return Spread.of([float(value) for value in values]).median
