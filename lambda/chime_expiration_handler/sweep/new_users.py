"""New users, as EventBridge reports them: a hint that makes the policy fast, never the only way."""

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from chime_expiration_handler.contract.arn import AppInstanceArn, AppInstanceUserArn
from chime_expiration_handler.contract.ledger import Mode, Policy
from chime_expiration_handler.contract.policy_decision import needs_look
from chime_expiration_handler.contract.policy_properties import PolicyProperties
from chime_expiration_handler.service.app_instance import AppInstanceService, ListError
from chime_expiration_handler.sweep.outcome import Counts, Outcome
from chime_expiration_handler.sweep.permit import EventPermit, OutOfTimeError
from chime_expiration_handler.sweep.policy import read_properties
from chime_expiration_handler.sweep.table import LeaseLostError, PolicyTable
from chime_expiration_handler.sweep.treatment import Treatment

_logger = logging.getLogger("chime_expiration")

# A message that takes longer comes again.
_SECONDS_PER_BATCH = 240


class UnknownEventError(Exception):
    """The event names no user of the AppInstance."""


class NotSetError(Exception):
    """The user could not be set; the message comes again."""


@dataclass(slots=True)
class NewUsers:
    """Handles one batch of messages. ``table_of`` returns the table for an AppInstance."""

    table_of: Callable[[AppInstanceArn], PolicyTable]
    app_instance: Callable[[PolicyProperties], AppInstanceService]
    treatment: Callable[[PolicyProperties, EventPermit], Treatment]
    counts: Counts
    now: Callable[[], float] = time.time
    _admins: dict[AppInstanceArn, frozenset[str]] = field(default_factory=dict)

    def handle(self, records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Handle the messages of SQS; return those that have to come again."""
        deadline = self.now() + _SECONDS_PER_BATCH
        failures = []
        for record in records:
            try:
                self._handle_user(created_user(record["body"]), deadline)
            except (UnknownEventError, NotSetError, ListError, OutOfTimeError) as error:
                _logger.error({"message": record["messageId"], "outcome": f"failed: {error!r}"})
                failures.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failures}

    def _handle_user(self, user: AppInstanceUserArn, deadline: float) -> None:
        """Give the user what it should have, until the generation is the same before and after.

        Where the policy clears, its sweep finds what may have been set here: the intent is in the
        ledger, and no intent is recorded once the generation has changed.
        """
        table = self.table_of(user.app_instance)
        policy = table.policy()
        while policy is not None and policy.mode is Mode.APPLY:
            with suppress(LeaseLostError):
                self._apply(table, policy, user, deadline)
            after = table.policy()
            if after is None or after.generation == policy.generation:
                return
            policy = after

    def _apply(
        self, table: PolicyTable, policy: Policy, user: AppInstanceUserArn, deadline: float
    ) -> None:
        properties = read_properties(policy)
        entry = table.entry(str(user))
        selected = properties.selection.matches(user.user_id)
        if not needs_look(entry, properties.rule, self.now(), governed=selected, sweep=None):
            return
        permit = EventPermit(table, policy.generation, deadline, self.now)
        governed = selected and str(user) not in self._all_admins(properties)
        outcome = self.treatment(properties, permit).treat(user, entry, governed=governed)
        self.counts.add([outcome])
        if outcome is Outcome.FAILED:
            raise NotSetError(str(user))

    def _all_admins(self, properties: PolicyProperties) -> frozenset[str]:
        app_instance = properties.app_instance
        if app_instance not in self._admins:
            self._admins[app_instance] = self.app_instance(properties).admins()
        return self._admins[app_instance]


def created_user(body: str) -> AppInstanceUserArn:
    """The user in the event of EventBridge that a message has; raises UnknownEventError.

    Where the event has the ARNs is not documented, so every text of it is looked at.
    """
    try:
        detail = json.loads(body)["detail"]
        user_id = (detail.get("requestParameters") or {}).get("appInstanceUserId")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnknownEventError("no detail") from error
    texts = tuple(_texts(detail))
    for text in texts:
        with suppress(ValueError):
            return AppInstanceUserArn.parse(text)
    for text in texts:
        with suppress(ValueError):
            return AppInstanceArn.parse(text).user(str(user_id))
    raise UnknownEventError("no AppInstanceUser")


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
