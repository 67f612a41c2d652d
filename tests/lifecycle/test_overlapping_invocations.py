"""However invocations overlap, the service has what CloudFormation believes after the last one."""

from itertools import islice

from lifecycle.profiles import SCENARIOS
from lifecycle.scenarios import Scenario

_SHOWN = 5


def test_the_service_has_what_the_stack_declares_when_all_invocations_have_ended() -> None:
    # given
    scenarios = (Scenario(seed) for seed in range(SCENARIOS))

    # when
    failed = islice((it for it in scenarios if it.run().problems), _SHOWN)

    # then
    shortest = min(failed, key=lambda it: len(it.world.trace), default=None)
    assert shortest is None, shortest.report()
