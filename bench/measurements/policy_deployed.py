"""A policy on the local AWS, with a rate that does not limit it."""

from bench.policy.deployed import CALLS_PER_SECOND, live
from bench.rows import Result, Row
from bench.samples import Spread


def measure(users: int) -> Result:
    """Deploy it with the CDK CLI, and take the time of each sweep."""
    return Result(
        [
            Row(
                f"policy on the local AWS, {users:,} users",
                stage.name,
                f"calls_per_second={CALLS_PER_SECOND:g}",
                f"{stage.seconds:.0f} s",
                "",
                Spread.exactly(stage.users_per_second),
                unit="users/s",
                figures={"calls to Chime SDK Identity": stage.calls},
            )
            for stage in live(users)
        ],
        [],
    )
