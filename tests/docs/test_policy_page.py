"""docs/policy.md: its code runs, its numbers follow from the code, and its tables are true."""

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Duration, Environment, Stack
from aws_cdk.assertions import Annotations, Match, Template
from botocore.exceptions import ClientError

import chime_expiration
from chime_expiration_handler.contract.ledger import DAY_SECONDS, Mode
from chime_expiration_handler.contract.policy_properties import (
    DEFAULT_CALLS_PER_SECOND,
    POLICY_RESOURCE_TYPE,
)
from docs.policy_in_memory import PolicyInMemory
from localaws.standins.app_instance import AppInstance
from support.checkout import ROOT

PAGE = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
# A block in a list is indented.
BLOCKS = [
    textwrap.dedent(block)
    for block in re.findall(r"^ *```python\n(.*?)^ *```", PAGE, re.DOTALL | re.MULTILINE)
]
SEVEN_SWEEPS = 7


@pytest.fixture
def policy() -> PolicyInMemory:
    return PolicyInMemory()


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_an_example_declares_policies_without_a_warning(block: str, tmp_path: Path) -> None:
    # GIVEN
    public = {name: getattr(chime_expiration, name) for name in chime_expiration.__all__}
    stack = Stack(App(outdir=str(tmp_path)), "Chat", env=Environment(region="us-east-1"))
    chat = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d"

    # WHEN
    exec(block, public | {"self": stack, "CHAT": chat, "Duration": Duration})

    # THEN
    declared = Template.from_stack(stack).find_resources(POLICY_RESOURCE_TYPE)
    assert len(declared) == block.count("AppInstanceUserExpirationPolicy(")
    assert Annotations.from_stack(stack).find_warning("*", Match.any_value()) == []


def test_the_page_has_an_example_of_each_use() -> None:
    assert len(BLOCKS) == 5


def test_the_durations_are_those_of_the_default_rate() -> None:
    # WHEN
    rows = re.findall(r"^\| ([\d,]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)

    # THEN
    assert len(rows) == 3
    for users, duration, deployment, removal in rows:
        seconds = int(users.replace(",", "")) / DEFAULT_CALLS_PER_SECOND
        hours, minutes = divmod(round(seconds / 60), 60)
        assert duration == (f"{hours} h {minutes} min" if hours else f"{minutes} min")
        assert (deployment == "waits for all") == (seconds <= 300)
        assert (removal == "yes") == (seconds <= 3500)


# What happens to whom: the rows of the table, with the default days of 30.


def test_a_user_without_an_expiration_is_set(policy: PolicyInMemory) -> None:
    # GIVEN
    guest = policy.user("guest")

    # WHEN
    policy.declare()

    # THEN
    assert policy.days_of(guest) == 30


def test_a_new_user_is_set_by_its_event_or_by_the_next_sweep(policy: PolicyInMemory) -> None:
    # GIVEN
    policy.declare()
    reported, unreported = policy.user("reported"), policy.user("unreported")

    # WHEN / THEN
    policy.report_creation(reported)
    assert (policy.days_of(reported), policy.days_of(unreported)) == (30, None)
    policy.sweep()
    assert policy.days_of(unreported) == 30


@pytest.mark.parametrize("age", [29.5, 41])
def test_an_old_user_is_overdue_without_notice(policy: PolicyInMemory, age: float) -> None:
    # GIVEN
    old = policy.user("old", age=age)

    # WHEN
    counts = policy.declare()

    # THEN
    assert (policy.days_of(old), counts) == (None, {"overdue": 1})


@pytest.mark.parametrize(
    ("age", "notice", "days"),
    [(10, {}, 30), (29.5, {}, 60), (40, {}, 60), (40.5, {"NoticeDays": "14"}, 55)],
)
def test_a_rollback_to_fewer_days_deletes_nobody_too_soon(
    policy: PolicyInMemory, age: float, notice: dict[str, Any], days: int
) -> None:
    # GIVEN
    user = policy.user("guest", age=age)
    policy.declare()
    policy.declare(ExpirationDays="60")
    assert policy.days_of(user) == 60

    # WHEN
    policy.declare(**notice)

    # THEN
    assert policy.days_of(user) == days


def test_a_user_that_a_rollback_has_left_with_more_days_is_cleared_as_an_exception(
    policy: PolicyInMemory,
) -> None:
    # GIVEN
    user = policy.user("guest", age=40)
    policy.declare(ExpirationDays="60")
    assert policy.declare() == {"overdue": 1}

    # WHEN
    policy.declare(ExceptUsers=["guest"])

    # THEN
    assert policy.days_of(user) is None


@pytest.mark.parametrize(("age", "days"), [(15, 30), (20.5, 35), (41.5, 56)])
def test_an_old_user_gets_its_age_plus_the_notice_and_keeps_it(
    policy: PolicyInMemory, age: float, days: int
) -> None:
    # GIVEN
    old = policy.user("old", age=age)

    # WHEN / THEN
    policy.declare(NoticeDays="14")
    assert policy.days_of(old) == days
    for _ in range(SEVEN_SWEEPS):
        policy.seconds += DAY_SECONDS
        policy.sweep()
    assert policy.days_of(old) == days


def test_a_user_that_even_5475_days_delete_within_the_notice_is_overdue(
    policy: PolicyInMemory,
) -> None:
    # GIVEN
    policy.user("old", age=5470)

    # WHEN / THEN
    assert policy.declare(NoticeDays="14") == {"overdue": 1}


def test_an_old_user_is_set_where_immediate_expiration_is_allowed(policy: PolicyInMemory) -> None:
    # GIVEN
    old = policy.user("old", age=41)

    # WHEN
    policy.declare(AllowImmediateExpiration="true")

    # THEN
    assert policy.days_of(old) == 30


def test_an_admin_is_never_set_and_a_new_admin_is_cleared(policy: PolicyInMemory) -> None:
    # GIVEN
    admin, promoted = policy.user("admin"), policy.user("promoted")
    policy.chime.admins.add(admin)
    policy.declare()
    assert (policy.days_of(admin), policy.days_of(promoted)) == (None, 30)

    # WHEN
    policy.chime.admins.add(promoted)
    policy.sweep()

    # THEN
    assert policy.days_of(promoted) is None


@pytest.mark.parametrize("days", [30, 90])
def test_what_somebody_else_has_set_stays_also_when_the_policy_is_removed(
    policy: PolicyInMemory, days: int
) -> None:
    # GIVEN
    guest = policy.user("guest", days=days)

    # WHEN
    counts = policy.declare()
    policy.declare(Mode.CLEAR)

    # THEN
    assert (policy.days_of(guest), counts) == (days, {"left_alone": 1})


def test_an_excepted_user_is_cleared(policy: PolicyInMemory) -> None:
    # GIVEN
    guest = policy.user("guest")
    policy.declare()

    # WHEN
    policy.declare(ExceptUsers=["guest"])

    # THEN
    assert policy.days_of(guest) is None


def test_what_somebody_changes_stays_and_what_somebody_clears_is_set_again(
    policy: PolicyInMemory,
) -> None:
    # GIVEN
    changed, cleared = policy.user("changed"), policy.user("cleared")
    policy.declare()
    policy.chime.users[changed].days = 90
    policy.chime.users[cleared].days = None

    # WHEN
    for _ in range(SEVEN_SWEEPS):
        policy.sweep()

    # THEN
    assert (policy.days_of(changed), policy.days_of(cleared)) == (90, 30)


def test_a_user_that_is_created_again_waits_for_a_sweep_unless_its_days_are_over(
    policy: PolicyInMemory,
) -> None:
    # GIVEN
    early, late = policy.user("early"), policy.user("late")
    policy.declare()
    policy.chime.delete(early)
    policy.user("early")

    # WHEN / THEN
    policy.report_creation(early)
    assert policy.days_of(early) is None
    for _ in range(SEVEN_SWEEPS):
        policy.sweep()
    assert policy.days_of(early) == 30

    # WHEN / THEN
    policy.seconds += 31 * DAY_SECONDS
    policy.chime.delete(late)
    policy.user("late")
    policy.report_creation(late)
    assert policy.days_of(late) == 30


def test_shorter_days_leave_a_user_overdue_that_keeps_the_earlier_days(
    policy: PolicyInMemory,
) -> None:
    # GIVEN
    old, young = policy.user("old", age=41), policy.user("young")
    policy.declare(ExpirationDays="90")

    # WHEN
    counts = policy.declare()

    # THEN
    assert (policy.days_of(old), policy.days_of(young)) == (90, 30)
    assert counts == {"overdue": 1, "set": 1}
    policy.declare(Mode.CLEAR)
    assert policy.days_of(old) is None


# Moving between declarations and a policy: a declaration sets and clears as anybody else.


def test_a_retained_expiration_is_left_alone_until_somebody_clears_it(
    policy: PolicyInMemory,
) -> None:
    # GIVEN
    retained = policy.user("retained", days=30)
    policy.declare()

    # WHEN
    policy.chime.users[retained].days = None
    for _ in range(SEVEN_SWEEPS):
        policy.sweep()

    # THEN
    assert policy.days_of(retained) == 30


def test_a_declaration_that_is_removed_in_the_deployment_of_the_policy_delays_it(
    policy: PolicyInMemory,
) -> None:
    # GIVEN
    users = [policy.user(f"declared-{number}", days=90) for number in range(20)]

    # WHEN CloudFormation removes the declarations last
    policy.declare()
    for user in users:
        policy.chime.users[user].days = None

    # THEN
    policy.sweep()
    assert None in map(policy.days_of, users)
    for _ in range(SEVEN_SWEEPS):
        policy.sweep()
    assert {policy.days_of(user) for user in users} == {30}


def test_a_user_that_is_excepted_until_its_declaration_is_gone_is_set_at_once(
    policy: PolicyInMemory,
) -> None:
    # GIVEN
    declared = policy.user("declared", days=90)
    policy.declare(ExceptUsers=["declared"])

    # WHEN
    policy.chime.users[declared].days = None
    policy.declare()

    # THEN
    assert policy.days_of(declared) == 30


@pytest.mark.parametrize(("declared", "left"), [(30, None), (90, 90)])
def test_removing_a_policy_clears_a_declared_user_with_the_same_days_only(
    policy: PolicyInMemory, declared: int, left: int | None
) -> None:
    # GIVEN
    guest = policy.user("guest")
    policy.declare()

    # WHEN
    policy.chime.users[guest].days = declared
    policy.declare(Mode.CLEAR)

    # THEN
    assert policy.days_of(guest) == left


def test_without_the_ledger_everything_counts_as_set_by_somebody_else(
    policy: PolicyInMemory,
) -> None:
    # GIVEN
    guest = policy.user("guest")
    policy.declare()

    # WHEN
    policy.lose_ledger()
    counts = policy.declare(ExpirationDays="60")
    policy.declare(Mode.CLEAR)

    # THEN
    assert (policy.days_of(guest), counts) == (30, {"left_alone": 1})


def test_a_deleted_user_that_is_forbidden_with_an_unknown_text_is_not_cleared(
    policy: PolicyInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    deleted, guest = policy.user("deleted"), policy.user("guest")
    policy.declare()
    policy.chime.delete(deleted)
    describe = policy.chime.describe_app_instance_user

    def forbidden(*, AppInstanceUserArn: str) -> dict[str, Any]:
        if AppInstanceUserArn == deleted:
            error = {"Code": "ForbiddenException", "Message": "something else"}
            response = {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 403}}
            raise ClientError(response, "DescribeAppInstanceUser")
        return describe(AppInstanceUserArn=AppInstanceUserArn)

    monkeypatch.setattr(AppInstance, "describe_app_instance_user", lambda _, **it: forbidden(**it))

    # WHEN
    counts = policy.declare(Mode.CLEAR)

    # THEN
    assert counts == {"cleared": 1, "failed": 1}
    assert policy.days_of(guest) is None


def test_a_disabled_policy_sets_no_new_user(policy: PolicyInMemory) -> None:
    # GIVEN
    policy.declare(Mode.CLEAR)
    guest = policy.user("guest")

    # WHEN
    policy.report_creation(guest)
    policy.sweep()

    # THEN
    assert policy.days_of(guest) is None
