"""Many functions that call Chime SDK Identity at once, against its rate limits, in virtual time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest import mock

from localaws.chime import ChimeIdentity, RateLimits
from localaws.standins.in_memory_client import in_memory_client
from localaws.standins.virtual_time import VirtualTime

ALL_CALLS_PER_SECOND = 50.0
"""The quota of all calls together, per account and region (documented)."""


START = datetime(2026, 1, 1, tzinfo=UTC)
"""The moment at which virtual time starts."""


class CreatingStack:
    """boto3's client for CloudFormation, for a stack in which every creation is in progress."""

    def describe_stack_resource(self, **_parameters: str) -> dict[str, Any]:
        detail = {"ResourceStatus": "CREATE_IN_PROGRESS", "LastUpdatedTimestamp": START}
        return {"StackResourceDetail": detail}


@dataclass(frozen=True)
class Outcome:
    """The time until the last function has ended, failed functions, and rejected calls."""

    seconds: float
    failures: int
    rejected_calls: int


def run_at_once(
    users: int,
    puts_per_second: float,
    retries: dict[str, object],
    function: Callable[[Any, VirtualTime, str], bool],
) -> Outcome:
    """Run ``function`` for each user, all at the same moment.

    It gets a client with botocore's ``retries``, the time, and the user's ARN, and returns whether
    it succeeded.
    """
    time = VirtualTime()
    chime = ChimeIdentity()
    app_instance = chime.create_app_instance()
    arns = [chime.create_user(app_instance, f"guest-{number:03}") for number in range(users)]
    chime.limits = RateLimits(
        put_per_second=puts_per_second,
        total_per_second=ALL_CALLS_PER_SECOND,
        monotonic=time.now,
    )
    client = in_memory_client(chime, time.sleep, retries)
    results: list[bool] = []

    def run(arn: str) -> None:
        results.append(function(client, time, arn))

    # botocore sleeps between its own retries.
    with mock.patch("botocore.endpoint.time", SimpleNamespace(sleep=time.sleep)):
        time.run([partial(run, arn) for arn in arns])
    rejected = [call for call in chime.calls if not call.succeeded]
    return Outcome(time.now(), users - sum(results), len(rejected))
