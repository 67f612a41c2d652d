"""How long a policy takes for 100,000 users, in virtual time, at the rates that AWS documents.

Run it with ``python -m bench.policy_scale``. The code of the sweep is the real one; the service,
its quotas and the table are stand-ins, and each call takes the time of a call.
"""

import argparse
import gc
import itertools
import json
import sqlite3
import sys
import time as real_time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chime_expiration_handler.contract.arn import AppInstanceArn
from chime_expiration_handler.contract.ledger import Mode
from chime_expiration_handler.contract.policy_properties import PolicyProperties
from chime_expiration_handler.service.app_instance import AppInstanceService
from chime_expiration_handler.service.identity_service import IdentityService
from chime_expiration_handler.service.retry_budget import RetryBudget
from chime_expiration_handler.sweep.paces import Paces
from chime_expiration_handler.sweep.permit import Permit
from chime_expiration_handler.sweep.table import PolicyTable
from chime_expiration_handler.sweep.treatment import Treatment
from chime_expiration_handler.sweep.worker import Worker
from localaws.chime import RateLimits
from localaws.standins.app_instance import AppInstance
from localaws.standins.dynamodb_table import DynamoDBTable
from localaws.standins.virtual_time import Signal, VirtualTime

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/chat"
TABLE = "Guests"
CALLS_PER_SECOND = 8.0

# Amazon Chime SDK endpoints and quotas, AWS General Reference.
QUOTAS = {
    "PutAppInstanceUserExpirationSettings": 10.0,
    "DescribeAppInstanceUser": 20.0,
    "ListAppInstanceUsers": 10.0,
}
ALL_CALLS_PER_SECOND = 50.0

SECONDS_OF_AN_IDENTITY_CALL = 0.1
SECONDS_OF_A_TABLE_CALL = 0.01
LAMBDA_SECONDS = 900.0
STATE_TRANSITION_SECONDS = 0.1

_THREADS = 16
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True)
class Sweep:
    """What one sweep took. ``chunks`` are invocations of the function."""

    name: str
    users: int
    seconds: float
    ideal_seconds: float
    chunks: int
    lambda_seconds: float
    calls: Mapping[str, int]
    throttled: int
    read_units: float
    write_units: float
    counts: Mapping[str, int]
    real_seconds: float


class Estate:
    """An AppInstance with users, and the table of a policy for them."""

    def __init__(self, users: int, storage: MutableMapping[str, Any] | None = None) -> None:
        self.time = VirtualTime()
        self.chime = AppInstance(
            APP_INSTANCE,
            self._epoch,
            RateLimits(
                per_operation=dict(QUOTAS),
                total_per_second=ALL_CALLS_PER_SECOND,
                monotonic=self.time.now,
            ),
        )
        self.dynamodb = DynamoDBTable(TABLE, storage=storage)
        self._numbers = itertools.count()
        self._sent = itertools.count(1)
        self.create(users)

    def create(self, users: int) -> None:
        for _ in range(users):
            self.chime.create(f"guest-{next(self._numbers)}")

    def declare(self, mode: Mode = Mode.APPLY, **properties: Any) -> None:
        declared = {"AppInstanceArn": APP_INSTANCE, "ExpirationDays": "30", **properties}
        self._table(self.dynamodb).declare(mode, declared, next(self._sent))

    def sweep(self, name: str, ideal_calls: float) -> Sweep:
        """Run the state machine to its end."""
        self.chime.calls.clear()
        self.chime.throttled.clear()
        self.dynamodb.read_units = self.dynamodb.write_units = 0
        began, real_began = self.time.now(), real_time.perf_counter()
        chunks: list[tuple[float, dict[str, Any]]] = []
        self.time.run([lambda: self._execute(chunks)])
        return Sweep(
            name=name,
            users=len(self.chime.users),
            seconds=self.time.now() - began,
            ideal_seconds=ideal_calls / CALLS_PER_SECOND,
            chunks=len(chunks),
            lambda_seconds=sum(seconds for seconds, _ in chunks),
            calls=dict(self.chime.calls),
            throttled=self.chime.throttled.total(),
            read_units=self.dynamodb.read_units,
            write_units=self.dynamodb.write_units,
            counts=chunks[-1][1]["counts"],
            real_seconds=real_time.perf_counter() - real_began,
        )

    def _execute(self, chunks: list[tuple[float, dict[str, Any]]]) -> None:
        cursor = None
        while True:
            self.time.sleep(STATE_TRANSITION_SECONDS)
            began = self.time.now()
            result = json.loads(json.dumps(self._worker(f"{began}").run(cursor)))
            chunks.append((self.time.now() - began, result))
            cursor = result["cursor"]
            if not result["more"]:
                return

    def _worker(self, owner: str) -> Worker:
        began = self.time.now()
        table = self._table(_Delayed(self.dynamodb, self.time, SECONDS_OF_A_TABLE_CALL))
        identity: Any = _Delayed(self.chime, self.time, SECONDS_OF_AN_IDENTITY_CALL)

        def remaining_seconds() -> float:
            return began + LAMBDA_SECONDS - self.time.now()

        def paces(properties: PolicyProperties) -> Paces:
            return Paces.of(properties.calls_per_second, self.time.now, self.time.sleep)

        def app_instance(properties: PolicyProperties) -> AppInstanceService:
            budget = RetryBudget(remaining_seconds, self.time.sleep, self.time.now)
            return AppInstanceService(
                identity,
                AppInstanceArn.parse(APP_INSTANCE),
                lambda: budget,
                paces(properties).list,
            )

        def treatment(properties: PolicyProperties, permit: Permit) -> Treatment:
            return Treatment(
                table,
                IdentityService(identity, RetryBudget(lambda: 0.0)),
                paces(properties),
                permit,
                properties.rule,
                now=self._epoch,
                sleep=self.time.sleep,
            )

        return Worker(
            table,
            owner=owner,
            sweep="execution",
            app_instance=app_instance,
            treatment=treatment,
            run_all=self._run_all,
            remaining_seconds=remaining_seconds,
            write_metrics=lambda _: None,
            now=self._epoch,
            sleep=self.time.sleep,
        )

    def _run_all(self, _: float, jobs: Sequence[Callable[[], Any]]) -> list[Any]:
        results: list[Any] = [None] * len(jobs)
        waiting = iter(enumerate(jobs))
        lanes = min(_THREADS, len(jobs))
        done, ended = Signal(self.time), itertools.count(1)

        def lane() -> None:
            for index, job in waiting:
                try:
                    results[index] = job()
                except Exception as error:  # noqa: BLE001 - as the real one
                    results[index] = error
            if next(ended) == lanes:
                done.send()

        if lanes:
            for _lane in range(lanes):
                self.time.start(lane)
            done.wait()
        return results

    def _table(self, client: Any) -> PolicyTable:
        writers = map(str, itertools.count())
        return PolicyTable(
            client,
            TABLE,
            APP_INSTANCE,
            self._epoch,
            self.time.sleep,
            new_writer=lambda: f"{self.time.now()}-{next(writers)}",
        )

    def _epoch(self) -> float:
        return _BEGIN + self.time.now()


class _Delayed:
    """A client whose calls take some seconds, half of them before their effect."""

    def __init__(self, client: Any, time: VirtualTime, seconds: float) -> None:
        self._client = client
        self._time = time
        self._seconds = seconds

    def __getattr__(self, operation: str) -> Any:
        call = getattr(self._client, operation)

        def delayed(**parameters: Any) -> Any:
            self._time.sleep(self._seconds / 2)
            try:
                return call(**parameters)
            finally:
                self._time.sleep(self._seconds / 2)

        # The next call finds it without coming here.
        setattr(self, operation, delayed)
        return delayed


def measure(users: int) -> list[Sweep]:
    """The life of a policy for so many users: each of its sweeps."""
    estate = Estate(users)
    estate.declare()
    sweeps = [estate.sweep("first sweep", users)]
    estate.declare(ExpirationDays="60")
    sweeps.append(estate.sweep("change of days", users))
    sweeps.append(estate.sweep("daily sweep, nothing to do", users / 7 / 2))
    estate.create(users // 100)
    sweeps.append(estate.sweep("daily sweep, 1 % new users", users / 7 / 2 + users / 100))
    estate.declare(Mode.CLEAR)
    sweeps.append(estate.sweep("clearing", len(estate.chime.users)))
    return sweeps


class _OutsidePython(MutableMapping[str, Any]):
    """Items in SQLite, whose memory ``tracemalloc`` does not count."""

    def __init__(self) -> None:
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute("CREATE TABLE items (key TEXT PRIMARY KEY, item TEXT)")

    def __getitem__(self, key: str) -> Any:
        found = self._database.execute("SELECT item FROM items WHERE key = ?", (key,)).fetchone()
        if found is None:
            raise KeyError(key)
        return json.loads(found[0])

    def __setitem__(self, key: str, item: Any) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO items VALUES (?, ?)", (key, json.dumps(item))
        )

    def __delitem__(self, key: str) -> None:
        self._database.execute("DELETE FROM items WHERE key = ?", (key,))

    def __iter__(self) -> Iterator[str]:
        return (key for (key,) in self._database.execute("SELECT key FROM items"))

    def __len__(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM items").fetchone()[0])


def peak_bytes(users: int) -> int:
    """The most memory that a sweep which sets so many users has in use at a time.

    What the stand-ins remember does not grow in it, or is not counted: so it is the function's.
    """
    estate = Estate(users, _OutsidePython())
    estate.declare()
    estate.sweep("first sweep", users)
    estate.declare(ExpirationDays="60")
    # The garbage collector of the function does not wait longer because a stand-in is large.
    gc.freeze()
    gc.collect()
    tracemalloc.start()
    estate.sweep("change of days", users)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    gc.unfreeze()
    return peak


def main(arguments: list[str] | None = None) -> int:
    """Measure, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=100_000)
    options = parser.parse_args(arguments)
    for each in measure(options.users):
        share = each.seconds / each.ideal_seconds
        print(f"{each.name:28} {each.seconds:9.0f} s = {share:.3f} of the ideal")
        print(f"    {each.chunks} chunks, {each.lambda_seconds:.0f} s of Lambda")
        print(f"    calls {dict(each.calls)}, throttled {each.throttled}")
        print(f"    {each.read_units:.0f} read units, {each.write_units:.0f} write units")
        print(f"    {dict(each.counts)} (simulated in {each.real_seconds:.0f} s)", flush=True)
    few = peak_bytes(1000)
    many = peak_bytes(options.users)
    print(f"memory {few / 1024:.0f} KiB for 1,000 users, {many / few:.2f} times that for all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
