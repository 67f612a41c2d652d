"""What a deployment does to one declared user, judged by the rules of the function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chime_expiration_cli.days_text import in_days
from chime_expiration_cli.errors import GRANT
from chime_expiration_cli.identity.reading import AccessDenied, NotFound, ReadFailed, Reading
from chime_expiration_cli.identity.user_reader import not_read
from chime_expiration_cli.plan.action import Action, Reason
from chime_expiration_cli.plan.intent import Declare, Intent, Invalid, Remove, Unresolved
from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.days import expires_at, is_too_soon
from chime_expiration_handler.contract.properties import ExpirationProperties, MissingUser
from chime_expiration_handler.service import messages
from chime_expiration_handler.service.user_state import UserState


@dataclass(frozen=True, slots=True)
class UserPlan:
    """The result for one user. ``user`` is None if it is not known.

    The days are None for a user without an expiration, and for one that was not read: ``is_read``.
    ``expires_at`` is when the user expires after the deployment.
    """

    logical_id: str
    user: AppInstanceUserArn | None
    action: Action
    reason: Reason | None = None
    days_before: int | None = None
    days_after: int | None = None
    expires_at: datetime | None = None
    explanation: str = ""
    is_read: bool = False


def plan_users(
    stacks: Sequence[tuple[str, Sequence[Intent]]],
    readings: Mapping[AppInstanceUserArn, Reading],
    now: datetime,
) -> list[tuple[UserPlan, ...]]:
    """The results of each stack, which is its name and its intents, in their order."""
    by_user: dict[AppInstanceUserArn, list[_Asked]] = {}
    asked = [
        [_Asked(number, name, each) for each in of_stack]
        for number, (name, of_stack) in enumerate(stacks)
    ]
    for of_stack in asked:
        for each in of_stack:
            if each.intent.user:
                by_user.setdefault(each.intent.user, []).append(each)
    return [
        tuple(
            _plan(
                each,
                readings,
                [
                    other
                    for other in (by_user[each.intent.user] if each.intent.user else ())
                    if other is not each
                ],
                now,
            )
            for each in of_stack
        )
        for of_stack in asked
    ]


def _plan(
    asked: "_Asked",
    readings: Mapping[AppInstanceUserArn, Reading],
    others: "list[_Asked]",
    now: datetime,
) -> UserPlan:
    intent = asked.intent
    match intent:
        case Invalid(message=message):
            return asked.problem(Action.REFUSED, Reason.INVALID, message)
        case Unresolved(message=message):
            return asked.problem(Action.NOT_JUDGED, Reason.UNRESOLVED, message)
    assert intent.user
    state: UserState | None = None
    match readings[intent.user]:
        case AccessDenied() as denied:
            text = f"{not_read(intent.user, denied)}; {GRANT}, then plan again"
            return asked.problem(Action.NOT_JUDGED, Reason.ACCESS_DENIED, text)
        case ReadFailed() as failed:
            text = not_read(intent.user, failed)
            return asked.problem(Action.NOT_JUDGED, Reason.READ_FAILED, text)
        case UserState() as found:
            state = found
        case NotFound():
            state = None
    if isinstance(intent, Remove):
        return _removed(asked, intent, state, others)
    return _declared(asked, intent, state, others, now)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one stack asks for. ``stack`` is its number, which tells it from all others."""

    stack: int
    stack_name: str
    intent: Intent

    def problem(self, action: Action, reason: Reason, explanation: str) -> UserPlan:
        return UserPlan(
            self.intent.logical_id,
            self.intent.user,
            action,
            reason,
            explanation=explanation,
        )

    def result(
        self,
        action: Action,
        state: UserState | None,
        days_after: int | None,
        explanation: str = "",
        reason: Reason | None = None,
    ) -> UserPlan:
        has_expiry = state is not None and days_after is not None
        return UserPlan(
            self.intent.logical_id,
            self.intent.user,
            action,
            reason,
            state.days if state else None,
            days_after if state else None,
            expires_at(state.created, days_after) if has_expiry else None,  # type: ignore[union-attr, arg-type]
            explanation,
            is_read=state is not None,
        )


def _removed(
    asked: _Asked, intent: Remove, state: UserState | None, others: list[_Asked]
) -> UserPlan:
    if state is None:
        return asked.result(Action.NOT_FOUND, None, None, "nothing to clear")
    if intent.is_retained or state.days is None:
        text = "the removal policy is RETAIN" if intent.is_retained else "nothing to clear"
        return asked.result(Action.UNCHANGED, state, state.days, text)
    declared = [each for each in others if isinstance(each.intent, Declare)]
    if any(each.stack == asked.stack for each in declared):
        text = "another declaration of the stack has the user afterwards"
        return asked.result(Action.UNCHANGED, state, state.days, text)
    if declared:
        names = " and ".join(each.stack_name for each in declared)
        text = (
            f"{names} declares the user, but this stack clears it: set RemovalPolicy.RETAIN here "
            "before you remove the declaration"
        )
        return asked.result(Action.CONFLICTING, state, None, text)
    return asked.result(Action.CLEARED, state, None)


def _declared(
    asked: _Asked,
    intent: Declare,
    state: UserState | None,
    others: list[_Asked],
    now: datetime,
) -> UserPlan:
    declared = intent.declared
    if state is None:
        if intent.known == declared.user:
            return asked.result(Action.NOT_FOUND, None, None, "it expired, or was deleted")
        if declared.missing_user is MissingUser.IGNORE:
            return asked.result(Action.NOT_FOUND, None, None, "missing_user is IGNORE")
        text = messages.user_not_found(declared.user)
        return asked.problem(Action.REFUSED, Reason.NOT_FOUND, text)
    if intent.gets_event is False and state.days != declared.days:
        text = (
            f"{in_days(declared.days)} are declared, but a deployment without a change does not "
            "set them: run chime-expiration repair"
        )
        return asked.result(Action.UNCHANGED, state, state.days, text, Reason.DRIFT)
    if intent.gets_event is None and state.days != declared.days:
        text = (
            f"{in_days(declared.days)} are declared, as before: only CloudFormation knows whether "
            "another value has changed, and sets them then"
        )
        return asked.problem(Action.NOT_JUDGED, Reason.UNRESOLVED, text)
    if (
        state.days != declared.days
        and not declared.allow_immediate_expiration
        and is_too_soon(state.created, declared.days, now)
    ):
        text = messages.immediate_expiration(declared.user, declared.days, now - state.created)
        return asked.result(Action.REFUSED, state, state.days, text, Reason.TOO_OLD)
    conflicts = [text for other in others if (text := _conflict(asked, declared, other))]
    if conflicts:
        text = f"{', '.join(conflicts)}: remove one of the declarations"
        return asked.result(Action.CONFLICTING, state, declared.days, text)
    if state.days == declared.days:
        return asked.result(Action.UNCHANGED, state, declared.days)
    action = Action.SET if state.days is None else Action.CHANGED
    return asked.result(action, state, declared.days)


def _conflict(asked: _Asked, declared: ExpirationProperties, other: _Asked) -> str:
    """What another stack does to the user; empty if both can be deployed in any order."""
    match other.intent:
        case Declare(declared=others) if others.days != declared.days:
            return f"{other.stack_name} declares {in_days(others.days)}"
        case Remove(is_retained=False) if other.stack != asked.stack:
            return f"{other.stack_name} clears the user"
    return ""
