"""Declared against actual, user by user."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from chime_expiration.status.declarations import Declaration, Force
from chime_expiration.status.users import ACTION, Gone, Held, NoAnswer, NotAllowed, Reading
from chime_expiration_handler.arn import AppInstanceUserArn


class State(Enum):
    """How a declaration and the service agree."""

    IN_STEP = "in step"
    DRIFTED = "drifted"
    REMOVED = "removed"
    GONE = "gone"
    CONFLICTING = "conflicting"
    CHANGING = "changing"
    NOT_SET = "not set"
    LEAVING = "leaving"
    UNRESOLVED = "unresolved"
    NOT_ALLOWED = "not allowed"
    NO_ANSWER = "no answer"

    @property
    def is_drift(self) -> bool:
        """Whether the service certainly holds something else than is declared."""
        return self in (State.DRIFTED, State.REMOVED, State.GONE, State.CONFLICTING)


class Expiry(Enum):
    """When a user expires by the setting that the service holds."""

    NEVER = "never"
    LATER = "later"
    SOON = "soon"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one declaration.

    ``expiry`` and ``expires`` are None where the service did not tell; ``expires`` also where the
    user never does. ``others`` are declarations of the same user with other days. ``explanation``
    is a sentence for whoever has to act, empty where there is nothing to do.
    """

    declaration: Declaration
    state: State
    reading: Reading | None
    expiry: Expiry | None
    expires: datetime | None
    others: tuple[Declaration, ...]
    explanation: str


def compare(
    declarations: Iterable[Declaration],
    readings: Mapping[AppInstanceUserArn, Reading],
    *,
    now: datetime,
    soon: timedelta,
) -> list[Finding]:
    """One finding for each declaration, in their order."""
    declarations = list(declarations)
    of_user: dict[AppInstanceUserArn, list[Declaration]] = {}
    for declaration in declarations:
        if declaration.user and declaration.days and declaration.force is Force.IN_FORCE:
            of_user.setdefault(declaration.user, []).append(declaration)
    return [
        _finding(
            declaration,
            readings.get(declaration.user) if declaration.user else None,
            tuple(
                other
                for other in (of_user.get(declaration.user, []) if declaration.user else [])
                if other.days != declaration.days and other is not declaration
            ),
            now,
            soon,
        )
        for declaration in declarations
    ]


def _finding(
    declaration: Declaration,
    reading: Reading | None,
    others: tuple[Declaration, ...],
    now: datetime,
    soon: timedelta,
) -> Finding:
    expiry = expires = None
    if isinstance(reading, Held):
        expiry, expires = _expiry(reading, now, soon)
    if declaration.force is not Force.IN_FORCE or declaration.days is None:
        others = ()
    state = _state(declaration, reading, others)
    explanation = _explanation(state, declaration, reading, others, now)
    return Finding(declaration, state, reading, expiry, expires, others, explanation)


def _state(
    declaration: Declaration, reading: Reading | None, others: tuple[Declaration, ...]
) -> State:
    if declaration.force is Force.LEAVING:
        return State.LEAVING
    if declaration.force is Force.NOT_SET:
        return State.NOT_SET
    match reading:
        case NotAllowed():
            return State.NOT_ALLOWED
        case NoAnswer():
            return State.NO_ANSWER
        case Gone():
            return State.GONE
    if reading is None or declaration.days is None:
        return State.UNRESOLVED
    if not others and reading.days == declaration.days:
        return State.IN_STEP
    if any(each.stack.is_changing for each in (declaration, *others)):
        return State.CHANGING
    if others:
        return State.CONFLICTING
    return State.REMOVED if reading.days is None else State.DRIFTED


def _expiry(held: Held, now: datetime, soon: timedelta) -> tuple[Expiry, datetime | None]:
    if held.days is None:
        return Expiry.NEVER, None
    expires = held.created + timedelta(days=held.days)
    if expires <= now:
        return Expiry.PAST, expires
    return (Expiry.SOON if expires - now <= soon else Expiry.LATER), expires


def _explanation(
    state: State,
    declaration: Declaration,
    reading: Reading | None,
    others: tuple[Declaration, ...],
    now: datetime,
) -> str:
    match state, reading:
        case State.DRIFTED | State.REMOVED, Held(days=days):
            sentence = f"declared {_days(declaration.days)}, the service holds {_days(days)}"
        case State.GONE, _:
            sentence = f"there is no such user: {_reason_to_be_gone(declaration, now)}"
        case State.CONFLICTING, Held(days=days):
            elsewhere = " and ".join(
                f"{_days(other.days)} in {other.stack.name} ({other.stack.region})"
                for other in others
            )
            sentence = f"declared {_days(declaration.days)} here, {elsewhere}; held: {_days(days)}"
        case State.CHANGING, Held(days=days):
            sentence = (
                f"declared {_days(declaration.days)}, the service holds {_days(days)}, "
                "and CloudFormation is at work: look again when it has finished"
            )
        case State.NOT_SET, _:
            sentence = "CloudFormation has not set anything for this declaration"
        case State.LEAVING, _:
            sentence = "the declaration is being taken away"
        case State.UNRESOLVED, _:
            sentence = f"unresolved: {'; '.join(declaration.unresolved)}"
        case State.NOT_ALLOWED, _:
            sentence = f"not allowed: {ACTION} on {declaration.user}"
        case State.NO_ANSWER, NoAnswer(said=said):
            sentence = f"{ACTION} on {declaration.user} failed: {said}"
        case _:
            sentence = ""
    if declaration.stack.is_settled or not sentence:
        return sentence
    return f"{sentence}; {_belief(declaration)}"


def _belief(declaration: Declaration) -> str:
    """What CloudFormation takes for declared, of a stack that is between two templates."""
    days = "no such declaration"
    if declaration.force is not Force.LEAVING:
        days = "unknown days" if declaration.days is None else in_days(declaration.days)
    return (
        f"the stack is {declaration.stack.status}, its template has {days}, "
        f"and the resource is {declaration.resource_status}"
    )


def _reason_to_be_gone(declaration: Declaration, now: datetime) -> str:
    # The user was there when its expiration was set, so it was created before.
    if declaration.days and declaration.updated:
        latest = declaration.updated + timedelta(days=declaration.days)
        if latest <= now:
            return f"it has expired by {latest:%Y-%m-%d} as declared; remove the declaration"
    return "deleted, or expired as declared; remove the declaration, or create the user"


def _days(days: int | None) -> str:
    return "no expiration" if days is None else in_days(days)


def in_days(days: int) -> str:
    """The number with its unit."""
    return "1 day" if days == 1 else f"{days} days"
