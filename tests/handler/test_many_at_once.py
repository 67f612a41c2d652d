"""As many declarations as a stack holds, deployed at once, in simulated time."""

import pytest

from bench.burst.deployment import with_our_patience

_IDEAL_SECONDS = 490 / 10


@pytest.mark.parametrize("chance", [1, 2])
def test_490_declarations_get_through_at_ten_calls_a_second(chance):
    # WHEN
    outcome = with_our_patience(490, 10, chance)

    # THEN
    assert outcome.failures == 0
    assert _IDEAL_SECONDS <= outcome.seconds <= 1.4 * _IDEAL_SECONDS
