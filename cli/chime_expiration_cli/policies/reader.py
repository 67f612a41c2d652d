"""Reads policies: the item of each, its executions, its dead letters and its ledger."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from chime_expiration_cli.clients import Clients
from chime_expiration_cli.credentials import raise_if_rejected
from chime_expiration_cli.declared_policies import (
    DeclaredPolicy,
    Denied,
    NotKnown,
    not_in_template,
)
from chime_expiration_cli.errors import DeniedCall
from chime_expiration_cli.policies.ledger_scan import scan_ledger
from chime_expiration_cli.policies.reading import (
    NEWER_VERSION,
    Executions,
    FailedExecution,
    LedgerCounts,
    Missing,
    PolicyReading,
)
from chime_expiration_handler.contract.ledger import KEY, Policy, policy_key
from chime_expiration_handler.service.failures import FailureKind, classify

_T = TypeVar("_T")

_NO_SUCH_RESOURCE = (
    "ResourceNotFoundException",
    "StateMachineDoesNotExist",
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
)


@dataclass(frozen=True, slots=True)
class PolicyReader:
    """Reads one policy at a time. ``counts_ledger``: read its whole table, too.

    ``soon`` is the moment until which users that expire are counted.
    """

    clients: Clients
    counts_ledger: bool
    now: Callable[[], datetime]
    soon: datetime

    def read(self, policy: DeclaredPolicy) -> PolicyReading:
        """Read ``policy``. Each value can be not known; raises CommandError for the credentials."""
        # The executions first: an item that says afterwards that a sweep is running, although no
        # execution was, tells of one that was stopped.
        executions = self._executions(policy)
        item = self._item(policy)
        ledger: LedgerCounts | NotKnown | None = None
        if self.counts_ledger and isinstance(item, Policy):
            ledger = self._ledger(policy)
        return PolicyReading(item, executions, self._dead_letters(policy), ledger)

    def _item(self, policy: DeclaredPolicy) -> Policy | Missing | NotKnown:
        if not policy.table_name or policy.app_instance is None:
            return not_in_template(policy.stack, "the name of the table is unresolved")
        key = policy_key(str(policy.app_instance))

        def get() -> Policy | Missing:
            response = self.clients.dynamodb(policy.stack.region).get_item(
                TableName=policy.table_name, Key={KEY: {"S": key}}, ConsistentRead=True
            )
            if "Item" in response:
                return Policy.parse(response["Item"])
            return Missing(f"table {policy.table_name} has no item {key}")

        return result_of(get, "dynamodb:GetItem", _table_arn(policy), policy)

    def _ledger(self, policy: DeclaredPolicy) -> LedgerCounts | NotKnown:
        def scan() -> LedgerCounts:
            return scan_ledger(
                self.clients.dynamodb(policy.stack.region),
                policy.table_name,
                str(policy.app_instance),
                self.now(),
                self.soon,
            )

        counts = result_of(scan, "dynamodb:Scan", _table_arn(policy), policy)
        return NotKnown(counts.reason) if isinstance(counts, Missing) else counts

    def _executions(self, policy: DeclaredPolicy) -> Executions | NotKnown:
        arn = policy.state_machine_arn
        if not arn:
            return not_in_template(policy.stack, "the ARN of the state machine is unresolved")

        def find() -> Executions:
            client = self.clients.stepfunctions(policy.stack.region)

            def latest(status: str) -> list[Mapping[str, Any]]:
                response = client.list_executions(
                    stateMachineArn=arn, statusFilter=status, maxResults=1
                )
                found: list[Mapping[str, Any]] = response["executions"]
                return found

            failed = latest("FAILED")
            return Executions(
                is_running=bool(latest("RUNNING")),
                last_failed=(
                    FailedExecution(failed[0]["name"], failed[0]["stopDate"]) if failed else None
                ),
            )

        found = result_of(find, "states:ListExecutions", arn, policy)
        return NotKnown(found.reason) if isinstance(found, Missing) else found

    def _dead_letters(self, policy: DeclaredPolicy) -> int | NotKnown | None:
        url = policy.dead_letter_queue
        if not isinstance(url, str):
            return url

        def count() -> int:
            name = "ApproximateNumberOfMessages"
            response = self.clients.sqs(policy.stack.region).get_queue_attributes(
                QueueUrl=url, AttributeNames=[name]
            )
            return int(response["Attributes"][name])

        arn = _arn(policy, "sqs", url.rpartition("/")[2])
        found = result_of(count, "sqs:GetQueueAttributes", arn, policy)
        return NotKnown(found.reason) if isinstance(found, Missing) else found


def result_of(
    call: Callable[[], _T], action: str, resource: str, policy: DeclaredPolicy
) -> _T | Missing | NotKnown:
    """The result of ``call`` to AWS, or why there is none; raises CommandError."""
    try:
        return call()
    except Exception as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
        failure = classify(error)
        raise_if_rejected(failure, policy.stack.region)
        if code in _NO_SUCH_RESOURCE:
            return Missing(f"{resource} does not exist")
        if failure:
            detail = failure.detail
        elif isinstance(error, KeyError):
            detail = f"the response has no {error}"
        elif isinstance(error, ValueError | OverflowError):
            detail = f"{error}; {NEWER_VERSION}" if action.startswith("dynamodb:") else str(error)
        else:
            raise
        if failure and failure.kind is FailureKind.ACCESS_DENIED:
            denied = DeniedCall(action, resource, policy.stack.region, detail)
            return Denied(str(denied), denied)
        return NotKnown(f"{action} on {resource} failed: {detail}")


def _table_arn(policy: DeclaredPolicy) -> str:
    return _arn(policy, "dynamodb", f"table/{policy.table_name}")


def _arn(policy: DeclaredPolicy, service: str, resource: str) -> str:
    _, partition, _, region, account, _ = policy.stack.id.split(":", 5)
    return f"arn:{partition}:{service}:{region}:{account}:{resource}"
