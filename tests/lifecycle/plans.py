"""What hypothesis chooses: templates, circumstances, and the faults of an event."""

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from lifecycle.cloudformation_model import Circumstances, Declaration
from localaws.chime import Fault

PUT = "PutAppInstanceUserExpirationSettings"
DESCRIBE = "DescribeAppInstanceUser"

_OPERATION = st.sampled_from((PUT, PUT, DESCRIBE))
_TIMES = st.sampled_from((1, 2, None))
_TEMPORARY = ("ThrottledClientException", "ConflictException", "AccessDeniedException")
_NOT_RETRIED = ("BadRequestException", "ForbiddenException")
_UNKNOWN_OUTCOME = ("ServiceFailureException", "ServiceUnavailableException")


@dataclass(frozen=True)
class Plan:
    """The faults while one event is handled, and whether the event is delivered twice."""

    faults: tuple[Fault, ...] = ()
    owner_deletes_user_before: str | None = None
    twice: bool = False

    @property
    def lasts(self) -> bool:
        """Whether a retry does not help."""
        return any(fault.times is None or fault.error in _NOT_RETRIED for fault in self.faults)


_FAULT = st.one_of(
    st.builds(Fault, _OPERATION, st.sampled_from(_TEMPORARY), times=_TIMES),
    st.builds(
        Fault, _OPERATION, st.sampled_from(_UNKNOWN_OUTCOME), times=_TIMES, effect=st.booleans()
    ),
    st.builds(
        Fault,
        _OPERATION,
        times=_TIMES,
        effect=st.booleans(),
        then=st.sampled_from(("reset", "silence")),
    ),
    st.builds(Fault, _OPERATION, st.just("BadRequestException")),
    # Its text is not one that is known for users that do not exist.
    st.builds(Fault, _OPERATION, st.just("ForbiddenException"), times=_TIMES),
)
_BRIEF_FAULT = st.builds(
    Fault, _OPERATION, st.sampled_from(_TEMPORARY), times=st.sampled_from((1, 2))
)
_EFFECT_THEN_THROTTLED = st.just(
    (
        Fault(PUT, "ServiceFailureException", effect=True),
        Fault(PUT, "ThrottledClientException", times=None),
    )
)
_FAULTY = st.builds(
    Plan,
    st.one_of(
        st.just(()),
        st.tuples(_FAULT),
        st.tuples(_BRIEF_FAULT),
        st.tuples(_FAULT, _FAULT),
        _EFFECT_THEN_THROTTLED,
    ),
    st.sampled_from((None,) * 8 + (PUT, DESCRIBE)),
    st.booleans(),
)

PLANS = st.integers(0, 3).flatmap(lambda number: st.just(Plan()) if number < 3 else _FAULTY)
"""Three of four events have no fault."""

CIRCUMSTANCES = st.builds(
    Circumstances, st.booleans(), st.booleans(), st.sampled_from((None,) * 9 + (0, 1, 2))
)
"""Another resource of the stack fails in one of four deployments."""


@dataclass(frozen=True)
class Interval:
    """What happens between two deployments."""

    days: int = 0
    expired_users_are_deleted: bool = False
    owner_deletes: int | None = None
    denied: frozenset[str] = frozenset()


INTERVALS = st.builds(
    Interval,
    st.sampled_from((0, 0, 1, 10, 40)),
    st.sampled_from((False, False, True)),
    st.sampled_from((None,) * 10 + (0, 1, 2, 3, 4)),
    st.sampled_from((frozenset[str](),) * 8 + (frozenset({PUT}), frozenset({DESCRIBE, PUT}))),
)
"""A denied action is usually allowed again after the next interval."""


_DAYS = st.sampled_from((60, 90, 400) * 4 + (30, 5, 5, 0))
_NUMBER = st.integers(0, 4)
_FLAG = st.booleans()
_OTHER_DAYS = st.sampled_from((60, 90, 400) * 2 + (30, 5, 5, 0))
_CHANGES = st.sampled_from(("keep", "days", "user", "days", "user", "remove"))
_ADDITIONS = st.sampled_from(("user", "user", "remove"))


@st.composite
def templates(
    draw: st.DrawFn,
    users: list[str],
    before: Mapping[str, Declaration],
    logical_ids: tuple[str, ...],
    *,
    reserved: Mapping[str, set[str]],
) -> dict[str, Declaration]:
    """The template after ``before``: each resource is kept, removed, added or changed.

    ``reserved``: the users that only the resource of that logical id can have.
    """
    template: dict[str, Declaration] = {}
    for logical_id in logical_ids:
        now = before.get(logical_id)
        change = draw(_CHANGES if now else _ADDITIONS)
        taken = {it.user for it in template.values()}
        taken |= {
            user for name, theirs in reserved.items() if name != logical_id for user in theirs
        }
        if change == "user":
            free = [user for user in users if user not in taken]
        else:
            free = [now.user] if now and change != "remove" and now.user not in taken else []
        if now and free and change == "keep":
            template[logical_id] = now
        elif free:
            user = free[draw(_NUMBER) % len(free)]
            template[logical_id] = Declaration(
                user,
                draw(_OTHER_DAYS if now else _DAYS),
                draw(_FLAG),
                ignore_missing_user=draw(_FLAG),
            )
    return template
