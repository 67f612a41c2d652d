"""One finding for each declaration."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chime_expiration_cli.cloudformation.deployed_stack import DeployedStack
from chime_expiration_cli.declarations import Declaration, DeploymentState
from chime_expiration_cli.errors import DeniedCall
from chime_expiration_cli.identity.reading import AccessDenied, NotFound, ReadFailed, Reading
from chime_expiration_cli.status.comparison import Finding, compare
from chime_expiration_cli.status.drift_status import DriftStatus, NotCheckedReason
from chime_expiration_cli.status.explanation import explain
from chime_expiration_cli.status.report import Report, StackReport
from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.properties import MissingUser
from chime_expiration_handler.service.user_state import UserState

NOW = datetime(2026, 6, 1, tzinfo=UTC)
GUEST = AppInstanceUserArn.parse("arn:aws:chime:us-east-1:111122223333:app-instance/a/user/guest")
STACK = DeployedStack(
    id="arn:aws:cloudformation:us-east-1:111122223333:stack/Guests/0",
    name="Guests",
    status="UPDATE_COMPLETE",
    parent_id=None,
    created_at=NOW,
    updated_at=None,
    parameters={},
    resources=(),
    template={},
)
OTHER = replace(STACK, name="Other")
EUROPE = replace(STACK, id=STACK.id.replace("us-east-1", "eu-central-1"), name="Europe")
UNSTABLE = replace(STACK, name="Unstable", status="UPDATE_ROLLBACK_FAILED")
IN_PROGRESS = replace(STACK, name="InProgress", status="UPDATE_IN_PROGRESS")


def declared(
    days: int | None = 30,
    stack: DeployedStack = STACK,
    *,
    deployment: DeploymentState = DeploymentState.ACTIVE,
    user: AppInstanceUserArn | None = GUEST,
    updated_at: datetime = NOW,
    resource_status: str = "UPDATE_COMPLETE",
    missing_user: MissingUser = MissingUser.FAIL,
) -> Declaration:
    return Declaration(
        stack=stack,
        logical_id="A",
        deployment=deployment,
        user=user,
        expected_days=days,
        unresolved=("ExpirationDays: no",) if days is None else (),
        missing_user=missing_user,
        resource_status=resource_status,
        updated_at=updated_at,
    )


def found(days: int | None, age: float = 10) -> UserState:
    return UserState(NOW - timedelta(days=age), days)


def compared(reading: Reading | None, *declarations: Declaration) -> list[Finding]:
    return compare(declarations, {} if reading is None else {GUEST: reading})


def report(findings: list[Finding], *, fail_on_deleted: bool = False) -> Report:
    stacks = tuple(StackReport(each.declaration.stack, (each,)) for each in findings)
    return Report(NOW, ("us-east-1",), 7, fail_on_deleted, stacks, ())


NOT_CREATED = declared(deployment=DeploymentState.NOT_CREATED)
BEING_REMOVED = declared(None, deployment=DeploymentState.BEING_REMOVED)
CLEANUP_FAILED = declared(None, deployment=DeploymentState.CLEANUP_FAILED)
FIRST_FAILED = declared(
    deployment=DeploymentState.NOT_CREATED, stack=replace(STACK, status="ROLLBACK_COMPLETE")
)

CASES: list[tuple[str, Declaration, Reading | None, DriftStatus | NotCheckedReason, int]] = [
    ("the declared days", declared(), found(30), DriftStatus.IN_SYNC, 0),
    ("other days", declared(), found(60), DriftStatus.MODIFIED, 1),
    ("no expiration", declared(), found(None), DriftStatus.MODIFIED, 1),
    ("no user", declared(), NotFound(), DriftStatus.DELETED, 0),
    ("access denied", declared(), AccessDenied("no"), NotCheckedReason.ACCESS_DENIED, 3),
    ("read failed", declared(), ReadFailed("no"), NotCheckedReason.READ_FAILED, 3),
    ("unknown days", declared(None), found(30), NotCheckedReason.UNRESOLVED, 3),
    ("unknown user", declared(user=None), None, NotCheckedReason.UNRESOLVED, 3),
    ("unknown days of no user", declared(None), NotFound(), DriftStatus.DELETED, 0),
    ("not created", NOT_CREATED, found(None), NotCheckedReason.NOT_CREATED, 3),
    ("being removed", BEING_REMOVED, found(30), NotCheckedReason.BEING_REMOVED, 3),
    ("unstable, other days", declared(stack=UNSTABLE), found(60), DriftStatus.MODIFIED, 1),
    ("unstable, declared days", declared(stack=UNSTABLE), found(30), DriftStatus.IN_SYNC, 3),
    ("in progress", declared(stack=IN_PROGRESS), found(60), NotCheckedReason.IN_PROGRESS, 3),
    ("in progress, declared days", declared(stack=IN_PROGRESS), found(30), DriftStatus.IN_SYNC, 3),
    ("in progress, no user", declared(stack=IN_PROGRESS), NotFound(), DriftStatus.DELETED, 3),
    ("orphaned", CLEANUP_FAILED, found(30), DriftStatus.ORPHANED, 1),
    ("orphaned, denied", CLEANUP_FAILED, AccessDenied("no"), NotCheckedReason.ACCESS_DENIED, 3),
    ("orphaned, failed", CLEANUP_FAILED, ReadFailed("no"), NotCheckedReason.READ_FAILED, 3),
    ("rolled back", FIRST_FAILED, found(30), NotCheckedReason.NOT_CREATED, 3),
]


@pytest.mark.parametrize(
    ("declaration", "reading", "result", "exit_status"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_each_result_of_a_comparison_has_a_drift_status_and_an_exit_status(
    declaration: Declaration,
    reading: Reading | None,
    result: DriftStatus | NotCheckedReason,
    exit_status: int,
) -> None:
    # WHEN
    [finding] = compared(reading, declaration)

    # THEN
    if isinstance(result, NotCheckedReason):
        assert finding.drift_status is DriftStatus.NOT_CHECKED
        assert finding.not_checked_reason is result
    else:
        assert finding.drift_status is result
        assert finding.not_checked_reason is None
    assert report([finding]).exit_status == exit_status


@pytest.mark.parametrize(
    ("days", "age", "soon", "expired"),
    [
        (None, 10, False, False),
        (30, 10, False, False),
        (30, 22.9, False, False),
        (30, 23, True, False),
        (30, 29.9, True, False),
        (30, 30, False, True),
        (30, 31, False, True),
    ],
)
def test_the_actual_days_determine_when_the_user_expires(
    days: int | None, age: float, soon: bool, expired: bool
) -> None:
    # WHEN
    [finding] = findings = compared(found(days, age), declared(90))

    # THEN
    assert finding.expires_at == (NOW + timedelta(days=30 - age) if days else None)
    assert report(findings).expires_soon(finding) is soon
    assert report(findings).has_expired(finding) is expired


def test_a_user_that_expires_soon_is_not_drift() -> None:
    assert report(compared(found(30, 29), declared(30))).exit_status == 0


def test_a_denied_call_raises_the_exit_status_unless_there_is_drift() -> None:
    # GIVEN
    call = DeniedCall("cloudformation:ListStackResources", STACK.id, "us-east-1", "no")

    # THEN
    assert report([]).exit_status == 0
    assert replace(report([]), denied_calls=(call,)).exit_status == 3
    drift = report(compared(found(60), declared(30)))
    assert replace(drift, denied_calls=(call,)).exit_status == 1


def test_two_stacks_with_different_days_for_one_user_conflict() -> None:
    # WHEN
    here, there = compared(found(30), declared(30), declared(60, OTHER))

    # THEN
    assert [each.drift_status for each in (here, there)] == [DriftStatus.CONFLICTING] * 2
    assert here.conflicts == (there.declaration,)
    assert explain(here, NOW) == (
        "expected 30 days, actual 30 days; A in Other (us-east-1) declares 60 days: "
        "remove one of the declarations"
    )


@pytest.mark.parametrize("other", [OTHER, EUROPE, STACK], ids=["stack", "region", "same stack"])
def test_two_declarations_with_the_same_days_for_one_user_are_shared(other: DeployedStack) -> None:
    # WHEN
    here, there = findings = compared(
        found(30), declared(30), replace(declared(30, other), logical_id="B")
    )

    # THEN
    assert [each.drift_status for each in findings] == [DriftStatus.IN_SYNC] * 2
    assert (here.shared_with, there.shared_with) == ((there.declaration,), (here.declaration,))
    assert explain(here, NOW) == f"also declared by B in {other.name} ({other.region})"
    assert report(findings).exit_status == 0


def test_a_shared_user_with_other_days_is_modified() -> None:
    # WHEN
    findings = compared(found(60), declared(30), declared(30, OTHER))

    # THEN
    assert [each.drift_status for each in findings] == [DriftStatus.MODIFIED] * 2
    assert explain(findings[0], NOW) == (
        "expected 30 days, actual 60 days; also declared by A in Other (us-east-1)"
    )


def test_stacks_in_two_regions_conflict() -> None:
    findings = compared(found(30), declared(30), declared(60, EUROPE))

    assert [each.drift_status for each in findings] == [DriftStatus.CONFLICTING] * 2


@pytest.mark.parametrize("reading", [NotFound(), found(None)])
def test_a_failed_clean_up_without_effect_is_not_reported(reading: Reading) -> None:
    assert compared(reading, CLEANUP_FAILED) == []


def test_a_failed_clean_up_of_a_user_that_another_stack_declares_is_not_reported() -> None:
    # WHEN
    findings = compared(found(30), CLEANUP_FAILED, declared(30, OTHER))

    # THEN
    assert [each.declaration.stack.name for each in findings] == ["Other"]


def test_a_failed_clean_up_is_reported_although_another_stack_failed_to_declare_the_user() -> None:
    # WHEN
    findings = compared(found(30), CLEANUP_FAILED, FIRST_FAILED)

    # THEN
    assert [each.drift_status.name for each in findings] == ["ORPHANED", "NOT_CHECKED"]


def test_an_orphaned_user_is_explained_with_the_action_to_take() -> None:
    # WHEN
    [finding] = compared(found(30), CLEANUP_FAILED)

    # THEN
    assert explain(finding, NOW) == (
        "no longer declared, but the user keeps 30 days: CloudFormation failed to delete the "
        "resource on 2026-06-01 and does not try again"
    )


@pytest.mark.parametrize(
    ("missing_user", "exit_status"), [(MissingUser.FAIL, 1), (MissingUser.IGNORE, 0)]
)
def test_a_deleted_user_is_drift_on_request_unless_it_may_be_missing(
    missing_user: MissingUser, exit_status: int
) -> None:
    # WHEN
    findings = compared(NotFound(), declared(missing_user=missing_user))

    # THEN
    assert report(findings).exit_status == 0
    assert report(findings, fail_on_deleted=True).exit_status == exit_status


def test_a_conflict_is_not_judged_while_one_of_the_stacks_is_in_progress() -> None:
    findings = compared(found(30), declared(30), declared(60, IN_PROGRESS))

    assert [each.not_checked_reason for each in findings] == [NotCheckedReason.IN_PROGRESS] * 2


def test_a_declaration_that_is_not_active_does_not_conflict() -> None:
    # WHEN
    [active, other] = compared(
        found(30),
        declared(30),
        declared(60, IN_PROGRESS, deployment=DeploymentState.NOT_CREATED),
    )

    # THEN
    assert active.drift_status is DriftStatus.IN_SYNC
    assert other.not_checked_reason is NotCheckedReason.NOT_CREATED


def test_a_finding_of_an_unstable_stack_explains_what_cloudformation_reports() -> None:
    # WHEN
    [finding] = compared(found(60), declared(30, UNSTABLE, resource_status="UPDATE_FAILED"))

    # THEN
    assert explain(finding, NOW) == (
        "expected 30 days, actual 60 days; the stack is UPDATE_ROLLBACK_FAILED, "
        "its template declares 30 days, the resource is UPDATE_FAILED"
    )


def test_a_user_that_expired_as_declared_is_distinguished_from_one_that_may_be_deleted() -> None:
    # WHEN
    [expired] = compared(NotFound(), declared(30, updated_at=NOW - timedelta(days=31)))
    [either] = compared(NotFound(), declared(30, updated_at=NOW - timedelta(days=29)))

    # THEN
    assert "it expired as declared, by 2026-05-31" in explain(expired, NOW)
    assert "it was deleted, or it expired as declared" in explain(either, NOW)


def test_a_user_whose_expiration_was_perhaps_not_set_is_not_said_to_have_expired() -> None:
    # GIVEN
    past = NOW - timedelta(days=31)

    # WHEN
    [failed] = compared(NotFound(), declared(updated_at=past, resource_status="UPDATE_FAILED"))
    [ignored] = compared(NotFound(), declared(updated_at=past, missing_user=MissingUser.IGNORE))

    # THEN
    assert "it was deleted, or it expired as declared" in explain(failed, NOW)
    assert "it was not created, was deleted, or expired; missing_user is IGNORE" in explain(
        ignored, NOW
    )


def test_a_first_deployment_that_failed_is_explained_with_the_action_to_take() -> None:
    # WHEN
    [finding] = compared(found(None), FIRST_FAILED)

    # THEN
    assert explain(finding, NOW).endswith(
        ": the first deployment failed; fix its cause, then deploy again"
    )


@pytest.mark.parametrize(
    ("reading", "explanation"),
    [
        (AccessDenied("AccessDenied"), f"access denied: chime:DescribeAppInstanceUser on {GUEST}"),
        (ReadFailed("503"), f"chime:DescribeAppInstanceUser on {GUEST} failed: 503"),
    ],
)
def test_a_failed_read_is_explained_with_the_action_and_the_arn(
    reading: Reading, explanation: str
) -> None:
    # WHEN
    [finding] = compared(reading, declared())

    # THEN
    assert explain(finding, NOW) == explanation


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_every_finding_has_an_explanation_unless_it_is_in_sync(
    case: tuple[str, Declaration, Reading | None, DriftStatus | NotCheckedReason, int],
) -> None:
    # WHEN
    [finding] = compared(case[2], case[1])

    # THEN
    assert bool(explain(finding, NOW)) is (finding.drift_status is not DriftStatus.IN_SYNC)
