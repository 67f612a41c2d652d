"""The declarations of a full stack, deployed at once, in virtual time."""

import random
from datetime import timedelta
from typing import Any

import pytest

from chime_expiration_handler.service.identity_service import IdentityService
from chime_expiration_handler.service.retry_budget import RetryBudget
from chime_expiration_handler.user.lifecycle import Lifecycle, LifecycleError
from chime_expiration_handler.user.own_stack import OwnStack
from fakes.cloudformation_events import create
from fakes.function import Response
from localaws.standins.throttled_service import START, CreatingStack, run_at_once
from localaws.standins.virtual_time import VirtualTime

_IDEAL_SECONDS = 490 / 10


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_490_declarations_succeed_at_ten_puts_a_second(seed: int) -> None:
    # GIVEN
    uniform = random.Random(seed).uniform

    def handle(client: Any, time: VirtualTime, user: str) -> bool:
        retry_budget = RetryBudget(lambda: 300 - time.now(), time.sleep, time.now, uniform)
        lifecycle = Lifecycle(
            lambda _: IdentityService(client, retry_budget),
            lambda event: OwnStack(event, retry_budget, lambda _: CreatingStack()),
            now=lambda: START + timedelta(seconds=time.now()),
        )
        try:
            lifecycle.handle(create(user), Response())
        except LifecycleError:
            return False
        return True

    # WHEN
    one_attempt = {"mode": "standard", "total_max_attempts": 1}
    outcome = run_at_once(490, 10, one_attempt, handle)

    # THEN
    assert outcome.failures == 0
    assert _IDEAL_SECONDS <= outcome.seconds <= 1.4 * _IDEAL_SECONDS
