"""What an operator writes instead: a loop over the users, with boto3's own retries."""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from math import inf
from types import SimpleNamespace
from typing import Any
from unittest import mock

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from bench.policy.estate import APP_INSTANCE, BEGIN
from bench.policy.lanes import run_in_lanes
from bench.policy.population import DAYS, Harm, Population
from bench.policy.process import KilledError, Process
from bench.policy.rates import documented_limits
from bench.policy.wire import Wire
from localaws.standins.app_instance import AppInstance
from localaws.standins.in_memory_client import in_memory_client
from localaws.standins.virtual_time import VirtualTime

Job = Callable[[], Any]
RunAll = Callable[[Iterable[Job]], Iterable[Any]]


@dataclass(frozen=True)
class Script:
    """A loop with so many threads. ``retries`` is boto3's setting; without it, the default."""

    threads: int
    retries: dict[str, object]

    @property
    def name(self) -> str:
        """How the script is called in the table, with the mode of the default."""
        mode = self.retries.get("mode")
        retries = f"{mode} retries" if mode else f"boto3's default retries ({default_mode()})"
        return f"a loop, {retries}" if self.threads == 1 else f"{self.threads} threads, {retries}"


@dataclass(frozen=True)
class Run:
    """What came of it. ``failed`` users are those that the script could report."""

    seconds: float
    rejected_calls: int
    failed: int
    not_set: int
    harm: Harm


SCRIPTS = (
    Script(1, {}),
    Script(1, {"mode": "standard"}),
    Script(10, {}),
    Script(10, {"mode": "standard"}),
)
"""The mode ``legacy`` is the default of boto3 at the moment; AWS recommends ``standard``."""


def default_mode() -> str:
    """boto3's retries where nothing is configured."""
    client = boto3.client("chime-sdk-identity", region_name="us-east-1", config=Config())
    return str(client.meta.config.retries["mode"])


def run_script(script: Script, users: int, killed_after: float = inf) -> Run:
    """Run a script for so many users, in virtual time. It may be killed."""
    random.seed(1)
    time = VirtualTime()
    process = Process(time, killed_after)
    chime = AppInstance(APP_INSTANCE, lambda: BEGIN + time.now(), documented_limits(time))
    population = Population(chime, users)
    client = in_memory_client(Wire(chime), process.sleep, dict(script.retries))
    failures: list[ClientError] = []
    run_all: RunAll = _in_turn
    if script.threads > 1:
        run_all = partial(run_in_lanes, time, process, script.threads)

    def main() -> None:
        try:
            for result in _put_all(client, run_all):
                if isinstance(result, ClientError):
                    failures.append(result)
        except KilledError:
            return

    # botocore sleeps between its own retries.
    with mock.patch("botocore.endpoint.time", SimpleNamespace(sleep=process.sleep)):
        time.run([main])
    return Run(
        seconds=time.now(),
        rejected_calls=chime.throttled.total(),
        failed=len(failures),
        not_set=population.not_set,
        harm=population.harm,
    )


def run_killed_halfway(script: Script, users: int) -> tuple[Run, Run]:
    """The run to the end, and one that is killed after half of the time."""
    whole = run_script(script, users)
    return whole, run_script(script, users, whole.seconds / 2)


def _put_all(client: Any, run_all: RunAll) -> Iterator[Any]:
    """The script itself: it goes on after a failure, which the shortest ones do not."""
    token: dict[str, str] = {}
    while True:
        page = client.list_app_instance_users(AppInstanceArn=APP_INSTANCE, MaxResults=50, **token)
        yield from run_all(partial(_put, client, user) for user in page["AppInstanceUsers"])
        if "NextToken" not in page:
            return
        token = {"NextToken": page["NextToken"]}


def _put(client: Any, user: dict[str, str]) -> ClientError | None:
    try:
        client.put_app_instance_user_expiration_settings(
            AppInstanceUserArn=user["AppInstanceUserArn"],
            ExpirationSettings={
                "ExpirationDays": DAYS,
                "ExpirationCriterion": "CREATED_TIMESTAMP",
            },
        )
    except ClientError as error:
        return error
    return None


def _in_turn(jobs: Iterable[Job]) -> Iterator[Any]:
    return (job() for job in jobs)
