"""The table of a policy in DynamoDB.

Each write of an entry replaces it as a whole, provided that nobody has written it since it was
read: every write leaves a new ``writer``. So two that work on one user never mix what they know.
"""

import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from chime_expiration_handler.contract.ledger import (
    KEY,
    TIME_TO_LIVE,
    Entry,
    EntryAttribute,
    Item,
    Mode,
    Policy,
    PolicyAttribute,
    policy_key,
)
from chime_expiration_handler.service.identity_client import MOST_THREADS

LEASE_SECONDS = 90

_PAGE_SIZE = 50
_WAIT_FOR_UNPROCESSED_SECONDS = 1
# A transaction takes milliseconds.
_ATTEMPTS_BESIDE_TRANSACTIONS = 10
_WAIT_FOR_TRANSACTION_SECONDS = 0.5
_TRANSACTION_CONFLICT = "TransactionConflictException"


class EntryChangedError(Exception):
    """Somebody has written the entry since it was read, or the policy has changed."""


class OutdatedEventError(Exception):
    """A newer event of CloudFormation has declared the policy already."""


class LeaseLostError(Exception):
    """The lease is somebody else's, or the policy has a new generation."""


@cache
def dynamodb_client() -> Any:
    """The client in the function's region."""
    # With botocore's ten attempts, a request could take longer than a lease lasts.
    config = Config(
        connect_timeout=2,
        read_timeout=5,
        retries={"mode": "standard", "total_max_attempts": 4},
        max_pool_connections=MOST_THREADS,
    )
    return boto3.client("dynamodb", config=config)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sweep is."""

    counts: Mapping[str, int]
    last_failure: str


@dataclass(frozen=True, slots=True)
class EntryPage:
    """The items of some entries of a scan; ``next_key`` is None after the last ones."""

    items: tuple[Item, ...]
    next_key: str | None


@dataclass(frozen=True, slots=True)
class PolicyTable:
    """The items of one AppInstance. ``client`` is boto3's for DynamoDB."""

    client: Any
    name: str
    app_instance_arn: str
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    new_writer: Callable[[], str] = lambda: uuid.uuid4().hex

    # The policy's item.

    def policy(self) -> Policy | None:
        """The policy's item, or None where no policy was ever declared."""
        item = self._get(policy_key(self.app_instance_arn))
        return Policy.parse(item) if item else None

    def declare(self, mode: Mode, properties: Mapping[str, Any], sent: float) -> int:
        """Record what an event that was sent then declares; return the new generation.

        Raises OutdatedEventError.
        """
        try:
            response = self._update(
                "SET #mode = :mode, #properties = :properties, #sent = :sent"
                " REMOVE #error, #last_failure, #counts, #started, #finished ADD #generation :one",
                "attribute_not_exists(#sent) OR #sent <= :sent",
                {
                    ":mode": {"S": mode},
                    ":properties": {"S": json.dumps(properties, sort_keys=True)},
                    ":sent": _number(sent),
                    ":one": _number(1),
                },
                ReturnValues="UPDATED_NEW",
            )
        except ClientError as error:
            raise _unless_condition_failed(error, OutdatedEventError()) from error
        return int(response["Attributes"][PolicyAttribute.GENERATION]["N"])

    def acquire(self, owner: str, sweep: str, generation: int, *, begins: bool) -> bool:
        """Take the lease where it is free; False where somebody else has it.

        ``begins``: this is the first chunk of the sweep.
        """
        now = self.now()
        beginning = ", #started = :now, #counts = :none" if begins else ""
        try:
            self._update(
                "SET #lease_owner = :owner, #lease_sweep = :sweep, #lease_until = :until"
                f", #lease_generation = :generation, #updated = :now{beginning}"
                " ADD #sweeps :begun",
                "#generation = :generation"
                " AND (attribute_not_exists(#lease_until) OR #lease_until < :now)",
                {
                    ":owner": {"S": owner},
                    ":sweep": {"S": sweep},
                    ":until": _number(now + LEASE_SECONDS),
                    ":generation": _number(generation),
                    ":now": _number(now),
                    ":begun": _number(int(begins)),
                    **({":none": {"M": {}}} if begins else {}),
                },
            )
        except ClientError as error:
            _unless_condition_failed(error, LeaseLostError())
            return False
        return True

    def renew(self, owner: str, generation: int, progress: Progress) -> None:
        """Renew the lease and record the progress; raises LeaseLostError."""
        now = self.now()
        self._update_as_owner(
            "SET #lease_until = :until, #updated = :now, #counts = :counts"
            ", #last_failure = :last_failure",
            owner,
            generation,
            {":until": _number(now + LEASE_SECONDS), ":now": _number(now), **_values(progress)},
        )

    def finish(
        self,
        owner: str,
        generation: int,
        progress: Progress,
        error: str,
        *,
        is_whole_list: bool = False,
    ) -> None:
        """Record the end of a sweep; raises LeaseLostError.

        ``is_whole_list``: the counts are of all users of the AppInstance.
        """
        users = sum(progress.counts.values())
        self._update_as_owner(
            "SET #swept_generation = :generation, #finished = :now, #updated = :now"
            ", #counts = :counts, #last_failure = :last_failure, #error = :error"
            + (", #users = :users" if is_whole_list else ""),
            owner,
            generation,
            {
                ":now": _number(self.now()),
                ":error": {"S": error},
                **_values(progress),
                **({":users": _number(users)} if is_whole_list else {}),
            },
        )

    def release(self, owner: str) -> None:
        """Release the lease, if this owner still has it."""
        try:
            self._update(
                "REMOVE #lease_owner, #lease_sweep, #lease_generation, #lease_until",
                "#lease_owner = :owner",
                {":owner": {"S": owner}},
            )
        except ClientError as error:
            _unless_condition_failed(error, LeaseLostError())

    # The entries.

    def entry(self, user_arn: str) -> Entry | None:
        """The entry of a user."""
        item = self._get(user_arn)
        return Entry.parse(item) if item else None

    def items(self, user_arns: Sequence[str]) -> dict[str, Item]:
        """The items of the entries of one page of users, by ARN."""
        items: dict[str, Item] = {}
        keys = [{KEY: {"S": arn}} for arn in user_arns]
        while keys:
            response = self.client.batch_get_item(
                RequestItems={self.name: {"Keys": keys, "ConsistentRead": True}}
            )
            items |= {item[KEY]["S"]: item for item in response["Responses"].get(self.name, [])}
            keys = response.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
            if keys:
                self.sleep(_WAIT_FOR_UNPROCESSED_SECONDS)
        return items

    def write(self, seen: Entry | None, entry: Entry, *, generation: int | None = None) -> Entry:
        """Replace ``seen``, the entry as it was read, and return the new one.

        ``generation``: only while the policy has this generation. Raises EntryChangedError.
        """
        written = replace(entry, writer=self.new_writer())
        condition, names, values = _unchanged(seen)
        put = {
            "TableName": self.name,
            "Item": _item(written),
            "ConditionExpression": condition,
            "ExpressionAttributeNames": names,
            **({"ExpressionAttributeValues": values} if values else {}),
        }
        try:
            if generation is None:
                self.client.put_item(**put)
            else:
                self.client.transact_write_items(
                    TransactItems=[
                        {"ConditionCheck": self._is_generation(generation)},
                        {"Put": put},
                    ]
                )
        except ClientError as error:
            raise _unless_changed(error) from error
        return written

    def forget(self, seen: Entry) -> None:
        """Delete the entry as it was read; raises EntryChangedError."""
        condition, names, values = _unchanged(seen)
        try:
            self.client.delete_item(
                TableName=self.name,
                Key={KEY: {"S": seen.user_arn}},
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            raise _unless_changed(error) from error

    def scan(self, start: str | None) -> EntryPage:
        """Some entries of the AppInstance's users, from a key on."""
        response = self.client.scan(
            **self._users_only(),
            Limit=_PAGE_SIZE,
            ConsistentRead=True,
            **({"ExclusiveStartKey": {KEY: {"S": start}}} if start else {}),
        )
        return EntryPage(
            tuple(response["Items"]), response.get("LastEvaluatedKey", {}).get(KEY, {}).get("S")
        )

    def count_owned(self) -> int:
        """How many users may have days that the policy has set.

        DynamoDB counts them, 1 MB of the table at a time: 30 requests for 100,000 users.
        """
        # As Entry.is_owned: no entry has an empty set of intended days.
        owned = "(attribute_exists(#days) OR attribute_exists(#intended))"
        names = {"#days": EntryAttribute.DAYS, "#intended": EntryAttribute.INTENDED}
        users = self._users_only()
        request = {
            **users,
            "Select": "COUNT",
            "FilterExpression": f"{users['FilterExpression']} AND {owned}",
            "ExpressionAttributeNames": {
                **users["ExpressionAttributeNames"],
                **{alias: str(name) for alias, name in names.items()},
            },
        }
        count = 0
        start: dict[str, Any] = {}
        while True:
            page = self.client.scan(**request, **start, ConsistentRead=True)
            count += int(page["Count"])
            if "LastEvaluatedKey" not in page:
                return count
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _users_only(self) -> dict[str, Any]:
        return {
            "TableName": self.name,
            "FilterExpression": "begins_with(#key, :users)",
            "ExpressionAttributeNames": {"#key": KEY},
            "ExpressionAttributeValues": {":users": {"S": f"{self.app_instance_arn}/user/"}},
        }

    def _get(self, key: str) -> Mapping[str, Any] | None:
        response = self.client.get_item(
            TableName=self.name, Key={KEY: {"S": key}}, ConsistentRead=True
        )
        item: Mapping[str, Any] | None = response.get("Item")
        return item

    def _is_generation(self, generation: int) -> dict[str, Any]:
        return {
            "TableName": self.name,
            "Key": {KEY: {"S": policy_key(self.app_instance_arn)}},
            "ConditionExpression": "#generation = :generation",
            "ExpressionAttributeNames": {"#generation": PolicyAttribute.GENERATION},
            "ExpressionAttributeValues": {":generation": _number(generation)},
        }

    def _update_as_owner(
        self, update: str, owner: str, generation: int, values: Mapping[str, Any]
    ) -> None:
        try:
            self._update(
                update,
                "#lease_owner = :owner AND #generation = :generation",
                {":owner": {"S": owner}, ":generation": _number(generation), **values},
            )
        except ClientError as error:
            raise _unless_condition_failed(error, LeaseLostError()) from error

    def _update(
        self, update: str, condition: str, values: Mapping[str, Any], **parameters: Any
    ) -> Mapping[str, Any]:
        # Many of the names are reserved words of DynamoDB, so each is written with a #.
        used = {f"#{name}": str(name) for name in PolicyAttribute}
        words = set(f"{update} {condition}".replace(",", " ").replace("(", " ").split())
        attempts = 0
        while True:
            attempts += 1
            try:
                response: Mapping[str, Any] = self.client.update_item(
                    TableName=self.name,
                    Key={KEY: {"S": policy_key(self.app_instance_arn)}},
                    UpdateExpression=update,
                    ConditionExpression=condition,
                    ExpressionAttributeNames={
                        alias: name for alias, name in used.items() if alias in _aliases(words)
                    },
                    ExpressionAttributeValues=dict(values),
                    **parameters,
                )
                return response
            except ClientError as error:
                # An event checks the generation in a transaction. botocore does not retry this.
                is_beside_transaction = _code(error) == _TRANSACTION_CONFLICT
                if not is_beside_transaction or attempts == _ATTEMPTS_BESIDE_TRANSACTIONS:
                    raise
            self.sleep(_WAIT_FOR_TRANSACTION_SECONDS)


def _aliases(words: set[str]) -> set[str]:
    return {word.rstrip(")") for word in words if word.startswith("#")}


def _unchanged(seen: Entry | None) -> tuple[str, dict[str, str], dict[str, Any]]:
    """The condition that an entry is as it was read: expression, names and values."""
    if seen is None:
        return "attribute_not_exists(#key)", {"#key": KEY}, {}
    names = {"#writer": str(EntryAttribute.WRITER)}
    if not seen.writer:
        # Not written by this release: somebody has edited the table.
        return "attribute_not_exists(#writer)", names, {}
    return "#writer = :writer", names, {":writer": {"S": seen.writer}}


def _item(entry: Entry) -> dict[str, Any]:
    item: dict[str, Any] = {
        KEY: {"S": entry.user_arn},
        EntryAttribute.KIND: {"S": entry.kind},
        EntryAttribute.WRITER: {"S": entry.writer},
        TIME_TO_LIVE: _number(entry.ttl),
    }
    if entry.days is not None:
        item[EntryAttribute.DAYS] = _number(entry.days)
    if entry.intended:
        item[EntryAttribute.INTENDED] = {"NS": [str(days) for days in sorted(entry.intended)]}
    if entry.touched:
        item[EntryAttribute.TOUCHED] = _number(entry.touched)
    if entry.rule:
        item[EntryAttribute.RULE] = {"S": entry.rule}
    if entry.detail:
        item[EntryAttribute.DETAIL] = {"S": entry.detail}
    return {str(name): value for name, value in item.items()}


def _number(value: float) -> dict[str, str]:
    return {"N": str(round(value, 3))}


def _values(progress: Progress) -> dict[str, Any]:
    counts = {name: _number(count) for name, count in progress.counts.items()}
    return {":counts": {"M": counts}, ":last_failure": {"S": progress.last_failure}}


def _unless_condition_failed(error: ClientError, meaning: Exception) -> Exception:
    """``meaning`` where a condition was not met; raises any other error as it is."""
    if _code(error) == "ConditionalCheckFailedException":
        return meaning
    raise error


def _unless_changed(error: ClientError) -> Exception:
    """EntryChangedError where a condition was not met, or another write was in progress."""
    code = _code(error)
    reasons = {each.get("Code") for each in error.response.get("CancellationReasons", [])}
    is_in_progress = code == _TRANSACTION_CONFLICT or (
        code == "TransactionCanceledException"
        and reasons <= {"None", "ConditionalCheckFailed", "TransactionConflict"}
    )
    return (
        EntryChangedError()
        if is_in_progress
        else _unless_condition_failed(error, EntryChangedError())
    )


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])
