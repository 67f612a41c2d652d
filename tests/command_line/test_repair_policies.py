"""Starts the sweeps of policies that need one, and tells what needs a person."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chime_expiration_cli.policies.reader import PolicyReader
from chime_expiration_cli.repair.outcome import Outcome
from chime_expiration_cli.repair.proposal import SweepRepair
from chime_expiration_cli.repair.propose_sweeps import propose_sweep
from chime_expiration_cli.repair.stack_watch import StackWatch
from chime_expiration_cli.repair.sweeps import Sweeps
from chime_expiration_cli.status.policy_comparison import compare_policy
from chime_expiration_handler.contract.ledger import Entry, Kind, Mode
from chime_expiration_handler.contract.policy_properties import POLICY_RESOURCE_TYPE
from command_line.policy_account import (
    CHAT,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    STATE_MACHINE,
    TABLE,
    PolicyAccount,
    policies,
    policy_stack,
)
from command_line.repair_account import Repair
from localaws.standins.cloudformation_account import FakeStack


class SweepingAccount(PolicyAccount):
    """An account whose policy can be swept; ``on_start`` is what an execution does at once."""

    def __init__(self, stack: FakeStack | None = None) -> None:
        super().__init__(stack)
        self.started: list[dict[str, Any]] = []
        self.on_start: Callable[[], object] = lambda: None

    def dynamodb(self, region: str) -> "SweepingAccount":
        super().dynamodb(region)
        return self

    stepfunctions = sqs = dynamodb

    def start_execution(self, **request: Any) -> Any:
        self._admit("states:StartExecution")
        self.started.append(request)
        self.on_start()
        return {"executionArn": "arn"}


@pytest.fixture
def repair(capsys: pytest.CaptureFixture[str]) -> Repair:
    return Repair(capsys)


@pytest.fixture
def account() -> SweepingAccount:
    """A policy that was declared two days ago, and swept once."""
    account = SweepingAccount()
    account.declare()
    account.sweep(kept=7)
    return account


def failed(account: PolicyAccount) -> None:
    account.begin(-HOUR)
    account.finish(-HOUR + 5, "access denied: chime:ListAppInstanceUsers on *; check IAM policy")


def stopped(account: PolicyAccount) -> None:
    account.begin(-HOUR)
    account.running = 0


def overdue(account: PolicyAccount) -> None:
    account.sweep(-4 * DAY, -4 * DAY + HOUR, kept=7)


def users_failed(account: PolicyAccount) -> None:
    account.sweep(-HOUR, -HOUR + MINUTE, kept=7, failed=2)


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (failed, "sweep failed: access denied: chime:ListAppInstanceUsers"),
        (stopped, "sweep stopped"),
        (overdue, "sweep overdue"),
        (users_failed, "users failed: 2"),
    ],
)
def test_a_policy_that_needs_a_sweep_gets_one_with_the_documented_input(
    happens: Callable[[PolicyAccount], None],
    reason: str,
    account: SweepingAccount,
    repair: Repair,
) -> None:
    # GIVEN
    happens(account)

    # WHEN
    shown = repair(account, dry_run=True)
    repaired = repair(account)

    # THEN
    [request] = account.started
    assert request["stateMachineArn"] == STATE_MACHINE
    assert json.loads(request["input"]) == {"app_instance_arn": CHAT, "cursor": None}
    assert request["name"].startswith("repair-")
    [entry] = shown.document["repairs"]
    assert (entry["repair"], entry["app_instance_arn"]) == ("SWEEP", CHAT)
    assert any(each.startswith(reason) for each in entry["reasons"])
    assert list(repaired.outcomes.values()) == ["SWEEP_RUNNING"]
    assert repaired.exit_status == 3


def test_a_policy_that_is_in_sync_is_not_swept(account: SweepingAccount, repair: Repair) -> None:
    # WHEN
    repaired = repair(account)

    # THEN
    assert (account.started, repaired.exit_status, repaired.outcomes) == ([], 0, {})


def test_a_policy_that_acts_by_other_properties_is_not_swept(
    account: SweepingAccount, repair: Repair
) -> None:
    # GIVEN a sweep would set what is not declared
    account.declare(-DAY, ExpirationDays="60")
    account.sweep(-HOUR, -HOUR + MINUTE, failed=1)

    # WHEN
    repaired = repair(account)

    # THEN
    assert account.started == []
    assert list(repaired.outcomes.values()) == ["LEFT"]
    assert "deploy the policy again" in repaired.details
    assert repaired.exit_status == 1


def test_a_policy_without_a_known_state_machine_is_left(repair: Repair) -> None:
    # GIVEN
    account = SweepingAccount(policy_stack(StateMachineArn={"Fn::GetAtt": ["Other", "Url"]}))
    account.declare()
    users_failed(account)

    # WHEN
    repaired = repair(account)

    # THEN
    assert (account.started, list(repaired.outcomes.values())) == ([], ["LEFT"])
    assert "the ARN of the state machine is unresolved" in repaired.details


def test_what_is_not_known_of_a_policy_in_sync_is_said(
    account: SweepingAccount, repair: Repair
) -> None:
    # GIVEN
    account.denied = {"sqs:GetQueueAttributes"}

    # WHEN
    repaired = repair(account)

    # THEN
    assert list(repaired.outcomes.values()) == ["NOT_CHECKED"]
    assert "access denied: sqs:GetQueueAttributes" in repaired.details
    assert repaired.exit_status == 3


def test_a_policy_of_a_stack_that_is_not_stable_is_left(repair: Repair) -> None:
    # GIVEN
    account = SweepingAccount(policy_stack(status="UPDATE_ROLLBACK_FAILED"))
    account.declare()
    users_failed(account)

    # WHEN
    repaired = repair(account)

    # THEN
    assert (account.started, list(repaired.outcomes.values())) == ([], ["LEFT"])


@pytest.mark.parametrize("failed", [0, 1])
def test_a_running_sweep_is_left_to_itself(
    failed: int, account: SweepingAccount, repair: Repair
) -> None:
    # GIVEN it has counted users
    account.begin(-MINUTE)
    account.progress(-5, kept=3, failed=failed)

    # WHEN
    repaired = repair(account)

    # THEN
    assert (account.started, list(repaired.outcomes.values())) == ([], ["NOT_CHECKED"])
    assert repaired.exit_status == 3
    assert "a sweep is running: run repair again when it has ended" in repaired.details


def test_dead_letters_are_told_beside_a_sweep(account: SweepingAccount, repair: Repair) -> None:
    # GIVEN
    account.dead_letters = 2

    # WHEN
    alone = repair(account)
    stopped(account)
    with_sweep = repair(account)

    # THEN
    assert list(alone.outcomes.values()) == ["LEFT"]
    assert "purge the queue, or move its messages back to the queue" in alone.details
    assert alone.exit_status == 1
    assert [each["repair"] for each in with_sweep.document["repairs"]] == ["SWEEP"]
    assert [each["outcome"] for each in with_sweep.document["left"]] == ["LEFT"]
    assert len(account.started) == 1


def test_users_that_a_disabled_policy_has_not_cleared_need_the_ledger(repair: Repair) -> None:
    # GIVEN
    account = SweepingAccount(policy_stack(Enabled=False))
    account.declare(mode=Mode.CLEAR)
    account.sweep(cleared=3)
    account.remember(Entry(f"{CHAT}/user/guest", Kind.SET, days=30, ttl=int(NOW.timestamp()) + DAY))

    # THEN
    assert repair(account).outcomes == {}
    assert list(repair(account, ledger=True).outcomes.values()) == ["SWEEP_RUNNING"]


def test_a_denied_start_is_reported_with_the_action(
    account: SweepingAccount, repair: Repair
) -> None:
    # GIVEN
    stopped(account)
    account.denied = {"states:StartExecution"}

    # WHEN
    repaired = repair(account)

    # THEN
    assert list(repaired.outcomes.values()) == ["FAILED"]
    assert f"access denied: states:StartExecution on {STATE_MACHINE}" in repaired.details
    assert repaired.details.endswith(
        "; grant it to the role or user that runs this command, then run repair again"
    )
    assert repaired.exit_status == 1


def removed(*, mode: Mode | None) -> SweepingAccount:
    """A policy whose removal failed; the function has received the deletion if it clears."""
    stack = FakeStack("Guests", status="UPDATE_COMPLETE")
    stack.reported("DELETE_FAILED", CHAT, logical_id="Policy", type=POLICY_RESOURCE_TYPE)
    account = SweepingAccount(policy_stack())
    properties = account.properties()
    stack.events[0]["ResourceProperties"] = json.dumps(properties)
    assert properties["TableName"] == TABLE
    account.account.stacks = [stack]
    if mode:
        account.declare(mode=mode)
        account.sweep(cleared=3, failed=2)
    return account


def test_a_removed_policy_that_has_not_cleared_all_users_is_swept_again(repair: Repair) -> None:
    # GIVEN
    account = removed(mode=Mode.CLEAR)

    # WHEN
    repaired = repair(account)

    # THEN
    assert (len(account.started), repaired.outcomes) == (1, {"Policy": "SWEEP_RUNNING"})


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        (Mode.APPLY, "has not received the deletion, so a sweep would set users"),
        (None, "its table cannot be read"),
    ],
)
def test_a_removed_policy_whose_sweep_would_not_clear_is_left(
    mode: Mode | None, reason: str, repair: Repair
) -> None:
    # GIVEN
    account = removed(mode=mode)

    # WHEN
    repaired = repair(account)

    # THEN
    assert (account.started, repaired.outcomes) == ([], {"Policy": "LEFT"})
    assert reason in repaired.details
    assert "declare the policy again with enabled=False" in repaired.details


def test_a_removed_policy_whose_sweep_has_just_been_stopped_is_left(repair: Repair) -> None:
    # GIVEN
    account = removed(mode=Mode.CLEAR)
    account.begin(-10)
    account.running = 0

    # WHEN
    repaired = repair(account)

    # THEN
    assert (account.started, repaired.outcomes) == ([], {"Policy": "LEFT"})
    assert "a sweep is running, which may still clear its users" in repaired.details


def test_a_removed_policy_of_a_stack_that_is_not_stable_is_left(repair: Repair) -> None:
    # GIVEN
    account = removed(mode=Mode.CLEAR)
    account.account.stacks[0].status = "UPDATE_ROLLBACK_FAILED"

    # THEN
    assert repair(account).outcomes == {"Policy": "LEFT"}
    assert account.started == []


def test_a_removed_policy_without_a_state_machine_is_left(repair: Repair) -> None:
    # GIVEN
    account = removed(mode=Mode.CLEAR)

    def missing(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": "StateMachineDoesNotExist", "Message": "no"}}, "Any")

    account.list_executions = missing  # type: ignore[method-assign]

    # WHEN
    repaired = repair(account)

    # THEN
    assert (account.started, repaired.outcomes) == ([], {"Policy": "LEFT"})
    assert f"{STATE_MACHINE} does not exist" in repaired.details


def sweeps(account: SweepingAccount, wait: float, between: Callable[[], object]) -> Sweeps:
    """Waits in a time of its own; ``between`` happens in each wait."""
    seconds = 0.0

    def sleep(length: float) -> None:
        nonlocal seconds
        seconds += length
        between()

    return Sweeps(
        account,
        StackWatch(account.cloudformation),
        wait,
        counts_ledger=False,
        now=lambda: NOW,
        monotonic=lambda: seconds,
        sleep=sleep,
    )


def shown(account: SweepingAccount) -> SweepRepair:
    """What is shown of the policy."""
    [policy] = policies(account.account)
    reading = PolicyReader(account, False, lambda: NOW, NOW).read(policy)
    [proposed] = propose_sweep(compare_policy(policy, reading, NOW))
    assert isinstance(proposed, SweepRepair)
    return proposed


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [({"kept": 7}, Outcome.REPAIRED), ({"kept": 6, "failed": 1}, Outcome.FAILED)],
)
def test_a_sweep_that_ends_in_the_time_is_judged(
    counts: dict[str, int], outcome: Outcome, account: SweepingAccount
) -> None:
    # GIVEN
    stopped(account)
    repair = shown(account)
    steps = iter([lambda: account.finish(-1, "", "", **counts)])

    # WHEN
    [result], interrupted = sweeps(account, 60, lambda: next(steps, lambda: None)()).run([repair])

    # THEN
    assert (result.outcome, interrupted) == (outcome, False)


@pytest.mark.parametrize("happens", [stopped, failed])
def test_a_sweep_that_does_not_end_in_the_time_goes_on(
    happens: Callable[[PolicyAccount], None], account: SweepingAccount
) -> None:
    # GIVEN
    happens(account)
    waits: list[None] = []

    # WHEN
    [result], _ = sweeps(account, 60, lambda: waits.append(None)).run([shown(account)])

    # THEN
    assert (result.outcome, len(waits)) == (Outcome.SWEEP_RUNNING, 20)


def test_ctrl_c_while_waiting_leaves_the_sweep_running(account: SweepingAccount) -> None:
    # GIVEN
    stopped(account)

    def interrupt() -> None:
        raise KeyboardInterrupt

    # WHEN
    [result], interrupted = sweeps(account, 60, interrupt).run([shown(account)])

    # THEN
    assert (result.outcome, interrupted) == (Outcome.SWEEP_RUNNING, True)


def test_ctrl_c_in_a_start_leaves_it_unknown_and_the_next_one_undone(
    account: SweepingAccount,
) -> None:
    # GIVEN
    stopped(account)
    repair = shown(account)

    def interrupt() -> None:
        raise KeyboardInterrupt

    account.on_start = interrupt

    # WHEN
    results, interrupted = sweeps(account, 60, lambda: None).run([repair, repair])

    # THEN
    assert [each.outcome for each in results] == [Outcome.NOT_KNOWN, Outcome.NOT_DONE]
    assert interrupted


@pytest.mark.parametrize(
    ("happens", "outcome"),
    [
        (lambda account: account.begin(-1), Outcome.SWEEP_RUNNING),
        (lambda account: account.sweep(-MINUTE, -1, kept=7), Outcome.ALREADY_DONE),
        (lambda account: account.declare(-1, ExpirationDays="60"), Outcome.SKIPPED),
        (
            lambda account: setattr(account.stack, "status", "UPDATE_IN_PROGRESS"),
            Outcome.SKIPPED,
        ),
    ],
)
def test_a_policy_that_has_changed_since_it_was_shown_is_not_swept(
    happens: Callable[[SweepingAccount], object], outcome: Outcome, account: SweepingAccount
) -> None:
    # GIVEN
    failed(account)
    repair = shown(account)
    happens(account)

    # WHEN
    [result], _ = sweeps(account, 0, lambda: None).run([repair])

    # THEN
    assert (account.started, result.outcome) == ([], outcome)


def test_credentials_that_expire_before_a_sweep_starts_are_told(
    account: SweepingAccount, repair: Repair
) -> None:
    # GIVEN
    stopped(account)
    error = {"Error": {"Code": "ExpiredTokenException", "Message": "expired"}}

    def expire() -> None:
        raise ClientError(error, "StartExecution")

    account.on_start = expire

    # WHEN
    repaired = repair(account)

    # THEN
    assert list(repaired.outcomes.values()) == ["FAILED"]
    assert "AWS rejects the credentials in us-east-1: ExpiredTokenExc" in repaired.details
    assert repaired.details.endswith("then run repair again")
