"""What each event of CloudFormation does to a policy.

An event declares a new generation of the policy, starts a sweep, and waits for it as long as that
is useful. The PhysicalResourceId is the ARN of the AppInstance once the policy may have set users.
"""

import json
import random
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from chime_expiration_handler.contract import policy_properties, sweep_event
from chime_expiration_handler.contract.arn import AppInstanceArn
from chime_expiration_handler.contract.ledger import Mode, Policy
from chime_expiration_handler.contract.physical_id import NOTHING_SET
from chime_expiration_handler.contract.policy_properties import PolicyProperties
from chime_expiration_handler.contract.properties import DAYS
from chime_expiration_handler.service import messages
from chime_expiration_handler.service.calls import Call, CallError
from chime_expiration_handler.service.retry_budget import RetryBudget
from chime_expiration_handler.service.sent_at import sent_at
from chime_expiration_handler.sweep.outcome import Outcome
from chime_expiration_handler.sweep.table import OutdatedEventError, PolicyTable

Result = TypeVar("Result")

_POLL_SECONDS = 3.0
_WAIT_FOR_SWEEP_SECONDS = 300.0
# CloudFormation waits for 3,600 seconds after it has sent an event.
_WAIT_FOR_CLEARING_SECONDS = 3500.0
# The function invokes itself again when it has less time left. Retries end at 75 seconds (see
# RetryBudget), and the last attempt of a call to DynamoDB can take half of these.
_HANDS_OVER_AT_SECONDS = 120.0

FIRST_INVOCATION = "FirstInvocation"
"""In the event of a Delete that goes on in another invocation: when the first one began.

It takes the place of the moment in the ResponseURL, if that has none.
"""


class PolicyError(Exception):
    """The event failed; the text is the reason that CloudFormation shows."""


class CustomResourceResponse(Protocol):
    """The response that CloudFormation will receive; crhelper's CfnResource is one."""

    PhysicalResourceId: str
    Data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PolicyLifecycle:
    """Handles one event.

    ``table_of`` returns the table for an AppInstance. ``start_sweep`` starts an execution of the
    state machine with this ARN and input. ``invoke_again`` passes the event to a new invocation.
    """

    table_of: Callable[[AppInstanceArn], PolicyTable]
    start_sweep: Callable[[str, str], None]
    invoke_again: Callable[[Mapping[str, Any]], None]
    remaining_seconds: Callable[[], float]
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    uniform: Callable[[float, float], float] = random.uniform

    def handle(self, event: Mapping[str, Any], response: CustomResourceResponse) -> str | None:
        """Handle ``event`` and return the outcome in a few words; raise PolicyError.

        None where another invocation goes on and answers.
        """
        match event["RequestType"]:
            case "Create":
                response.PhysicalResourceId = NOTHING_SET
                return self._declare(event, response)
            case "Update":
                response.PhysicalResourceId = event["PhysicalResourceId"]
                return self._declare(event, response)
            case "Delete":
                response.PhysicalResourceId = event.get("PhysicalResourceId") or NOTHING_SET
                return self._clear(event, response)
            case other:
                raise PolicyError(f"RequestType is {other!r}: expected Create, Update or Delete")

    def _declare(self, event: Mapping[str, Any], response: CustomResourceResponse) -> str:
        began = self.now()
        try:
            properties = PolicyProperties.parse(event["ResourceProperties"])
        except ValueError as problem:
            raise PolicyError(messages.invalid(str(problem))) from problem
        table = self.table_of(properties.app_instance)
        mode = Mode.APPLY if properties.enabled else Mode.CLEAR
        sent = self._sent(event, began)
        id_before = response.PhysicalResourceId
        # From here on the policy may be active, even if no response to the request arrives.
        response.PhysicalResourceId = str(properties.app_instance)
        try:
            self._call(lambda: table.declare(mode, event["ResourceProperties"], sent))
        except OutdatedEventError:
            return "superseded by a later event"
        self._undo_cancelled_update(event, properties, id_before, sent)
        self._start(properties.state_machine_arn, properties.app_instance)
        waits_until = began + min(_WAIT_FOR_SWEEP_SECONDS, self.remaining_seconds() - 30)
        while True:
            policy = self._follow(table)
            if policy.sent > sent:
                return "superseded by a later event"
            # An event that is delivered twice has two generations; the later one counts for both.
            is_finished = policy.swept_generation == policy.generation
            if is_finished or self.now() + _POLL_SECONDS > waits_until:
                break
            self.sleep(_POLL_SECONDS)
        if policy.error:
            raise PolicyError(messages.invalid(policy.error))
        counts = policy.counts
        if counts.get(Outcome.FAILED) and not any(
            counts.get(each) for each in (Outcome.SET, Outcome.KEPT, Outcome.CLEARED)
        ):
            failed = f"users failed: {counts[Outcome.FAILED]}, the last one with: "
            raise PolicyError(messages.invalid(failed + policy.last_failure))
        response.Data = _attributes(policy, is_finished=is_finished)
        return "finished" if is_finished else "the sweep goes on"

    def _undo_cancelled_update(
        self, event: Mapping[str, Any], declared: PolicyProperties, id_before: str, sent: float
    ) -> None:
        """Clear, in the background, the AppInstance of an Update that was cancelled or failed.

        CloudFormation may have no id of that AppInstance and then sends no Delete, but the Update
        back to the earlier AppInstance names it.
        """
        properties = event.get("OldResourceProperties") or {}
        try:
            other = AppInstanceArn.parse(str(properties.get(policy_properties.APP_INSTANCE_ARN)))
        except ValueError:
            return
        if declared.app_instance == other or id_before != str(declared.app_instance):
            return
        table = self.table_of(other)
        policy = self._call(table.policy)
        with suppress(OutdatedEventError):
            # Also where nothing was declared: an Update that is on its way is outdated then.
            self._call(lambda: table.declare(Mode.CLEAR, _to_clear(properties, other), sent))
            if policy is not None:
                self._start(declared.state_machine_arn, other)

    def _clear(self, event: Mapping[str, Any], response: CustomResourceResponse) -> str | None:
        app_instance = _app_instance_to_clear(event, response.PhysicalResourceId)
        if app_instance is None:
            return "nothing to clear: nothing was declared"
        began = float(event.get(FIRST_INVOCATION) or self.now())
        table, sent = self.table_of(app_instance), self._sent(event, began)
        policy = self._call(table.policy)
        is_going_on = policy is not None and policy.mode is Mode.CLEAR and policy.sent == sent
        if policy is None or not is_going_on:
            properties = event.get("ResourceProperties") or {}
            to_clear = _to_clear(properties, app_instance)
            try:
                self._call(lambda: table.declare(Mode.CLEAR, to_clear, sent))
            except OutdatedEventError:
                return "superseded by a later event"
            # Users can be left where somebody has deleted the policy's item. The declaration stays
            # in either case, so that a Create that is still on its way is outdated.
            if policy is None and not self._call(table.count_owned):
                return "nothing to clear: nothing was declared"
            self._start(str(properties.get(policy_properties.STATE_MACHINE_ARN, "")), app_instance)
        return self._wait_until_cleared(table, event, began, sent)

    def _wait_until_cleared(
        self, table: PolicyTable, event: Mapping[str, Any], began: float, sent: float
    ) -> str | None:
        """Wait for the end of the sweep; None where another invocation goes on."""
        again = {**event, FIRST_INVOCATION: began}
        # The event can have been in a queue before the function began.
        waits_until = min(sent, began) + _WAIT_FOR_CLEARING_SECONDS
        while True:
            policy = self._follow(table)
            if policy.sent > sent:
                return "superseded by a later event"
            if policy.swept_generation == policy.generation:
                break
            if self.now() > waits_until:
                raise PolicyError(self._still_to_clear(table, policy))
            if self.remaining_seconds() < _HANDS_OVER_AT_SECONDS:
                self._call(lambda: self.invoke_again(again), messages.not_followed)
                return None
            self.sleep(_POLL_SECONDS)
        if policy.error:
            raise PolicyError(messages.invalid(policy.error))
        if policy.counts.get(Outcome.FAILED):
            raise PolicyError(self._still_to_clear(table, policy))
        return f"users cleared: {policy.counts.get(Outcome.CLEARED, 0)}"

    def _still_to_clear(self, table: PolicyTable, policy: Policy) -> str:
        left = self._call(table.count_owned, messages.not_followed)
        total = left + policy.counts.get(Outcome.CLEARED, 0)
        failure = f" ({policy.last_failure})" if policy.last_failure else ""
        return messages.invalid(
            f"{left} of {total} users still to clear; delete again to go on{failure}"
        )

    def _start(self, state_machine_arn: str, app_instance: AppInstanceArn) -> None:
        execution_input = {sweep_event.APP_INSTANCE: str(app_instance), sweep_event.CURSOR: None}
        self._call(lambda: self.start_sweep(state_machine_arn, json.dumps(execution_input)))

    def _call(
        self,
        operation: Callable[[], Result],
        message: Callable[[str], str] = messages.not_started,
    ) -> Result:
        """The result of a call that permissions created with the stack may not allow yet.

        Raises PolicyError with the ``message`` for the last failure.
        """
        budget = RetryBudget(self.remaining_seconds, self.sleep, self.now, self.uniform)
        try:
            return Call(budget).run(operation)
        except CallError as error:
            raise PolicyError(message(str(error))) from error

    def _follow(self, table: PolicyTable) -> Policy:
        """The policy's item, as the sweep goes on."""
        policy = self._call(table.policy, messages.not_followed)
        if policy is None:
            raise PolicyError("the policy's item was deleted from its table; deploy again")
        return policy

    @staticmethod
    def _sent(event: Mapping[str, Any], began: float) -> float:
        sent = sent_at(event)
        return round(sent.timestamp() if sent else began, 3)


def _app_instance_to_clear(event: Mapping[str, Any], physical_id: str) -> AppInstanceArn | None:
    """The AppInstance that the policy is for; None where a Create has failed before it began.

    Where a Create has not answered, CloudFormation generates an id. The policy may be active.
    """
    properties = event.get("ResourceProperties") or {}
    declared = str(properties.get(policy_properties.APP_INSTANCE_ARN, ""))
    for arn in (physical_id, declared if physical_id != NOTHING_SET else ""):
        with suppress(ValueError):
            return AppInstanceArn.parse(arn)
    return None


def _to_clear(properties: Mapping[str, Any], app_instance: AppInstanceArn) -> dict[str, Any]:
    """Valid properties, even if those of the event are not: clearing needs only the rate."""
    kept = {policy_properties.APP_INSTANCE_ARN: str(app_instance), DAYS: "1"}
    rate = properties.get(policy_properties.CALLS_PER_SECOND)
    try:
        policy_properties.calls_per_second(rate)
    except ValueError:
        return kept
    return {**kept, policy_properties.CALLS_PER_SECOND: rate}


def _attributes(policy: Policy, *, is_finished: bool) -> dict[str, str]:
    counts = policy.counts
    return {
        policy_properties.USERS_SET: str(counts.get(Outcome.SET, 0)),
        policy_properties.USERS_CLEARED: str(counts.get(Outcome.CLEARED, 0)),
        policy_properties.USERS_FAILED: str(counts.get(Outcome.FAILED, 0)),
        policy_properties.USERS_OVERDUE: str(counts.get(Outcome.OVERDUE, 0)),
        policy_properties.USERS_LEFT_ALONE: str(counts.get(Outcome.LEFT_ALONE, 0)),
        policy_properties.SWEEP_FINISHED: str(is_finished).lower(),
    }
