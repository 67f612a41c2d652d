"""Counts the users in the table of a policy: several segments at a time, one page of each."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from math import inf
from queue import SimpleQueue
from threading import Thread
from typing import Any

from chime_expiration_cli.clients import THREADS_PER_REGION
from chime_expiration_cli.policies.ledger_request import users_request
from chime_expiration_cli.policies.reading import LedgerCounts
from chime_expiration_handler.contract.ledger import (
    KEPT_AFTER_EXPIRY_SECONDS,
    TIME_TO_LIVE,
    EntryAttribute,
    Item,
    Kind,
)

# A page of 1 MB, the most that DynamoDB returns, would need several MB of memory in each thread.
_PAGE_SIZE = 500

_KINDS = {kind.value: kind for kind in Kind}

_READ = (EntryAttribute.KIND, EntryAttribute.DAYS, EntryAttribute.INTENDED, TIME_TO_LIVE)


def scan_ledger(
    client: Any, table_name: str, app_instance_arn: str, now: datetime, soon: datetime
) -> LedgerCounts:
    """Count the users of the AppInstance; raises what the client raises.

    The memory needed does not depend on the number of users. Eventually consistent reads cost half.
    """
    began = time.monotonic()
    results: SimpleQueue[_Counts | Exception] = SimpleQueue()
    for segment in range(THREADS_PER_REGION):
        request = {
            **users_request(table_name, app_instance_arn, _PAGE_SIZE, *map(str, _READ)),
            "ReturnConsumedCapacity": "TOTAL",
            "Segment": segment,
            "TotalSegments": THREADS_PER_REGION,
        }
        # Daemons: Ctrl-C ends the process although a thread waits for a response.
        Thread(
            target=_scan_segment, args=(client, request, now, soon, results), daemon=True
        ).start()
    total = _Counts(now.timestamp(), soon.timestamp())
    for _ in range(THREADS_PER_REGION):
        result = results.get()
        if isinstance(result, Exception):
            raise result
        total.merge(result)
    return LedgerCounts(
        kinds={kind: total.kinds[kind] for kind in Kind},
        owned=total.owned,
        expiring_soon=total.expiring_soon,
        next_expires_at=(
            datetime.fromtimestamp(total.next_expiry, UTC) if total.next_expiry < inf else None
        ),
        expirations=total.expirations,
        read_units=total.read_units,
        seconds=time.monotonic() - began,
        never=total.never,
        days_not_known=total.days_not_known,
        other_kinds=total.other_kinds,
    )


@dataclass(slots=True)
class _Counts:
    """The counts of some pages. ``now`` and ``soon`` are seconds since 1970."""

    now: float
    soon: float
    kinds: Counter[Kind] = field(default_factory=Counter)
    other_kinds: int = 0
    owned: int = 0
    expiring_soon: int = 0
    next_expiry: float = inf
    # At most as many days as an expiration can have.
    expirations: Counter[date] = field(default_factory=Counter)
    never: int = 0
    days_not_known: int = 0
    read_units: float = 0.0

    def add(self, items: Iterable[Item]) -> None:
        for item in items:
            kind = _KINDS.get(item[EntryAttribute.KIND]["S"])
            if kind is None:
                self.other_kinds += 1
            else:
                self.kinds[kind] += 1
            has_intent = EntryAttribute.INTENDED in item
            is_owned = has_intent or EntryAttribute.DAYS in item
            self.owned += is_owned
            if kind is Kind.OVERDUE and not is_owned:
                self.never += 1
            elif kind is not Kind.SET or has_intent:
                self.days_not_known += 1
            else:
                expiry = int(item[TIME_TO_LIVE]["N"]) - KEPT_AFTER_EXPIRY_SECONDS
                if expiry > self.now:
                    self.next_expiry = min(self.next_expiry, expiry)
                    self.expiring_soon += expiry <= self.soon
                    self.expirations[datetime.fromtimestamp(expiry, UTC).date()] += 1

    def merge(self, other: "_Counts") -> None:
        self.kinds.update(other.kinds)
        self.other_kinds += other.other_kinds
        self.owned += other.owned
        self.expiring_soon += other.expiring_soon
        self.next_expiry = min(self.next_expiry, other.next_expiry)
        self.expirations.update(other.expirations)
        self.never += other.never
        self.days_not_known += other.days_not_known
        self.read_units += other.read_units


def _scan_segment(
    client: Any,
    request: Mapping[str, Any],
    now: datetime,
    soon: datetime,
    results: SimpleQueue[_Counts | Exception],
) -> None:
    counts = _Counts(now.timestamp(), soon.timestamp())
    start: Mapping[str, Any] = {}
    try:
        while True:
            page = client.scan(**request, **start)
            counts.add(page["Items"])
            counts.read_units += page.get("ConsumedCapacity", {}).get("CapacityUnits", 0.0)
            if "LastEvaluatedKey" not in page:
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    except Exception as error:  # noqa: BLE001 - raised again in the main thread, which waits
        results.put(error)
    else:
        results.put(counts)
