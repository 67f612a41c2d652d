"""How many examples the proofs try: seconds in the suite, hours in a soak run.

LIFECYCLE_PROFILE chooses: ``suite`` (the default, the same examples every time), ``quick`` (a part
of them), ``soak`` (new examples, many) or ``mutants`` (the suite's examples, without shrinking).
"""

import os

from hypothesis import HealthCheck, Phase, settings

_SUITE = settings(
    max_examples=400,
    stateful_step_count=14,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
_PROFILES = {
    "suite": _SUITE,
    "quick": settings(_SUITE, max_examples=60),
    "soak": settings(
        _SUITE, max_examples=30_000, stateful_step_count=30, derandomize=False, print_blob=True
    ),
    "mutants": settings(_SUITE, phases=[Phase.generate], report_multiple_bugs=False),
}

_NAME = os.environ.get("LIFECYCLE_PROFILE", "suite")

CHOSEN = _PROFILES[_NAME]
"""The settings of the state machine."""

SCENARIOS = {"suite": 2_000, "quick": 200, "soak": 200_000, "mutants": 3_000}[_NAME]
"""How many scenarios of overlapping invocations are played."""
