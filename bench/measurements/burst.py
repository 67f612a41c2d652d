"""490 declarations at once, against the service's quotas."""

import random
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from types import SimpleNamespace
from typing import Any

from bench.rows import Panel, Result, Row, counted
from bench.samples import Spread, ratio
from chime_expiration_handler.service.identity_service import IdentityService
from chime_expiration_handler.service.retry_budget import RetryBudget
from chime_expiration_handler.user.lifecycle import Lifecycle, LifecycleError
from chime_expiration_handler.user.own_stack import OwnStack
from localaws.standins.throttled_service import (
    ALL_CALLS_PER_SECOND,
    START,
    CreatingStack,
    Outcome,
    run_at_once,
)
from localaws.standins.virtual_time import VirtualTime

_USERS = 490
_RATES = (10.0, 50.0)
_SEEDS = range(1, 4)
_CALLS_OF_A_CREATE = 2
_FUNCTION_SECONDS = 300.0
_LEGACY = "boto3's legacy retries"


def measure() -> Result:
    """Deploy in virtual time, with the retries of the handler and with those of boto3."""
    rows: list[Row] = []
    panels: list[Panel] = []
    for rate in _RATES:
        ours = [_with_retry_budget(rate, seed) for seed in _SEEDS]
        legacy = [_with_legacy_retries(rate, seed) for seed in _SEEDS]
        rows += _rows(rate, ours, legacy)
        panels.append(_panel(rate, ours, legacy))
    return Result(rows, panels)


def _with_retry_budget(rate: float, seed: int) -> Outcome:
    """Each function retries as ``chime_expiration_handler.service.retry_budget`` does."""
    uniform = random.Random(seed).uniform

    def retry_budget(time: VirtualTime) -> RetryBudget:
        return RetryBudget(lambda: _FUNCTION_SECONDS - time.now(), time.sleep, time.now, uniform)

    return _deploy(rate, {"mode": "standard", "total_max_attempts": 1}, retry_budget)


def _with_legacy_retries(rate: float, seed: int) -> Outcome:
    """Each function uses the default retries of boto3: mode ``legacy``, five attempts."""
    random.seed(seed)
    return _deploy(rate, {"mode": "legacy"}, lambda _: RetryBudget(lambda: 0))


def _deploy(
    rate: float, retries: dict[str, object], retry_budget: Callable[[VirtualTime], RetryBudget]
) -> Outcome:
    def create(client: Any, time: VirtualTime, user: str) -> bool:
        budget = retry_budget(time)
        lifecycle = Lifecycle(
            lambda _: IdentityService(client, budget),
            lambda event: OwnStack(event, budget, lambda _: CreatingStack()),
            now=lambda: START + timedelta(seconds=time.now()),
        )
        event = {
            "RequestType": "Create",
            "ResponseURL": "https://localhost/",
            "StackId": "arn:aws:cloudformation:us-east-1:111122223333:stack/Policy/5a4c",
            "LogicalResourceId": "Guest",
            "ResourceType": "Custom::Bench",
            "ResourceProperties": {"AppInstanceUserArn": user, "ExpirationDays": "30"},
        }
        try:
            lifecycle.handle(event, SimpleNamespace())
        except LifecycleError:
            return False
        return True

    return run_at_once(_USERS, rate, retries, create)


def _rows(rate: float, ours: list[Outcome], legacy: list[Outcome]) -> list[Row]:
    group = f"490 at once, {rate:g} sets a second"
    seconds = Spread.of([outcome.seconds for outcome in ours])
    calls = _USERS * _CALLS_OF_A_CREATE
    quota = f"{calls} calls at {ALL_CALLS_PER_SECOND:g} calls a second"
    comparisons = [(f"the ideal: {_USERS} by {rate:g}", _USERS / rate, "")]
    if calls / ALL_CALLS_PER_SECOND > _USERS / rate:
        comparisons.append(("what all quotas together allow", calls / ALL_CALLS_PER_SECOND, quota))
    rows = [
        Row(
            group,
            "until all are set",
            against,
            f"{seconds.median:.1f} s",
            f"{ideal:.1f} s",
            seconds / ideal,
            1.4,
            note=note,
        )
        for against, ideal, note in comparisons
    ]
    failed = max(outcome.failures for outcome in ours)
    rejected = [[float(each.rejected_calls) for each in outcomes] for outcomes in (ours, legacy)]
    rejected_of_ours, rejected_of_boto3 = (f"{median(numbers):g}" for numbers in rejected)
    return [
        *rows,
        counted(group, "declarations that failed", _LEGACY, failed, _failures(legacy), 0),
        Row(
            group,
            "rejected calls",
            _LEGACY,
            rejected_of_ours,
            rejected_of_boto3,
            ratio(*rejected),
            1.0,
        ),
    ]


def _panel(rate: float, ours: list[Outcome], legacy: list[Outcome]) -> Panel:
    bars = {
        "this project, none fail": median(each.rejected_calls for each in ours),
        f"boto3, {_failures(legacy)} fail": median(each.rejected_calls for each in legacy),
    }
    return Panel(f"{_USERS} at once, {rate:g} sets a second", "rejected calls", bars)


def _failures(outcomes: list[Outcome]) -> str:
    return f"{median(outcome.failures for outcome in outcomes):g}"
