"""A policy on the local AWS: what its table says, and a sweep that is started by hand."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

from chime_expiration_handler.contract import sweep_event
from chime_expiration_handler.contract.ledger import Entry
from chime_expiration_handler.sweep.table import PolicyTable
from fakes.deployment import Deployment


@dataclass(frozen=True)
class DeployedPolicy:
    """The only policy of a stack."""

    deployment: Deployment
    app_instance: str

    @property
    def table(self) -> PolicyTable:
        """The table, for a client that may do everything."""
        return PolicyTable(
            self.deployment.local_aws.client("dynamodb"),
            self.deployment.physical_id("AWS::DynamoDB::Table"),
            self.app_instance,
        )

    def entries(self) -> dict[str, Entry]:
        """What the table remembers of each user, by ARN."""
        return {entry.user_arn: entry for entry in self._entries()}

    def sweep(self) -> str:
        """Start a sweep as the schedule does, and wait for its end; return its status."""
        step_functions = self.deployment.local_aws.client("stepfunctions")
        execution = step_functions.start_execution(
            stateMachineArn=self.deployment.physical_id("AWS::StepFunctions::StateMachine"),
            input=json.dumps(
                {sweep_event.APP_INSTANCE: self.app_instance, sweep_event.CURSOR: None}
            ),
        )["executionArn"]
        while True:
            status = str(step_functions.describe_execution(executionArn=execution)["status"])
            if status != "RUNNING":
                return status
            time.sleep(0.1)

    def wait_until_swept(self) -> None:
        """Wait until the last deployment has been swept, which it need not wait for."""
        table = self.table
        while True:
            policy = table.policy()
            assert policy is not None
            if policy.swept_generation == policy.generation and policy.lease is None:
                return
            time.sleep(0.1)

    def _entries(self) -> Iterator[Entry]:
        table, start = self.table, None
        while True:
            page = table.scan(start)
            yield from map(Entry.parse, page.items)
            start = page.next_key
            if start is None:
                return
