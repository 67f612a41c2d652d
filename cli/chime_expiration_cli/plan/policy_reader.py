"""Reads what a policy needs to be judged: its ledger, and the list of users."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chime_expiration_cli.credentials import raise_if_rejected
from chime_expiration_cli.errors import GRANT
from chime_expiration_cli.plan.action import Reason
from chime_expiration_cli.plan.ledger import read_ledger
from chime_expiration_cli.plan.policy_intent import Apply, Faulty, PolicyIntent, Same, Withdraw
from chime_expiration_cli.plan.policy_plan import (
    PolicyAction,
    PolicyPlan,
    cleared,
    without_users,
)
from chime_expiration_cli.plan.policy_population import (
    Population,
    Sampler,
    cleared_users,
    draw_sample,
    population,
)
from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.ledger import Entry
from chime_expiration_handler.service.app_instance import AppInstanceService, ListError
from chime_expiration_handler.service.calls import CallError
from chime_expiration_handler.service.failures import FailureKind, classify
from chime_expiration_handler.service.rate_limiter import RateLimiter
from chime_expiration_handler.service.retry_budget import RetryBudget

# The service allows 20 calls a second that describe a user and 10 that list users.
_LISTS_PER_DESCRIBE = 0.5
_RETRIES_END_AFTER_SECONDS = 600.0


class _RetryBudget(RetryBudget):
    """Does not wait for a permission: nobody has just granted it."""

    def wait(self, kind: FailureKind) -> bool:
        return kind is not FailureKind.ACCESS_DENIED and super().wait(kind)


class _LedgerError(Exception):
    """The ledger could not be read."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class PolicyReader:
    """Reads the policies of one stack.

    ``identity`` and ``dynamodb`` return the client of a region. ``limit`` is how many users of a
    policy are read. ``on_page`` receives how many users were listed.
    """

    identity: Callable[[str], Any]
    dynamodb: Callable[[str], Any]
    region: str
    reads_per_second: float
    limit: int
    now: Callable[[], datetime]
    draw: Sampler = draw_sample
    on_page: Callable[[int], None] = lambda _: None

    def read(self, stack_name: str | None, intent: PolicyIntent) -> PolicyPlan | Population:
        """The result, or the users that have to be read for it; raises CommandError."""
        match intent:
            case Same(explanation=explanation):
                return without_users(
                    stack_name,
                    intent.logical_id,
                    PolicyAction.UNCHANGED,
                    explanation,
                    app_instance=intent.app_instance,
                )
            case Faulty(reason=reason, message=message):
                is_invalid = reason is Reason.INVALID
                action = PolicyAction.REFUSED if is_invalid else PolicyAction.NOT_JUDGED
                return without_users(stack_name, intent.logical_id, action, message, reason)
        try:
            entries = self._ledger(intent)
            if isinstance(intent, Withdraw):
                users = cleared_users(entries, self.now())
                return cleared(stack_name, intent.logical_id, intent.app_instance, users)
            return self._population(intent, entries)
        except _LedgerError as error:
            action, reason = PolicyAction.NOT_JUDGED, error.reason
            message = str(error)
        except ListError as error:
            if isinstance(error.__cause__, CallError):
                raise_if_rejected(error.__cause__.failure, intent.app_instance.region)
            # The function has the same answer, and the deployment fails.
            is_missing = error.kind is FailureKind.NOT_FOUND
            action = PolicyAction.REFUSED if is_missing else PolicyAction.NOT_JUDGED
            reason = _REASONS.get(error.kind, Reason.READ_FAILED)
            message = str(error).removesuffix("; deploy again")
            if error.kind is FailureKind.ACCESS_DENIED:
                # The function's advice is about its role.
                message = f"{message.partition('; ')[0]}; {GRANT}, then plan again"
        return without_users(
            stack_name, intent.logical_id, action, message, reason, intent.app_instance
        )

    def _population(self, intent: Apply, entries: dict[str, Entry]) -> Population:
        service = AppInstanceService(
            self.identity(intent.app_instance.region),
            intent.app_instance,
            lambda: _RetryBudget(lambda: _RETRIES_END_AFTER_SECONDS),
            RateLimiter(self.reads_per_second * _LISTS_PER_DESCRIBE),
        )
        admins = service.admins()
        users: list[str] = []
        token = None
        while True:
            page = service.users(token)
            users += page.users
            self.on_page(len(users))
            token = page.next_token
            if token is None:
                break
        # A list that changes while it is read may name a user twice.
        listed = list(dict.fromkeys(users))
        return population(
            intent.properties, listed, admins, entries, self.limit, self.now(), self.draw
        )

    def _ledger(self, intent: Apply | Withdraw) -> dict[str, Entry]:
        if not intent.table_name:
            return {}
        try:
            client = self.dynamodb(self.region)
            entries = read_ledger(client, intent.table_name, intent.app_instance)
            for user_arn in entries:
                AppInstanceUserArn.parse(user_arn)
            return entries
        except (KeyError, ValueError) as error:
            message = f"table {intent.table_name} cannot be read: {error}"
            raise _LedgerError(Reason.READ_FAILED, message) from error
        except (BotoCoreError, ClientError) as error:
            failure = classify(error)
            raise_if_rejected(failure, self.region)
            if failure and failure.kind is FailureKind.ACCESS_DENIED:
                call = f"dynamodb:Scan on {intent.table_name} ({self.region})"
                message = f"access denied: {call}; {GRANT}, then plan again"
                raise _LedgerError(Reason.ACCESS_DENIED, message) from error
            message = f"Scan of {intent.table_name} failed: {error}"
            raise _LedgerError(Reason.READ_FAILED, message) from error


_REASONS = {
    FailureKind.NOT_FOUND: Reason.NOT_FOUND,
    FailureKind.ACCESS_DENIED: Reason.ACCESS_DENIED,
}
