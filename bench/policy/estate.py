"""An AppInstance and its policy in virtual time.

The code of the sweep is the real one; the service, its quotas, the table and the state machine are
stand-ins, and each call takes the time of a call.
"""

import itertools
import json
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from typing import Any

from bench.policy.lanes import run_in_lanes
from bench.policy.prices import Usage
from bench.policy.process import KilledError, Process, SlowClient
from bench.policy.rates import (
    IDENTITY_CALL_SECONDS,
    LAMBDA_SECONDS,
    STATE_TRANSITION_SECONDS,
    TABLE_CALL_SECONDS,
    documented_limits,
)
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
from localaws.standins.app_instance import AppInstance
from localaws.standins.dynamodb_table import DynamoDBTable
from localaws.standins.virtual_time import VirtualTime

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/chat"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC).timestamp()

_TABLE = "Guests"
# As many as the function uses at 8 calls a second.
_THREADS = 16
# As the state machine retries first.
_RETRY_SECONDS = 15.0


@dataclass(frozen=True)
class Sweep:
    """What one sweep took. ``calls`` are those that the service did not throttle, by operation."""

    seconds: float
    calls: Mapping[str, int]
    throttled: int
    usage: Usage
    counts: Mapping[str, int]


@dataclass
class _Execution:
    """One execution of the state machine, so far."""

    lambda_seconds: float = 0
    invocations: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)


class Estate:
    """An AppInstance without users, and the table of a policy for it. ``storage`` has its items."""

    def __init__(self, storage: MutableMapping[str, Any] | None = None) -> None:
        self.time = VirtualTime()
        self.chime = AppInstance(APP_INSTANCE, self._epoch, documented_limits(self.time))
        self._dynamodb = DynamoDBTable(_TABLE, storage=storage)
        self._numbers = itertools.count()
        self._sent = itertools.count(1)

    def create(self, users: int) -> None:
        """Create so many users, now."""
        for _ in range(users):
            self.chime.create(f"guest-{next(self._numbers)}")

    def declare(self, mode: Mode = Mode.APPLY, **properties: str) -> None:
        """Deploy the policy: 30 days, or what the ``properties`` say."""
        declared = {"AppInstanceArn": APP_INSTANCE, "ExpirationDays": "30", **properties}
        self._table(self._dynamodb, Process(self.time)).declare(mode, declared, next(self._sent))

    def sweep(self, killed_after: float = inf) -> Sweep:
        """Run the state machine to its end. Its function is killed once, after some seconds."""
        self.chime.calls.clear()
        self.chime.throttled.clear()
        self._dynamodb.read_units = self._dynamodb.write_units = 0
        began = self.time.now()
        execution = _Execution()
        self.time.run([lambda: self._execute(execution, began + killed_after)])
        return Sweep(
            seconds=self.time.now() - began,
            calls=dict(self.chime.calls),
            throttled=self.chime.throttled.total(),
            usage=Usage(
                lambda_seconds=execution.lambda_seconds,
                lambda_requests=execution.invocations,
                read_units=self._dynamodb.read_units,
                write_units=self._dynamodb.write_units,
                # To the function and to the choice after it, each time; to the last state, and out.
                state_transitions=2 * execution.invocations + 2,
            ),
            counts=execution.counts,
        )

    def _execute(self, execution: _Execution, killed_at: float) -> None:
        cursor = None
        while True:
            self.time.sleep(STATE_TRANSITION_SECONDS)
            began = self.time.now()
            execution.invocations += 1
            try:
                worker = self._worker(f"{began}", Process(self.time, killed_at))
                result = json.loads(json.dumps(worker.run(cursor)))
            except KilledError:
                killed_at = inf
                self.time.sleep(_RETRY_SECONDS)
                continue
            finally:
                execution.lambda_seconds += self.time.now() - began
            cursor = result["cursor"]
            if not result["more"]:
                execution.counts = result["counts"]
                return

    def _worker(self, owner: str, process: Process) -> Worker:
        began = self.time.now()
        table = self._table(SlowClient(self._dynamodb, process, TABLE_CALL_SECONDS), process)
        identity: Any = SlowClient(self.chime, process, IDENTITY_CALL_SECONDS)

        def remaining_seconds() -> float:
            return began + LAMBDA_SECONDS - self.time.now()

        def paces(properties: PolicyProperties) -> Paces:
            return Paces.of(properties.calls_per_second, self.time.now, process.sleep)

        def app_instance(properties: PolicyProperties) -> AppInstanceService:
            budget = RetryBudget(remaining_seconds, process.sleep, self.time.now)
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
                sleep=process.sleep,
            )

        def run_all(_: float, jobs: Sequence[Callable[[], Any]]) -> list[Any]:
            threads = min(_THREADS, len(jobs))
            return run_in_lanes(self.time, process, threads, jobs) if jobs else []

        return Worker(
            table,
            owner=owner,
            sweep="execution",
            app_instance=app_instance,
            treatment=treatment,
            run_all=run_all,
            remaining_seconds=remaining_seconds,
            write_metrics=lambda _: None,
            now=self._epoch,
            sleep=process.sleep,
        )

    def _table(self, client: Any, process: Process) -> PolicyTable:
        writers = map(str, itertools.count())
        return PolicyTable(
            client,
            _TABLE,
            APP_INSTANCE,
            self._epoch,
            process.sleep,
            new_writer=lambda: f"{self.time.now()}-{next(writers)}",
        )

    def _epoch(self) -> float:
        return BEGIN + self.time.now()
