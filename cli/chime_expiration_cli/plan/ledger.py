"""What the ledger of a policy knows, without a call to the service."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chime_expiration_cli.policies.ledger_request import users_request
from chime_expiration_handler.contract.arn import AppInstanceArn
from chime_expiration_handler.contract.ledger import Entry, Kind
from chime_expiration_handler.contract.policy_properties import Rule

_PAGE_SIZE = 1_000


@dataclass(frozen=True, slots=True)
class KnownState:
    """A user as the policy has left it."""

    created: datetime
    days: int | None


def read_ledger(client: Any, table_name: str, app_instance: AppInstanceArn) -> dict[str, Entry]:
    """The entries of the AppInstance by the ARN of the user; raises what the client raises."""
    return {entry.user_arn: entry for entry in _entries(client, table_name, app_instance)}


def _entries(client: Any, table_name: str, app_instance: AppInstanceArn) -> Iterator[Entry]:
    request = users_request(table_name, str(app_instance), _PAGE_SIZE)
    start: dict[str, Any] = {}
    while True:
        page = client.scan(**request, **start)
        yield from map(Entry.parse, page["Items"])
        if "LastEvaluatedKey" not in page:
            return
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def known_state(entry: Entry, now: datetime) -> KnownState | None:
    """The user of an entry, or None if it has to be looked at.

    An entry that is SET expires with its user, so it has the user's creation, too. Once the user
    has expired, another one may have its id.
    """
    is_known = entry.kind is Kind.SET and entry.days is not None and not entry.intended
    if not is_known or entry.expires <= now.timestamp():
        return None
    assert entry.days is not None
    expires = datetime.fromtimestamp(entry.expires, UTC)
    return KnownState(expires - timedelta(days=entry.days), entry.days)


def stays_as_it_is(entry: Entry, rule: Rule) -> bool:
    """Whether the policy goes on leaving the user alone, whatever its age is now."""
    return entry.kind is Kind.LEFT_ALONE or (entry.kind is Kind.OVERDUE and entry.rule == str(rule))
