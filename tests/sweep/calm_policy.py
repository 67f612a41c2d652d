"""One AppInstance with a policy. Nothing happens at the same time, and nobody really sleeps."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from chime_expiration_handler.contract.arn import AppInstanceArn, AppInstanceUserArn
from chime_expiration_handler.contract.ledger import Entry, Mode
from chime_expiration_handler.contract.policy_properties import PolicyProperties
from chime_expiration_handler.service.app_instance import AppInstanceService
from chime_expiration_handler.service.identity_service import IdentityService
from chime_expiration_handler.service.retry_budget import RetryBudget
from chime_expiration_handler.sweep.new_users import NewUsers
from chime_expiration_handler.sweep.outcome import Counts, Outcome
from chime_expiration_handler.sweep.paces import Paces
from chime_expiration_handler.sweep.permit import EventPermit, Permit
from chime_expiration_handler.sweep.table import PolicyTable
from chime_expiration_handler.sweep.treatment import Treatment
from localaws.standins.app_instance import AppInstance
from localaws.standins.dynamodb_table import DynamoDBTable

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/chat"
GUEST = f"{APP_INSTANCE}/user/guest-1"
THIRTY: dict[str, Any] = {"AppInstanceArn": APP_INSTANCE, "ExpirationDays": "30"}
PUT = "PutAppInstanceUserExpirationSettings"
DESCRIBE = "DescribeAppInstanceUser"


class CountingTable(DynamoDBTable):
    """Counts the reads of single items."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.reads: Counter[str] = Counter()

    def get_item(self, **parameters: Any) -> dict[str, Any]:
        self.reads[parameters["Key"]["pk"]["S"]] += 1
        return super().get_item(**parameters)


class CalmPolicy:
    """A policy of thirty days that is declared; ``seconds`` is the time since then."""

    def __init__(self, properties: Mapping[str, Any] = THIRTY) -> None:
        self.seconds = 2_000_000_000.0
        self.properties = PolicyProperties.parse(properties)
        self.chime: Any = AppInstance(APP_INSTANCE, self.now)
        self.dynamodb = CountingTable("Guests")
        self.table = PolicyTable(self.dynamodb, "Guests", APP_INSTANCE, self.now, self.sleep)
        self.paces = Paces.of(self.properties.calls_per_second, self.now, self.sleep)
        self.table.declare(Mode.APPLY, properties, sent=1)

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def days(self, arn: str = GUEST) -> int | None:
        days: int | None = self.chime.users[arn].days
        return days

    def entry(self, arn: str = GUEST) -> Entry | None:
        return self.table.entry(arn)

    def treat(self, arn: str = GUEST, *, governed: bool = True) -> Outcome:
        """Treat a user as an event does."""
        permit = EventPermit(self.table, 1, self.now() + 3600, self.now)
        treatment = self.treatment(self.properties, permit)
        return treatment.treat(
            AppInstanceUserArn.parse(arn), self.table.entry(arn), governed=governed
        )

    def treatment(self, properties: PolicyProperties, permit: Permit) -> Treatment:
        service = IdentityService(self.chime, RetryBudget(lambda: 0.0))
        return Treatment(
            self.table, service, self.paces, permit, properties.rule, self.now, self.sleep
        )

    def handle(self, *bodies: object, received: int = 1) -> list[str]:
        """Handle a batch of messages; return those that come again, counted from 0."""
        records = [
            {
                "messageId": str(number),
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {"ApproximateReceiveCount": str(received)},
            }
            for number, body in enumerate(bodies)
        ]
        new_users = NewUsers(
            lambda arn: PolicyTable(self.dynamodb, "Guests", str(arn), self.now, self.sleep),
            lambda _: self.app_instance(),
            self.treatment,
            Counts({}),
            self.now,
        )
        return [it["itemIdentifier"] for it in new_users.handle(records)["batchItemFailures"]]

    def app_instance(self) -> AppInstanceService:
        budget = RetryBudget(lambda: 0.0)
        arn = AppInstanceArn.parse(APP_INSTANCE)
        return AppInstanceService(self.chime, arn, lambda: budget, self.paces.list)
