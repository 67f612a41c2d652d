"""How far a sweep is, and when it ends."""

import io
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chime_expiration_cli.console import result_console
from chime_expiration_cli.policies.sweep import Sweep, SweepState
from chime_expiration_cli.status.policy_explanation import explain_policy
from chime_expiration_cli.status.policy_json import policy_json
from chime_expiration_cli.status.policy_tables import policy_lines
from chime_expiration_cli.status.sorting import Order
from chime_expiration_cli.status.terminal import View, print_report
from chime_expiration_handler.contract.ledger import Mode
from command_line.policy_account import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    PolicyAccount,
    finding_of,
    policy_stack,
)
from command_line.sample_policies import sample_policies


def sweep_in(account: PolicyAccount, *, ledger: bool = False) -> Sweep:
    sweep = finding_of(account, ledger=ledger).sweep
    assert sweep is not None
    return sweep


def running(users_before: int | None = None) -> PolicyAccount:
    """A policy whose sweep began an hour ago."""
    account = PolicyAccount()
    account.declare()
    if users_before is not None:
        account.sweep(kept=users_before)
    account.begin(-HOUR)
    return account


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_a_finished_sweep_says_when_it_began_and_ended() -> None:
    # GIVEN
    account = PolicyAccount()
    account.declare()
    account.sweep(-2 * HOUR, -HOUR, kept=5)

    # WHEN
    sweep = sweep_in(account)

    # THEN
    assert sweep.state is SweepState.FINISHED
    assert (sweep.began_at, sweep.finished_at) == (at(-2 * HOUR), at(-HOUR))
    assert (sweep.users, sweep.ends_between) == (5, None)
    assert sweep.previous_finished_at is None


def test_a_running_sweep_says_when_the_one_before_it_ended() -> None:
    # GIVEN
    account = running(users_before=100)
    account.progress(-1, set=10)

    # WHEN
    sweep = sweep_in(account)

    # THEN
    assert sweep.state is SweepState.RUNNING
    assert (sweep.finished_at, sweep.previous_finished_at) == (None, at(-DAY + HOUR))
    assert (sweep.users, sweep.expected_users) == (10, 100)


@pytest.mark.parametrize(
    ("done", "earliest", "latest"),
    [
        # 5 users a second so far, 8 declared: 36,000 are left.
        (18_000, 36_000 / 8, 36_000 / 5 * 1.1),
        # 10 a second so far, since some users needed no call: 18,000 are left.
        (36_000, 18_000 / 10, 18_000 / 8 * 1.1),
    ],
)
def test_the_end_is_between_the_rate_so_far_and_the_declared_one(
    done: int, earliest: float, latest: float
) -> None:
    # GIVEN
    account = running(users_before=54_000)
    account.progress(0, set=done)

    # WHEN
    sweep = sweep_in(account)

    # THEN
    assert sweep.users_per_second == done / HOUR
    assert sweep.ends_between == (at(earliest), at(latest))


def test_the_end_of_the_first_sweep_is_not_known() -> None:
    # GIVEN
    account = running()
    account.progress(-1, set=1_000)

    # WHEN
    sweep = sweep_in(account)

    # THEN
    assert (sweep.expected_users, sweep.ends_between) == (None, None)


def test_the_end_is_not_known_once_there_are_more_users_than_before() -> None:
    # GIVEN
    account = running(users_before=999)
    account.progress(-1, set=1_000)

    # THEN
    assert sweep_in(account).expected_users is None
    assert sweep_in(account).ends_between is None


def test_the_end_is_not_known_before_the_rate_is() -> None:
    # GIVEN
    account = PolicyAccount()
    account.declare()
    account.sweep(kept=100)
    account.begin(-20)
    account.progress(-1, kept=50)

    # THEN
    assert sweep_in(account).users_per_second is None
    assert sweep_in(account).ends_between is None


def test_an_end_that_has_passed_is_not_known() -> None:
    # GIVEN a worker that was not heard of for a minute, with one user left
    account = running(users_before=1_000)
    account.progress(-MINUTE, kept=999)

    # THEN
    assert sweep_in(account).ends_between is None


def test_a_sweep_that_could_have_ended_by_now_ends_from_now_on() -> None:
    # GIVEN 400 users were left a minute ago, and 8 a second are declared
    account = running(users_before=1_000)
    account.progress(-MINUTE, kept=600)

    # WHEN
    between = sweep_in(account).ends_between

    # THEN
    assert between is not None
    assert between[0] == NOW
    assert between[1] > NOW


def test_a_new_generation_knows_the_users_of_the_old_one() -> None:
    # GIVEN
    account = PolicyAccount()
    account.declare()
    account.sweep(kept=100)
    account.declare(-HOUR, ExpirationDays="60")
    account.begin(-HOUR)

    # THEN
    assert sweep_in(account).expected_users == 100


def test_a_policy_that_clears_knows_the_users_left_once_the_ledger_is_counted() -> None:
    # GIVEN
    account = PolicyAccount(policy_stack(Enabled=False))
    account.declare(mode=Mode.CLEAR)
    account.begin(-HOUR)
    account.progress(-1, cleared=10)

    # THEN
    assert sweep_in(account).expected_users is None
    assert sweep_in(account, ledger=True).expected_users == 10


def test_a_sweep_between_two_workers_is_running() -> None:
    # GIVEN
    account = running()
    account.progress(-3 * MINUTE, set=1)
    account.table.release("worker")

    # THEN
    assert sweep_in(account).state is SweepState.RUNNING


@pytest.mark.parametrize("releases", [True, False])
def test_a_sweep_without_a_sign_of_life_is_stalled_and_has_no_end(releases: bool) -> None:
    # GIVEN
    account = running(users_before=100)
    account.progress(-5 * MINUTE, set=50)
    if releases:
        account.table.release("worker")

    # WHEN
    finding = finding_of(account)

    # THEN
    assert finding.sweep is not None
    assert finding.sweep.state is SweepState.STALLED
    assert finding.sweep.ends_between is None
    [sentence] = explain_policy(finding)
    assert sentence == (
        "the sweep has not renewed its lease since 2026-06-01 11:55 UTC: the state machine starts "
        "another worker within 4 minutes"
    )


def test_a_worker_that_was_killed_a_moment_ago_has_stalled() -> None:
    # GIVEN its lease ran out a second ago
    account = running()
    account.progress(-91, set=50)

    # THEN
    assert sweep_in(account).state is SweepState.STALLED


def test_a_sweep_that_no_execution_continues_is_stopped_and_drift() -> None:
    # GIVEN somebody has stopped the execution
    account = running()
    account.progress(-5 * MINUTE, set=50)
    account.running = 0

    # WHEN
    finding = finding_of(account)

    # THEN
    assert finding.sweep is not None
    assert finding.sweep.state is SweepState.STOPPED
    assert finding.is_drift
    assert "no execution of the state machine continues it" in explain_policy(finding)[0]


def test_an_execution_that_has_ended_a_moment_ago_may_have_been_finishing() -> None:
    # GIVEN
    account = running()
    account.progress(-MINUTE, set=50)
    account.running = 0

    # THEN
    assert sweep_in(account).state is SweepState.RUNNING


def test_without_the_executions_a_sweep_is_stalled_at_worst() -> None:
    # GIVEN
    account = running()
    account.progress(-DAY, set=50)
    account.running = 0
    account.denied = {"states:ListExecutions"}

    # THEN
    assert sweep_in(account).state is SweepState.STALLED


@pytest.mark.parametrize(
    ("declared", "executions", "state"),
    [
        (-MINUTE, 0, SweepState.NOT_BEGUN),
        (-HOUR, 1, SweepState.NOT_BEGUN),
        (-HOUR, 0, SweepState.STOPPED),
    ],
)
def test_a_deployment_whose_sweep_has_not_begun(
    declared: float, executions: int, state: SweepState
) -> None:
    # GIVEN
    account = PolicyAccount()
    account.declare(declared)
    account.running = executions

    # THEN
    assert sweep_in(account).state is state


def test_the_error_of_the_sweep_before_is_not_that_of_a_running_one() -> None:
    # GIVEN
    account = PolicyAccount()
    account.declare()
    account.begin(-DAY)
    account.finish(-DAY, "access denied")
    account.begin(-MINUTE)

    # THEN
    assert sweep_in(account).state is SweepState.RUNNING
    assert not finding_of(account).is_drift


@pytest.mark.parametrize(("counts", "is_said"), [({"not_governed": 7}, True), ({"set": 7}, False)])
def test_patterns_that_select_nobody_are_said(counts: dict[str, int], is_said: bool) -> None:
    # GIVEN
    account = PolicyAccount()
    account.declare()
    account.sweep(**counts)

    # WHEN
    lines = dict(policy_lines(finding_of(account), NOW, 7))

    # THEN
    assert ("no user is selected: check the patterns" in lines["users"]) == is_said


def test_an_end_in_thousands_of_years_is_not_known() -> None:
    # GIVEN
    account = PolicyAccount()
    account.declare(CallsPerSecond="1e-9")
    account.sweep(-DAY, -DAY + HOUR, kept=54_000)
    account.begin(-HOUR)
    account.progress(-10, set=10)

    # THEN
    assert sweep_in(account).users_per_second is not None
    assert sweep_in(account).ends_between is None


def failed_after(**counts: int) -> PolicyAccount:
    """A policy whose last sweep has failed after it had counted these users."""
    account = PolicyAccount()
    account.declare()
    account.sweep(-2 * DAY, -2 * DAY + HOUR, kept=100)
    account.begin(-HOUR)
    account.finish(-HOUR + 5, "access denied: chime:ListAppInstanceUsers", "", **counts)
    return account


def test_a_sweep_that_failed_before_it_had_counted_anybody_does_not_know_the_users() -> None:
    # GIVEN
    finding = finding_of(failed_after())
    report = sample_policies()
    stack = replace(report.stacks[0], policies=(finding,))
    file = io.StringIO()

    # WHEN
    print_report(replace(report, stacks=(stack,)), result_console(file), View(Order.STACK))
    document = policy_json(finding)

    # THEN
    assert "MODIFIED, number of users not known; sweep failed" in file.getvalue()
    assert "not known: the sweep failed before it had counted anybody" in file.getvalue()
    assert "0 users" not in file.getvalue()
    assert document["counts"] is None
    assert (document["sweep"]["users"], document["sweep"]["expected_users"]) == (None, None)


def test_the_users_of_a_sweep_that_failed_are_not_all_of_them() -> None:
    # GIVEN
    finding = finding_of(failed_after(kept=40))

    # WHEN
    lines = dict(policy_lines(finding, NOW, 7))

    # THEN
    assert lines["users"].startswith("40 until it failed: 40 set")
    assert finding.sweep is not None
    assert (finding.sweep.users, finding.sweep.expected_users) == (40, None)
