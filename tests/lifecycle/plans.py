"""What hypothesis may choose: templates, circumstances, and what goes wrong with an event."""

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from lifecycle.cloudformation_model import Circumstances, Declaration
from localaws.chime import Fault

PUT = "PutAppInstanceUserExpirationSettings"
DESCRIBE = "DescribeAppInstanceUser"

_OPERATION = st.sampled_from((PUT, PUT, DESCRIBE))
_TIMES = st.sampled_from((1, 2, None))
_PASSING = ("ThrottledClientException", "ConflictException", "AccessDeniedException")
_UNKNOWN = ("ServiceFailureException", "ServiceUnavailableException")


@dataclass(frozen=True)
class Plan:
    """What goes wrong while one event is handled, and how often the event arrives."""

    faults: tuple[Fault, ...] = ()
    owner_deletes_user_before: str | None = None
    twice: bool = False

    @property
    def lasts(self) -> bool:
        """Whether waiting does not help."""
        return any(
            fault.times is None or fault.error == "BadRequestException" for fault in self.faults
        )


_FAULT = st.one_of(
    st.builds(Fault, _OPERATION, st.sampled_from(_PASSING), times=_TIMES),
    st.builds(Fault, _OPERATION, st.sampled_from(_UNKNOWN), times=_TIMES, effect=st.booleans()),
    st.builds(
        Fault,
        _OPERATION,
        times=_TIMES,
        effect=st.booleans(),
        then=st.sampled_from(("reset", "silence")),
    ),
    st.builds(Fault, _OPERATION, st.just("BadRequestException")),
    # Not of the look as well: two of these are what a user that is gone sounds like.
    st.builds(Fault, st.just(PUT), st.just("ForbiddenException"), times=st.none()),
)
_TROUBLE = st.builds(
    Plan,
    st.one_of(st.just(()), st.tuples(_FAULT), st.tuples(_FAULT), st.tuples(_FAULT, _FAULT)),
    st.sampled_from((None,) * 8 + (PUT, DESCRIBE)),
    st.booleans(),
)

PLANS = st.integers(0, 3).flatmap(lambda dice: st.just(Plan()) if dice < 3 else _TROUBLE)
"""Nothing at all, most of the time."""

CIRCUMSTANCES = st.builds(
    Circumstances, st.booleans(), st.booleans(), st.sampled_from((None,) * 9 + (0, 1, 2))
)
"""Another resource of the stack fails in one deployment of three."""


@dataclass(frozen=True)
class Turn:
    """What happens between two deployments."""

    days: int = 0
    expired_users_are_deleted: bool = False
    owner_deletes: int | None = None
    denied: frozenset[str] = frozenset()


TURNS = st.builds(
    Turn,
    st.sampled_from((0, 0, 1, 10, 40)),
    st.sampled_from((False, False, True)),
    st.sampled_from((None,) * 10 + (0, 1, 2, 3, 4)),
    st.sampled_from((frozenset[str](),) * 8 + (frozenset({PUT}), frozenset({DESCRIBE, PUT}))),
)
"""A policy that was taken away comes back with the next turn, most of the time."""


_DAYS = st.sampled_from((60, 90, 400) * 4 + (30, 5, 5, 0))
_NUMBER = st.integers(0, 4)
_FLAG = st.booleans()
_OTHER_DAYS = st.sampled_from((60, 90, 400) * 2 + (30, 5, 5, 0))
_CHANGES = st.sampled_from(("stay", "days", "user", "days", "user", "go"))
_ADDITIONS = st.sampled_from(("user", "user", "go"))


@st.composite
def templates(
    draw: st.DrawFn,
    users: list[str],
    before: Mapping[str, Declaration],
    logical_ids: tuple[str, ...],
    *,
    held: Mapping[str, set[str]],
) -> dict[str, Declaration]:
    """The next template after ``before``: each resource stays, goes, comes, or changes.

    ``held`` are the users that only the resource of that logical id can have.
    """
    template: dict[str, Declaration] = {}
    for logical_id in logical_ids:
        now = before.get(logical_id)
        change = draw(_CHANGES if now else _ADDITIONS)
        taken = {it.user for it in template.values()}
        taken |= {user for name, theirs in held.items() if name != logical_id for user in theirs}
        if change == "user":
            free = [user for user in users if user not in taken]
        else:
            free = [now.user] if now and change != "go" and now.user not in taken else []
        if now and free and change == "stay":
            template[logical_id] = now
        elif free:
            user = free[draw(_NUMBER) % len(free)]
            template[logical_id] = Declaration(
                user, draw(_OTHER_DAYS if now else _DAYS), draw(_FLAG)
            )
    return template
