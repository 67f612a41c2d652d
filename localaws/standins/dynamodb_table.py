"""DynamoDB in memory, with the method names of boto3's client: as much as this project uses.

What it understands, it takes as strictly as the real one: an expression with a name that is not
defined, and a name or value that no expression uses, are refused. Attributes are named with ``#``
only, since half of their names are reserved words.
"""

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Mapping, MutableMapping
from copy import deepcopy
from functools import cache
from math import ceil
from typing import Any, NoReturn
from zlib import crc32

from botocore.exceptions import ClientError

Item = dict[str, dict[str, Any]]

_TOKEN = re.compile(r"\s*(\(|\)|,|<=|>=|<>|=|<|>|[#:]?\w+)")
_HASHES = 2**32
_BYTES_PER_READ_UNIT = 4096
_BYTES_PER_WRITE_UNIT = 1024


class DynamoDBTable:
    """One table with a partition key and no sort key; for one thread at a time.

    ``read_units`` and ``write_units`` are what the requests so far have consumed. A scan returns
    items in the order of their keys' hashes, as the real one does. ``unprocessed`` is how many keys
    each batch leaves unprocessed, ``page_size`` how many items fit into a page of a scan.
    """

    def __init__(
        self, name: str, key: str = "pk", storage: MutableMapping[str, Item] | None = None
    ) -> None:
        self.name = name
        self.read_units = 0.0
        self.write_units = 0.0
        self.unprocessed = 0
        self.page_size = 1_000
        self._key = key
        self._items: MutableMapping[str, Item] = {} if storage is None else storage
        self._order: list[tuple[int, str]] = []

    def items(self) -> list[Item]:
        """A copy of all items, for a test to look at."""
        return deepcopy([self._items[key] for _, key in self._order])

    def get_item(
        self, *, TableName: str, Key: Item, ConsistentRead: bool = False
    ) -> dict[str, Any]:
        self._check_table(TableName)
        item = self._items.get(self._key_of(Key))
        self._read([item], consistent=ConsistentRead)
        return {"Item": deepcopy(item)} if item else {}

    def batch_get_item(self, *, RequestItems: Mapping[str, Any]) -> dict[str, Any]:
        [(name, request)] = RequestItems.items()
        self._check_table(name)
        keys = request["Keys"]
        names = [self._key_of(key) for key in keys]
        if not 1 <= len(keys) <= 100 or len(set(names)) < len(names):
            _refuse("BatchGetItem", "ValidationException", "1-100 keys, each of them once")
        served = names[: len(names) - self.unprocessed] or names
        items = [self._items.get(key) for key in served]
        self._read(items, consistent=request.get("ConsistentRead", False))
        left = keys[len(served) :]
        return {
            "Responses": {name: deepcopy([item for item in items if item])},
            "UnprocessedKeys": {name: {**request, "Keys": left}} if left else {},
        }

    def put_item(self, *, TableName: str, Item: Item, **expressions: Any) -> dict[str, Any]:
        self._check_table(TableName)
        expression = _Expressions("PutItem", expressions)
        self._write(Item)
        if not expression.holds(self._items.get(self._key_of(Item))):
            _condition_failed("PutItem")
        self._store(Item)
        return {}

    def delete_item(self, *, TableName: str, Key: Item, **expressions: Any) -> dict[str, Any]:
        self._check_table(TableName)
        expression = _Expressions("DeleteItem", expressions)
        key = self._key_of(Key)
        item = self._items.get(key)
        self._write(item or {})
        if not expression.holds(item):
            _condition_failed("DeleteItem")
        if item:
            del self._items[key]
            del self._order[bisect_right(self._order, _place(key)) - 1]
        return {}

    def update_item(
        self,
        *,
        TableName: str,
        Key: Item,
        UpdateExpression: str,
        ReturnValues: str = "NONE",
        **expressions: Any,
    ) -> dict[str, Any]:
        self._check_table(TableName)
        expression = _Expressions("UpdateItem", expressions, UpdateExpression)
        item = self._items.get(self._key_of(Key))
        if not expression.holds(item):
            self._write(item or {})
            _condition_failed("UpdateItem")
        updated, changed = expression.updated({**Key, **(item or {})})
        self._write(updated)
        self._store(updated)
        return {"Attributes": deepcopy(changed)} if ReturnValues == "UPDATED_NEW" else {}

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> dict[str, Any]:
        reasons, puts = [], []
        for each in TransactItems:
            [(kind, action)] = each.items()
            self._check_table(action["TableName"])
            key = self._key_of(action["Item" if kind == "Put" else "Key"])
            names = ("ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues")
            parameters = {name: action[name] for name in names if name in action}
            holds = _Expressions("TransactWriteItems", parameters).holds(self._items.get(key))
            reasons.append({"Code": "None" if holds else "ConditionalCheckFailed"})
            self._write(action.get("Item") or self._items.get(key) or {}, factor=2)
            if kind == "Put":
                puts.append(action["Item"])
        if any(reason["Code"] != "None" for reason in reasons):
            _refuse(
                "TransactWriteItems",
                "TransactionCanceledException",
                "Transaction cancelled",
                CancellationReasons=reasons,
            )
        for item in puts:
            self._store(item)
        return {}

    def scan(
        self,
        *,
        TableName: str,
        FilterExpression: str,
        Select: str = "ALL_ATTRIBUTES",
        Limit: int | None = None,
        Segment: int = 0,
        TotalSegments: int = 1,
        ProjectionExpression: str = "",
        ReturnConsumedCapacity: str = "NONE",
        ExclusiveStartKey: Item | None = None,
        ConsistentRead: bool = False,
        **expressions: Any,
    ) -> dict[str, Any]:
        self._check_table(TableName)
        expression = _Expressions(
            "Scan", {"ConditionExpression": FilterExpression, **expressions}, ProjectionExpression
        )
        assert 0 <= Segment < TotalSegments
        # A segment is a range of hashes.
        start = bisect_left(self._order, (ceil(_HASHES * Segment / TotalSegments), ""))
        stop = bisect_left(self._order, (ceil(_HASHES * (Segment + 1) / TotalSegments), ""))
        if ExclusiveStartKey:
            start = bisect_right(self._order, _place(self._key_of(ExclusiveStartKey)))
        end = start + min(Limit or self.page_size, self.page_size)
        keys = [key for _, key in self._order[start : min(end, stop)]]
        items = [self._items[key] for key in keys]
        units: float = ceil(sum(_size(item) for item in items) / _BYTES_PER_READ_UNIT)
        units = units if ConsistentRead else units / 2
        self.read_units += units
        found = [item for item in items if expression.holds(item)]
        response: dict[str, Any] = {"Count": len(found)}
        if Select != "COUNT":
            response["Items"] = [deepcopy(expression.projected(item)) for item in found]
        if end <= stop and keys:
            response["LastEvaluatedKey"] = {self._key: {"S": keys[-1]}}
        if ReturnConsumedCapacity != "NONE":
            response["ConsumedCapacity"] = {"TableName": self.name, "CapacityUnits": units}
        return response

    def _check_table(self, name: str) -> None:
        if name != self.name:
            _refuse("", "ResourceNotFoundException", f"no table {name}")

    def _key_of(self, item: Mapping[str, Mapping[str, Any]]) -> str:
        return str(item[self._key]["S"])

    def _store(self, item: Item) -> None:
        key = self._key_of(item)
        for name, value in item.items():
            if value in ({"NS": []}, {"SS": []}):
                _refuse("", "ValidationException", f"{name} is an empty set")
        if key not in self._items:
            insort(self._order, _place(key))
        self._items[key] = deepcopy(item)

    def _read(self, items: list[Item | None], *, consistent: bool) -> None:
        units = sum(ceil(max(_size(item or {}), 1) / _BYTES_PER_READ_UNIT) for item in items)
        self.read_units += units if consistent else units / 2

    def _write(self, item: Item, factor: int = 1) -> None:
        self.write_units += factor * ceil(max(_size(item), 1) / _BYTES_PER_WRITE_UNIT)


class _Expressions:
    """The expressions of one request, with their names and values."""

    def __init__(self, operation: str, parameters: Mapping[str, Any], update: str = "") -> None:
        # ``update`` is the projection of a scan.
        self._operation = operation
        self._condition = _tokens(parameters.get("ConditionExpression", ""))
        self._update = _tokens(update)
        self._names = parameters.get("ExpressionAttributeNames", {})
        self._values = parameters.get("ExpressionAttributeValues", {})
        used = {token for token in self._condition + self._update if token[0] in "#:"}
        defined = {*self._names, *self._values}
        if used != defined:
            _refuse(
                operation,
                "ValidationException",
                f"not defined: {sorted(used - defined)}, not used: {sorted(defined - used)}",
            )

    def holds(self, item: Item | None) -> bool:
        """Whether the condition holds for an item."""
        if not self._condition:
            return True
        tokens = list(self._condition)
        result = self._any_of(tokens, item or {})
        assert not tokens, f"not understood: {tokens}"
        return result

    def projected(self, item: Item) -> Item:
        """The attributes of the item that the projection names; all if there is none."""
        if not self._update:
            return item
        names = [self._names[token] for token in self._update if token != ","]
        return {name: item[name] for name in names if name in item}

    def updated(self, item: Item) -> tuple[Item, Item]:
        """The item after the update, and the attributes that it has changed."""
        item, changed = deepcopy(item), {}
        for clause, name, value in self._actions():
            if clause == "REMOVE":
                item.pop(name, None)
                continue
            if clause == "ADD":
                number = float(item.get(name, {"N": "0"})["N"]) + float(value["N"])
                value = {"N": f"{number:g}"}
            changed[name] = item[name] = deepcopy(value)
        return item, changed

    def _actions(self) -> Iterator[tuple[str, str, Any]]:
        tokens = list(self._update)
        clause = ""
        while tokens:
            token = tokens.pop(0)
            if token in ("SET", "REMOVE", "ADD"):
                clause = token
            elif token != ",":
                if clause == "SET":
                    assert tokens.pop(0) == "="
                value = None if clause == "REMOVE" else self._values[tokens.pop(0)]
                yield clause, self._names[token], value

    def _any_of(self, tokens: list[str], item: Item) -> bool:
        result = self._all_of(tokens, item)
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            result = self._all_of(tokens, item) or result
        return result

    def _all_of(self, tokens: list[str], item: Item) -> bool:
        result = self._one(tokens, item)
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            result = self._one(tokens, item) and result
        return result

    def _one(self, tokens: list[str], item: Item) -> bool:
        token = tokens.pop(0)
        if token == "(":
            result = self._any_of(tokens, item)
            assert tokens.pop(0) == ")"
            return result
        if token in ("attribute_not_exists", "attribute_exists", "begins_with"):
            assert tokens.pop(0) == "("
            value = item.get(self._names[tokens.pop(0)])
            result = value is not None
            if token == "attribute_not_exists":
                result = not result
            if token == "begins_with":
                assert tokens.pop(0) == ","
                start = self._values[tokens.pop(0)]["S"]
                result = value is not None and str(value.get("S", "")).startswith(start)
            assert tokens.pop(0) == ")"
            return result
        return self._compare(item.get(self._names[token]), tokens.pop(0), tokens.pop(0))

    def _compare(self, left: dict[str, Any] | None, operator: str, name: str) -> bool:
        right = self._values[name]
        if left is None or left.keys() != right.keys():
            return operator == "<>"
        [(kind, one)], [other] = left.items(), right.values()
        if kind == "N":
            one, other = float(one), float(other)
        return bool(
            {
                "=": one == other,
                "<>": one != other,
                "<": one < other,
                "<=": one <= other,
                ">": one > other,
                ">=": one >= other,
            }[operator]
        )


@cache
def _tokens(expression: str) -> tuple[str, ...]:
    tokens, position = [], 0
    while position < len(expression.rstrip()):
        match = _TOKEN.match(expression, position)
        assert match, f"not understood: {expression[position:]}"
        tokens.append(match[1])
        position = match.end()
    return tuple(tokens)


def _place(key: str) -> tuple[int, str]:
    return crc32(key.encode()), key


def _size(item: Item) -> int:
    """The bytes of an item, roughly as DynamoDB counts them."""
    return sum(len(name) + len(str(next(iter(value.values())))) for name, value in item.items())


def _condition_failed(operation: str) -> NoReturn:
    _refuse(operation, "ConditionalCheckFailedException", "The conditional request failed")


def _refuse(operation: str, code: str, message: str, **more: Any) -> NoReturn:
    raise ClientError(
        {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": 400},
            **more,
        },
        operation,
    )
