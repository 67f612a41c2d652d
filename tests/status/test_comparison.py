"""One finding for each declaration."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chime_expiration.status.comparison import Expiry, Finding, State, compare
from chime_expiration.status.declarations import Declaration, Force
from chime_expiration.status.problems import NotLookedAt
from chime_expiration.status.report import Report, StackReport
from chime_expiration.status.stacks import DeployedStack
from chime_expiration.status.users import Gone, Held, NoAnswer, NotAllowed, Reading
from chime_expiration_handler.arn import AppInstanceUserArn

NOW = datetime(2026, 6, 1, tzinfo=UTC)
GUEST = AppInstanceUserArn.parse("arn:aws:chime:us-east-1:111122223333:app-instance/a/user/guest")
STACK = DeployedStack(
    id="arn:aws:cloudformation:us-east-1:111122223333:stack/Guests/0",
    name="Guests",
    status="UPDATE_COMPLETE",
    parent_id=None,
    parameters={},
    resources=(),
    template={},
)
HALF = replace(STACK, name="Half", status="UPDATE_ROLLBACK_FAILED")
CHANGING = replace(STACK, name="Changing", status="UPDATE_IN_PROGRESS")


def declared(days: int | None = 30, stack: DeployedStack = STACK, **more: object) -> Declaration:
    declaration = Declaration(
        stack=stack,
        logical_id="A",
        resource_status="UPDATE_COMPLETE",
        force=Force.IN_FORCE,
        user=GUEST,
        days=days,
        updated=NOW,
    )
    return replace(declaration, **more)  # type: ignore[arg-type]


def held(days: int | None, age: float = 10) -> Held:
    return Held(NOW - timedelta(days=age), days)


def compared(reading: Reading | None, *declarations: Declaration) -> list[Finding]:
    readings = {} if reading is None else {GUEST: reading}
    return compare(declarations, readings, now=NOW, soon=timedelta(days=7))


def report(findings: list[Finding]) -> Report:
    stacks = tuple(StackReport(each.declaration.stack, (each,)) for each in findings)
    return Report(NOW, ("us-east-1",), 7, stacks, ())


CASES: list[tuple[str, Declaration, Reading | None, State, int]] = [
    ("agreeing", declared(), held(30), State.IN_STEP, 0),
    ("other days", declared(), held(60), State.DRIFTED, 1),
    ("no setting", declared(), held(None), State.REMOVED, 1),
    ("no user", declared(), Gone(), State.GONE, 1),
    ("not allowed", declared(), NotAllowed("no"), State.NOT_ALLOWED, 3),
    ("no answer", declared(), NoAnswer("no"), State.NO_ANSWER, 3),
    ("unknown days", declared(None), held(30), State.UNRESOLVED, 3),
    ("unknown user", declared(user=None), None, State.UNRESOLVED, 3),
    ("unknown days of a user that is gone", declared(None), Gone(), State.GONE, 1),
    ("nothing set", declared(force=Force.NOT_SET), held(None), State.NOT_SET, 3),
    ("leaving", declared(None, force=Force.LEAVING), held(30), State.LEAVING, 3),
    ("half rolled back", declared(stack=HALF), held(60), State.DRIFTED, 1),
    ("half rolled back but agreeing", declared(stack=HALF), held(30), State.IN_STEP, 3),
    ("changing", declared(stack=CHANGING), held(60), State.CHANGING, 3),
    ("changing but agreeing", declared(stack=CHANGING), held(30), State.IN_STEP, 3),
    ("changing without its user", declared(stack=CHANGING), Gone(), State.GONE, 1),
]


@pytest.mark.parametrize(
    ("declaration", "reading", "state", "exit_status"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_each_way_to_agree_or_not_has_a_state_and_an_exit_status(
    declaration: Declaration, reading: Reading | None, state: State, exit_status: int
) -> None:
    # WHEN
    [finding] = compared(reading, declaration)

    # THEN
    assert finding.state is state
    assert report([finding]).exit_status == exit_status


@pytest.mark.parametrize(
    ("days", "age", "expiry"),
    [
        (None, 10, Expiry.NEVER),
        (30, 10, Expiry.LATER),
        (30, 22.9, Expiry.LATER),
        (30, 23, Expiry.SOON),
        (30, 29.9, Expiry.SOON),
        (30, 30, Expiry.PAST),
        (30, 31, Expiry.PAST),
    ],
)
def test_the_setting_that_is_held_says_when_the_user_expires(
    days: int | None, age: float, expiry: Expiry
) -> None:
    # WHEN
    [finding] = compared(held(days, age), declared(days or 30))

    # THEN
    assert finding.expiry is expiry
    assert finding.expires == (NOW + timedelta(days=30 - age) if days else None)


def test_to_expire_soon_is_no_drift() -> None:
    assert report(compared(held(30, 29), declared(30))).exit_status == 0


def test_nothing_declared_is_in_step_unless_a_look_was_refused() -> None:
    # GIVEN
    refusal = NotLookedAt("cloudformation:ListStackResources", STACK.id, "us-east-1", "no")

    # THEN
    assert report([]).exit_status == 0
    assert replace(report([]), refusals=(refusal,)).exit_status == 3
    assert replace(report(compared(held(60), declared(30))), refusals=(refusal,)).exit_status == 1


def test_two_stacks_that_want_different_days_for_one_user_conflict() -> None:
    # WHEN
    here, there = compared(held(30), declared(30), declared(60, replace(STACK, name="Other")))

    # THEN
    assert (here.state, there.state) == (State.CONFLICTING, State.CONFLICTING)
    assert here.others == (there.declaration,)
    assert "60 days in Other (us-east-1)" in here.explanation


def test_two_stacks_that_want_the_same_days_do_not_conflict() -> None:
    findings = compared(held(30), declared(30), declared(30, replace(STACK, name="Other")))

    assert [each.state for each in findings] == [State.IN_STEP, State.IN_STEP]


def test_a_declaration_that_is_not_in_force_conflicts_with_none() -> None:
    findings = compared(held(30), declared(30), declared(60, CHANGING, force=Force.NOT_SET))

    assert [each.state for each in findings] == [State.IN_STEP, State.NOT_SET]


def test_of_a_stack_in_between_it_is_said_what_cloudformation_believes() -> None:
    # WHEN
    [finding] = compared(held(60), declared(30, HALF, resource_status="UPDATE_FAILED"))

    # THEN
    assert finding.explanation == (
        "declared 30 days, the service holds 60 days; the stack is UPDATE_ROLLBACK_FAILED, "
        "its template has 30 days, and the resource is UPDATE_FAILED"
    )


def test_a_user_that_must_have_expired_is_told_from_one_that_may_have_been_deleted() -> None:
    # WHEN
    [expired] = compared(Gone(), declared(30, updated=NOW - timedelta(days=31)))
    [either] = compared(Gone(), declared(30, updated=NOW - timedelta(days=29)))

    # THEN
    assert "it has expired by 2026-05-31 as declared" in expired.explanation
    assert "deleted, or expired as declared" in either.explanation


def test_a_call_that_was_not_allowed_is_named_with_its_arn() -> None:
    # WHEN
    [finding] = compared(NotAllowed("AccessDenied"), declared())

    # THEN
    assert finding.explanation == f"not allowed: chime:DescribeAppInstanceUser on {GUEST}"
