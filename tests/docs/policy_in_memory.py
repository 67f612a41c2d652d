"""A policy, its sweeps and its events on an AppInstance in memory, one after the other.

Nothing here takes time unless a test says so: ``tests/sweep`` tests what happens at the same time.
"""

import itertools
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from chime_expiration_handler.contract.arn import AppInstanceArn
from chime_expiration_handler.contract.ledger import DAY_SECONDS, Mode
from chime_expiration_handler.contract.policy_properties import PolicyProperties
from chime_expiration_handler.service.app_instance import AppInstanceService
from chime_expiration_handler.service.identity_service import IdentityService
from chime_expiration_handler.service.rate_limiter import RateLimiter
from chime_expiration_handler.service.retry_budget import RetryBudget
from chime_expiration_handler.sweep.new_users import NewUsers
from chime_expiration_handler.sweep.outcome import Counts
from chime_expiration_handler.sweep.paces import Paces
from chime_expiration_handler.sweep.permit import Permit
from chime_expiration_handler.sweep.table import PolicyTable
from chime_expiration_handler.sweep.treatment import Treatment
from chime_expiration_handler.sweep.worker import Worker
from localaws.standins.app_instance import AppInstance
from localaws.standins.dynamodb_table import DynamoDBTable

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/chat"
TABLE = "Guests"


class PolicyInMemory:
    """One policy. Its users are those of ``chime``."""

    def __init__(self) -> None:
        self.seconds = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
        self.chime = AppInstance(APP_INSTANCE, self._now)
        self._dynamodb = DynamoDBTable(TABLE)
        self._numbers = itertools.count(1)

    def user(self, user_id: str, *, age: float = 0, days: int | None = None) -> str:
        """Create a user, ``age`` days ago, and return its ARN."""
        return self.chime.create(user_id, created=self._now() - age * DAY_SECONDS, days=days)

    def days_of(self, arn: str) -> int | None:
        return self.chime.users[arn].days

    def declare(self, mode: Mode = Mode.APPLY, **properties: Any) -> dict[str, int]:
        """Deploy the policy, and return the counts of its sweep."""
        declared = {"AppInstanceArn": APP_INSTANCE, "ExpirationDays": "30", **properties}
        self._table().declare(mode, declared, self._now())
        return self.sweep()

    def sweep(self) -> dict[str, int]:
        """Sweep once, and return the counts."""
        counts: dict[str, int] = self._worker().run(None)["counts"]
        return counts

    def report_creation(self, arn: str) -> None:
        """Deliver the event of a user that was created."""
        body = json.dumps({"detail": {"responseElements": {"appInstanceUserArn": arn}}})
        new_users = NewUsers(
            lambda _: self._table(), self._app_instance, self._treatment, Counts({}), self._now
        )
        response = new_users.handle([{"messageId": "1", "body": body}])
        assert response == {"batchItemFailures": []}

    def lose_ledger(self) -> None:
        self._dynamodb = DynamoDBTable(TABLE)

    def _now(self) -> float:
        return self.seconds

    def _sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def _table(self) -> PolicyTable:
        return PolicyTable(
            self._dynamodb,
            TABLE,
            APP_INSTANCE,
            self._now,
            self._sleep,
            new_writer=lambda: str(next(self._numbers)),
        )

    def _app_instance(self, _: PolicyProperties) -> AppInstanceService:
        limiter = RateLimiter(1000, monotonic=self._now, sleep=self._sleep)
        identity: Any = self.chime
        return AppInstanceService(
            identity, AppInstanceArn.parse(APP_INSTANCE), lambda: RetryBudget(lambda: 0.0), limiter
        )

    def _treatment(self, properties: PolicyProperties, permit: Permit) -> Treatment:
        identity: Any = self.chime
        return Treatment(
            self._table(),
            IdentityService(identity, RetryBudget(lambda: 0.0)),
            Paces.of(1000, self._now, self._sleep),
            permit,
            properties.rule,
            now=self._now,
            sleep=self._sleep,
        )

    def _worker(self) -> Worker:
        return Worker(
            self._table(),
            owner=str(next(self._numbers)),
            sweep="execution",
            app_instance=self._app_instance,
            treatment=self._treatment,
            run_all=_one_after_the_other,
            remaining_seconds=lambda: 900.0,
            write_metrics=lambda _: None,
            now=self._now,
            sleep=self._sleep,
        )


def _one_after_the_other(_: float, jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    return [job() for job in jobs]
