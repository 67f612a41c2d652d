"""The predictions for all stacks, and the exit status that they lead to."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chime_expiration_cli.errors import DeniedCall
from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.plan.action import GIVES_DAYS, Action, Change, Reason
from chime_expiration_cli.plan.estimate import Estimate
from chime_expiration_cli.plan.policy_plan import PolicyAction, PolicyPlan
from chime_expiration_cli.plan.user_plan import UserPlan

SOON_DAYS = 7


@dataclass(frozen=True, slots=True)
class StackPlan:
    """One stack. ``name`` is None if the policy of the arguments is planned, without a stack.

    ``status`` is None if the stack is not deployed. ``root`` identifies the stack that this one
    is nested in, or itself. ``obstacle`` says why it cannot be judged; empty if it can.
    """

    name: str | None
    region: str
    status: str | None = None
    root: str | None = None
    obstacle: str = ""
    users: tuple[UserPlan, ...] = ()
    policies: tuple[PolicyPlan, ...] = ()
    change: Change = Change.NOT_KNOWN

    @property
    def refuses(self) -> bool:
        """Whether the function refuses something, so that the deployment fails."""
        return any(each.action is Action.REFUSED for each in self.users) or any(
            each.action is PolicyAction.REFUSED for each in self.policies
        )


@dataclass(frozen=True, slots=True)
class Report:
    """The stacks of the cloud assembly, or the policy of the arguments.

    ``fail_within_days`` is None if no deletion makes the exit status 1, and ``fail_on_users_set``
    if no number of users does.
    """

    planned_at: datetime
    source: str
    fail_within_days: int | None
    stacks: tuple[StackPlan, ...]
    denied_calls: tuple[DeniedCall, ...] = ()
    fail_on_users_set: int | None = None

    @property
    def users(self) -> Iterator[UserPlan]:
        return (user for stack in self.stacks for user in stack.users)

    @property
    def policies(self) -> Iterator[PolicyPlan]:
        return (policy for stack in self.stacks for policy in stack.policies)

    @property
    def actions(self) -> Counter[Action]:
        """The number of declared users with each action."""
        return Counter(user.action for user in self.users)

    @property
    def drifted(self) -> int:
        """How many users have other days than declared, which the deployment does not set."""
        return sum(user.reason is Reason.DRIFT for user in self.users)

    def would_fail(self, stack: StackPlan) -> bool:
        """Whether the deployment of the stack fails; nested stacks fail together."""
        return any(each.refuses for each in self.stacks if each.root == stack.root)

    def is_soon(self, expires_at: datetime | None) -> bool:
        """Whether that moment is within ``SOON_DAYS``, or has passed."""
        return expires_at is not None and expires_at <= self._in_days(SOON_DAYS)

    def deletions(self, days: int) -> int:
        """How many declared users are deleted within these days because of the deployment."""
        moment = self._in_days(days)
        return sum(
            user.action in GIVES_DAYS and user.expires_at is not None and user.expires_at <= moment
            for user in self.users
        )

    def deletions_by(self, policy: PolicyPlan, days: int) -> Estimate:
        """How many users of the policy are deleted within these days because of the deployment."""
        return policy.deleted_by(self._in_days(days), self.planned_at)

    @property
    def deletes_too_soon(self) -> bool | None:
        """Whether somebody is deleted within ``fail_within_days``; None if that is not known."""
        days = self.fail_within_days
        if days is None:
            return False
        by_policies = [self.deletions_by(each, days) for each in self.policies]
        if self.deletions(days) or any(each.low for each in by_policies):
            return True
        # A sample without such a user does not rule them out.
        return None if any(each.high for each in by_policies) else False

    @property
    def least_users_set(self) -> int:
        """How many users get days, at least: declared ones, and the lower ends of all policies."""
        return self._declared_users_set + sum(each.users_set.low for each in self.policies)

    @property
    def most_users_set(self) -> int:
        """How many users get days, at most: declared ones, and the upper ends of all policies."""
        return self._declared_users_set + sum(each.users_set.high for each in self.policies)

    @property
    def sets_too_many(self) -> bool | None:
        """Whether ``most_users_set`` exceeds ``fail_on_users_set``; None if that is not known."""
        limit = self.fail_on_users_set
        if limit is None:
            return False
        if self.most_users_set > limit:
            return True
        # What is not judged, and the winner of a conflict, could set users, too.
        return False if self.is_judged and not self.actions[Action.CONFLICTING] else None

    @property
    def refuses(self) -> bool:
        """Whether something is refused, or stacks conflict."""
        return bool(self.actions[Action.CONFLICTING]) or any(stack.refuses for stack in self.stacks)

    @property
    def exit_status(self) -> ExitStatus:
        """REFUSED before NOT_JUDGED; a sample alone is no reason for NOT_JUDGED."""
        if self.refuses or self.deletes_too_soon or self.sets_too_many:
            return ExitStatus.REFUSED
        is_complete = self.is_judged and self.deletes_too_soon is False
        return ExitStatus.NOTHING_REFUSED if is_complete else ExitStatus.NOT_JUDGED

    @property
    def is_judged(self) -> bool:
        """Whether everything could be judged, the users of a sample by it."""
        return (
            not self.denied_calls
            and not self.actions[Action.NOT_JUDGED]
            and not any(stack.obstacle for stack in self.stacks)
            and not any(
                policy.action is PolicyAction.NOT_JUDGED or Action.NOT_JUDGED in policy.counts
                for policy in self.policies
            )
        )

    @property
    def _declared_users_set(self) -> int:
        return sum(self.actions[each] for each in GIVES_DAYS)

    def _in_days(self, days: int) -> datetime:
        return self.planned_at + timedelta(days=days)
