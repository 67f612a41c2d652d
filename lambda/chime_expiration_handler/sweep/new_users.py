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
from chime_expiration_handler.service.app_instance import AppInstanceService
from chime_expiration_handler.sweep.outcome import Counts, Outcome
from chime_expiration_handler.sweep.permit import EventPermit
from chime_expiration_handler.sweep.policy import read_properties
from chime_expiration_handler.sweep.table import LeaseLostError, PolicyTable
from chime_expiration_handler.sweep.treatment import Treatment

_logger = logging.getLogger("chime_expiration")

# A message that takes longer comes again.
_SECONDS_PER_BATCH = 240


# What CloudTrail writes in place of a sensitive value. It looks like the id of a user.
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


class UnknownEventError(Exception):
    """The message names no user.

    It becomes a dead letter, so that the operator learns that new users have to wait for the sweep,
    which finds them. The attempts until then make no call, and only the first one is logged.
    """


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
                user = created_user(record["body"])
                if user is not None:
                    self._handle_user(user, deadline)
            # Whatever it is: the other messages of the batch do not come again.
            except Exception as error:  # noqa: BLE001
                if not (isinstance(error, UnknownEventError) and _has_come_before(record)):
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
                if not self._apply(table, policy, user, deadline):
                    return
            after = table.policy()
            if after is None or after.generation == policy.generation:
                return
            policy = after

    def _apply(
        self, table: PolicyTable, policy: Policy, user: AppInstanceUserArn, deadline: float
    ) -> bool:
        """Do what the policy asks for; return False where a read of the ledger was enough."""
        properties = read_properties(policy)
        entry = table.entry(str(user))
        selected = properties.selection.matches(user.user_id)
        if not needs_look(entry, properties.rule, self.now(), governed=selected, sweep=None):
            return False
        permit = EventPermit(table, policy.generation, deadline, self.now)
        governed = selected and str(user) not in self._all_admins(properties)
        outcome = self.treatment(properties, permit).treat(user, entry, governed=governed)
        self.counts.add([outcome])
        if outcome is Outcome.FAILED:
            raise NotSetError(str(user))
        return True

    def _all_admins(self, properties: PolicyProperties) -> frozenset[str]:
        app_instance = properties.app_instance
        if app_instance not in self._admins:
            self._admins[app_instance] = self.app_instance(properties).admins()
        return self._admins[app_instance]


def created_user(body: str) -> AppInstanceUserArn | None:
    """The user in the event of EventBridge that a message has; raises UnknownEventError.

    None where the creation has failed: there is no new user. Where the event has the ARNs is not
    documented, so every text of it is looked at, those of the response first.
    """
    try:
        detail = json.loads(body)["detail"]
        if detail.get("errorCode"):
            return None
        user_id = (detail.get("requestParameters") or {}).get("appInstanceUserId")
        texts = (*_texts(detail.get("responseElements")), *_texts(detail))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnknownEventError("the message is not an event of CloudTrail") from error
    for text in texts:
        with suppress(ValueError):
            return _named(AppInstanceUserArn.parse(text))
    for text in texts:
        with suppress(ValueError):
            # Not ``str``: an id that is missing would become a user with the name None.
            return _named(AppInstanceArn.parse(text).user(user_id or ""))
    raise UnknownEventError(
        "the event names no user, perhaps since CloudTrail hides it; the next sweep finds the user"
    )


def _named(user: AppInstanceUserArn) -> AppInstanceUserArn:
    if user.user_id == _HIDDEN:
        raise ValueError(_HIDDEN)
    return user


def _has_come_before(record: Mapping[str, Any]) -> bool:
    return int(record.get("attributes", {}).get("ApproximateReceiveCount", 1)) > 1


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
