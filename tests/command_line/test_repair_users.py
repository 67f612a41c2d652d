"""Repairs declared users whose expiration has been changed."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chime_expiration_cli.repair import write_users as write_users_module
from chime_expiration_cli.repair.stack_watch import StackWatch
from chime_expiration_handler.service.rate_limiter import RateLimiter
from command_line.repair_account import (
    CHAT,
    DESCRIBE,
    NOW,
    PUT,
    Repair,
    RepairAccount,
    guests,
)
from localaws.chime import Access, Denial, Fault, RateLimits
from localaws.standins.cloudformation_account import FakeStack


@pytest.fixture
def repair(capsys: pytest.CaptureFixture[str]) -> Repair:
    return Repair(capsys)


def before_call(number: int, operation: str, change: Callable[[], object]) -> Callable[[str], None]:
    """Calls ``change`` before this call of an operation; the first one is 1."""
    seen = 0

    def interrupt(called: str) -> None:
        nonlocal seen
        seen += called == operation
        if called == operation and seen == number:
            change()

    return interrupt


def test_modified_users_get_the_declared_days_and_the_others_are_not_called(
    repair: Repair,
) -> None:
    # GIVEN
    account = RepairAccount([guests(modified=30, cleared=30, fine=30)])
    account.has("modified", 90)
    account.has("cleared", None)
    account.has("fine", 30)

    # WHEN
    repaired = repair(account)

    # THEN
    assert [account.days(name) for name in ("modified", "cleared", "fine")] == [30, 30, 30]
    assert sorted(account.puts) == ["cleared", "modified"]
    assert repaired.outcomes == {"modified": "REPAIRED", "cleared": "REPAIRED"}
    assert repaired.exit_status == 0


def test_running_it_again_does_nothing(repair: Repair) -> None:
    # GIVEN
    account = RepairAccount([guests(modified=30)])
    account.has("modified", 90)
    repair(account)
    account.chime.calls.clear()

    # WHEN
    repaired = repair(account)

    # THEN
    assert (repaired.exit_status, repaired.outcomes, account.puts) == (0, {}, [])


def test_a_dry_run_changes_nothing_and_reports_what_remains(repair: Repair) -> None:
    # GIVEN
    account = RepairAccount([guests(modified=30)])
    account.has("modified", 90)

    # WHEN
    repaired = repair(account, dry_run=True)

    # THEN
    assert (account.puts, repaired.outcomes) == ([], {"modified": "TO_DO"})
    [shown] = repaired.document["repairs"]
    assert (shown["repair"], shown["days_before"], shown["days_after"]) == ("SET", 90, 30)
    assert shown["expires_at"] == "2026-06-26T12:00:00Z"
    assert repaired.exit_status == 1


def test_days_that_would_delete_the_user_within_a_day_are_refused_as_a_deployment_does(
    repair: Repair,
) -> None:
    # GIVEN
    account = RepairAccount([guests(old=30)])
    account.has("old", 90, age=29.5)

    # WHEN
    repaired = repair(account)

    # THEN
    assert (account.puts, repaired.outcomes) == ([], {"old": "REFUSED"})
    assert "is 30 days old, so 30 days would delete it within a day; declare 32" in repaired.details
    assert repaired.exit_status == 1


@pytest.mark.parametrize(
    ("allowed", "outcome"),
    [(True, "REPAIRED"), ("false", "REFUSED"), ({"Fn::GetAtt": ["Policy", "Allowed"]}, "LEFT")],
)
def test_the_declaration_can_allow_immediate_expiration(
    allowed: Any, outcome: str, repair: Repair
) -> None:
    # GIVEN
    stack = FakeStack("Guests").has("Old", f"{CHAT}/user/old")
    stack.defines("Old", f"{CHAT}/user/old", 30, AllowImmediateExpiration=allowed)
    account = RepairAccount([stack])
    account.has("old", 90, age=29.5)

    # THEN
    assert repair(account).outcomes == {"old": outcome}


def test_a_user_that_gets_too_old_while_nobody_answers_the_question_is_refused(
    repair: Repair,
) -> None:
    # GIVEN a user that has a day and a minute left
    account = RepairAccount([guests(old=30)])
    account.has("old", 90, age=29 - 1 / 1440)

    def now() -> Any:
        # The report is built at once; the write is an hour later.
        return NOW + timedelta(hours=bool(account.chime.calls.of(DESCRIBE)[1:]))

    # WHEN
    repaired = repair(account, clock=now)

    # THEN
    assert (account.puts, repaired.outcomes) == ([], {"old": "REFUSED"})


@pytest.mark.parametrize("age", [0, 1])
def test_a_user_that_somebody_else_changes_after_it_was_shown_is_skipped(
    age: int, repair: Repair
) -> None:
    # GIVEN the second Describe is the look before the write
    account = RepairAccount([guests(modified=30)])
    arn = account.has("modified", 90)

    def change() -> None:
        if age:
            account.chime.delete_user(arn)
            account.has("modified", 90, age=age)
        else:
            account.chime.set_expiration(arn, 60)

    account.interrupt = before_call(2, DESCRIBE, change)

    # WHEN
    repaired = repair(account)

    # THEN
    assert (account.puts, repaired.outcomes) == ([], {"modified": "SKIPPED"})
    reason = "deleted and created again" if age else "has 60 days now, and had 90 days"
    assert reason in repaired.details
    assert repaired.exit_status == 1


def test_a_user_that_is_repaired_or_deleted_by_somebody_else_needs_nothing(repair: Repair) -> None:
    # GIVEN
    account = RepairAccount([guests(one=30, two=30)])
    one, two = account.has("one", 90), account.has("two", 90)

    def change() -> None:
        account.chime.set_expiration(one, 30)
        account.chime.delete_user(two)

    account.interrupt = before_call(3, DESCRIBE, change)

    # WHEN
    repaired = repair(account)

    # THEN
    assert (account.puts, repaired.exit_status) == ([], 0)
    assert repaired.outcomes == {"one": "ALREADY_DONE", "two": "ALREADY_DONE"}


def test_a_stack_that_is_deployed_after_it_was_shown_is_skipped(repair: Repair) -> None:
    # GIVEN
    stack = guests(modified=30)
    account = RepairAccount([stack])
    account.has("modified", 90)

    def deploy() -> None:
        stack.status = "UPDATE_IN_PROGRESS"

    account.interrupt = before_call(1, DESCRIBE, deploy)

    # WHEN
    repaired = repair(account)

    # THEN
    assert (account.puts, repaired.outcomes) == ([], {"modified": "SKIPPED"})
    assert "the stack is UPDATE_IN_PROGRESS since" in repaired.details


def test_a_stack_that_has_been_deployed_to_the_end_after_it_was_shown_is_skipped(
    repair: Repair,
) -> None:
    # GIVEN
    stack = guests(modified=30)
    account = RepairAccount([stack])
    account.has("modified", 90)
    account.interrupt = before_call(1, DESCRIBE, lambda: setattr(stack, "updated", NOW))

    # WHEN
    repaired = repair(account)

    # THEN
    assert (account.puts, repaired.outcomes) == ([], {"modified": "SKIPPED"})
    assert "the stack has been deployed since" in repaired.details


def test_a_stack_that_is_deployed_while_the_user_is_read_slowly_is_skipped(
    repair: Repair, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a reading of half a minute, and a deployment in this time
    stack = guests(modified=30)
    account = RepairAccount([stack])
    account.has("modified", 90)
    elapsed = [0.0]

    class Watch(StackWatch):
        def __init__(self, client_for: Callable[[str], Any]) -> None:
            super().__init__(client_for, lambda: elapsed[0])

    def deploy() -> None:
        elapsed[0] += 30
        stack.status = "UPDATE_IN_PROGRESS"

    monkeypatch.setattr("chime_expiration_cli.repair.carry_out.StackWatch", Watch)
    account.interrupt = before_call(2, DESCRIBE, deploy)

    # WHEN
    repaired = repair(account)

    # THEN
    assert (account.puts, repaired.outcomes) == ([], {"modified": "SKIPPED"})
    assert "the stack is UPDATE_IN_PROGRESS since" in repaired.details


def test_two_repairs_at_once_leave_the_declared_days(repair: Repair) -> None:
    # GIVEN another repair runs completely between the look and the write of the first one
    account = RepairAccount([guests(modified=30)])
    account.has("modified", 90)
    other = RepairAccount(account.stacks)
    other.chime = account.chime
    results = []
    account.interrupt = before_call(1, PUT, lambda: results.append(repair(other)))

    # WHEN
    repaired = repair(account)

    # THEN
    assert account.days("modified") == 30
    assert [each.outcomes for each in (*results, repaired)] == [{"modified": "REPAIRED"}] * 2


def test_throttled_and_faulty_calls_are_retried_after_another_look(repair: Repair) -> None:
    # GIVEN
    account = RepairAccount([guests(modified=30)])
    account.has("modified", 90)
    account.chime.faults.add(Fault(PUT, "ThrottledClientException"), Fault(PUT))

    # WHEN
    repaired = repair(account)

    # THEN the report looks once, and each attempt looks once
    assert repaired.outcomes == {"modified": "REPAIRED"}
    assert (len(account.puts), len(account.chime.calls.of(DESCRIBE))) == (3, 4)


def test_a_write_without_a_response_is_found_by_the_next_look(repair: Repair) -> None:
    # GIVEN
    account = RepairAccount([guests(modified=30)])
    account.has("modified", 90)
    account.chime.faults.add(Fault(PUT, effect=True, then="silence"))

    # WHEN
    repaired = repair(account)

    # THEN
    assert (repaired.outcomes, len(account.puts)) == ({"modified": "REPAIRED"}, 1)


def test_a_write_without_a_response_is_found_although_a_later_attempt_is_throttled(
    repair: Repair,
) -> None:
    # GIVEN
    account = RepairAccount([guests(modified=30)])
    arn = account.has("modified", 90)
    account.chime.faults.add(Fault(PUT), Fault(PUT, "ThrottledClientException"))
    # The first call takes effect between the looks of the second and the third attempt.
    account.interrupt = before_call(4, DESCRIBE, lambda: account.chime.set_expiration(arn, 30))

    # THEN it was this command, as far as anybody can know
    assert repair(account).outcomes == {"modified": "REPAIRED"}


def test_the_last_attempt_without_a_response_is_found_too(
    repair: Repair, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    monkeypatch.setattr("chime_expiration_cli.repair.user_writer._MAX_FAULTS", 1)
    account = RepairAccount([guests(modified=30)])
    account.has("modified", 90)
    account.chime.faults.add(Fault(PUT, effect=True, then="silence"))

    # THEN
    assert repair(account).outcomes == {"modified": "REPAIRED"}


def test_it_is_said_if_nobody_knows_whether_a_write_took_effect(
    repair: Repair, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    monkeypatch.setattr("chime_expiration_cli.repair.user_writer._MAX_FAULTS", 1)
    account = RepairAccount([guests(modified=30)])
    account.has("modified", 90)

    def deny() -> None:
        account.chime.authorizer = lambda _: Denial("arn:aws:iam::1:user/x")

    account.chime.faults.add(Fault(PUT, then="silence"))
    account.interrupt = before_call(3, DESCRIBE, deny)

    # WHEN
    repaired = repair(account)

    # THEN
    assert repaired.outcomes == {"modified": "FAILED"}
    assert repaired.details.startswith("not known whether it took effect: ")


def test_a_user_that_is_deleted_between_the_look_and_the_write_needs_nothing(
    repair: Repair,
) -> None:
    # GIVEN
    account = RepairAccount([guests(modified=30)])
    arn = account.has("modified", 90)
    account.interrupt = before_call(1, PUT, lambda: account.chime.delete_user(arn))

    # WHEN
    repaired = repair(account)

    # THEN
    assert (repaired.outcomes, repaired.exit_status) == ({"modified": "ALREADY_DONE"}, 0)


def test_a_throttled_write_lowers_the_rate_and_a_success_raises_it(
    repair: Repair, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    limiters: list[RateLimiter] = []

    def limiter(*arguments: Any, **options: Any) -> RateLimiter:
        limiters.append(RateLimiter(*arguments, **options))
        return limiters[-1]

    monkeypatch.setattr("chime_expiration_cli.repair.carry_out.RateLimiter", limiter)
    account = RepairAccount([guests(modified=30)])
    account.has("modified", 90)
    account.chime.faults.add(Fault(PUT, "ThrottledClientException"))

    # WHEN
    repair(account)

    # THEN half of it, and a fiftieth
    [used] = limiters
    assert used.rate == 520


def test_a_write_that_keeps_failing_is_reported_with_what_the_service_says(
    repair: Repair, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    monkeypatch.setattr("chime_expiration_cli.repair.user_writer._LONGEST_WAIT_SECONDS", 0.01)
    account = RepairAccount([guests(modified=30, other=30)])
    arn = account.has("modified", 90)
    account.has("other", 90)
    account.chime.faults.add(
        Fault(PUT, times=None, when=lambda _, call: bool(call["AppInstanceUserArn"] == arn))
    )

    # WHEN
    repaired = repair(account)

    # THEN it does not stop the others
    assert repaired.outcomes == {"modified": "FAILED", "other": "REPAIRED"}
    assert f"chime:{PUT} on {arn} failed: ServiceFailureException" in repaired.details
    assert repaired.exit_status == 1


def test_a_denied_write_is_not_repeated(repair: Repair) -> None:
    # GIVEN
    account = RepairAccount([guests(modified=30)])
    arn = account.has("modified", 90)

    def deny(access: Access) -> Denial | None:
        return Denial("arn:aws:iam::1:user/x") if access.action == f"chime:{PUT}" else None

    account.chime.authorizer = deny

    # WHEN
    repaired = repair(account)

    # THEN
    assert (repaired.outcomes, len(account.puts)) == ({"modified": "FAILED"}, 1)
    assert repaired.details == (
        f"access denied: chime:{PUT} on {arn}; grant it to the role or user that runs this "
        "command, then run repair again"
    )


@pytest.mark.parametrize("operation", [DESCRIBE, PUT])
def test_credentials_that_expire_in_the_middle_are_told_with_what_was_done(
    operation: str, repair: Repair
) -> None:
    # GIVEN
    account = RepairAccount([guests(one=30, two=30)])
    account.has("one", 90)
    second = account.has("two", 90)
    expired = Fault(
        operation,
        "ForbiddenException",
        "The security token included in the request is expired",
        times=None,
        when=lambda _, call: bool(call["AppInstanceUserArn"] == second),
    )
    account.interrupt = before_call(3, DESCRIBE, lambda: account.chime.faults.add(expired))

    # WHEN
    repaired = repair(account)

    # THEN
    assert repaired.outcomes == {"one": "REPAIRED", "two": "FAILED"}
    assert "AWS rejects the credentials in us-east-1" in repaired.details
    assert "sign in again" in repaired.details
    assert "grant" not in repaired.details
    assert repaired.exit_status == 1


def test_a_denied_look_before_the_write_prevents_it(repair: Repair) -> None:
    # GIVEN
    account = RepairAccount([guests(modified=30)])
    account.has("modified", 90)

    def deny() -> None:
        account.chime.authorizer = lambda _: Denial("arn:aws:iam::1:user/x")

    account.interrupt = before_call(2, DESCRIBE, deny)

    # WHEN
    repaired = repair(account)

    # THEN
    assert (repaired.outcomes, account.puts) == ({"modified": "FAILED"}, [])
    assert f"access denied: chime:{DESCRIBE}" in repaired.details


def test_the_writes_keep_the_rate_so_that_nothing_is_throttled(repair: Repair) -> None:
    # GIVEN a service that allows 20 writes a second, after a burst of as many
    names = {f"guest{number}": 30 for number in range(60)}
    account = RepairAccount([guests(**names)])
    for name in names:
        account.has(name, 90)
    account.chime.limits = RateLimits(put_per_second=20)

    # WHEN
    repaired = repair(account, writes_per_second=19)

    # THEN
    assert repaired.exit_status == 0
    assert len(account.puts) == 60


def test_a_low_rate_of_writes_is_not_taken_for_a_region_that_does_not_respond(
    repair: Repair, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN more time between two writes than a reader waits for the region
    monkeypatch.setattr("chime_expiration_cli.identity.user_reader._REGION_TIMEOUT_SECONDS", 0.2)
    account = RepairAccount([guests(one=30, two=30, three=30)])
    for name in ("one", "two", "three"):
        account.has(name, 90)

    # WHEN
    repaired = repair(account, writes_per_second=2)

    # THEN
    assert repaired.exit_status == 0


class Killed(BaseException):
    """Ends the process."""


def test_it_goes_on_where_it_was_killed(repair: Repair) -> None:
    # GIVEN
    names = [f"guest{number}" for number in range(6)]
    account = RepairAccount([guests(**dict.fromkeys(names, 30))])
    for name in names:
        account.has(name, 90)
    account.interrupt = before_call(4, PUT, lambda: account.chime.faults.add(Fault(times=None)))

    def kill(*_: object) -> Any:
        raise Killed

    # WHEN
    taken = write_users_module._take
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            write_users_module,
            "_take",
            lambda result, done: kill() if len(done) == 2 else taken(result, done),
        )
        with pytest.raises(Killed):
            repair(account)
    account.interrupt = lambda _: None
    account.chime.faults.clear()
    before = sum(account.days(name) == 30 for name in names)
    account.chime.calls.clear()
    repaired = repair(account)

    # THEN only the rest is written
    assert (repaired.exit_status, len(account.puts)) == (0, 6 - before)
    assert before >= 2
    assert {account.days(name) for name in names} == {30}


def test_ctrl_c_reports_what_was_done_and_what_was_not(
    repair: Repair, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN Ctrl-C arrives when one user is done and one is in a call
    monkeypatch.setattr("chime_expiration_cli.repair.carry_out.THREADS_PER_REGION", 1)
    account = RepairAccount([guests(one=30, two=30, three=30)])
    for name in ("one", "two", "three"):
        account.has(name, 90)
    in_call, ends = threading.Event(), threading.Event()

    def wait() -> None:
        in_call.set()
        ends.wait(30)

    account.interrupt = before_call(2, PUT, wait)
    taken = write_users_module._take

    def interrupted(result: Any, done: Any) -> None:
        taken(result, done)
        if len(done) == 1:
            assert in_call.wait(30)
            threading.Timer(0.1, ends.set).start()
            raise KeyboardInterrupt

    monkeypatch.setattr(write_users_module, "_take", interrupted)

    # WHEN
    repaired = repair(account)

    # THEN the call that had begun is waited for
    assert repaired.exit_status == 130
    assert repaired.outcomes == {"one": "REPAIRED", "two": "REPAIRED", "three": "NOT_DONE"}
    assert (account.days("two"), account.days("three")) == (30, 90)
    assert repaired.document["exit_status"] == 130
    assert repaired.err.endswith("interrupted: run repair again to do the rest\n")


def test_a_second_ctrl_c_does_not_wait_for_the_call(
    repair: Repair, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    monkeypatch.setattr("chime_expiration_cli.repair.carry_out.THREADS_PER_REGION", 1)
    account = RepairAccount([guests(one=30, two=30)])
    account.has("one", 90)
    account.has("two", 90)
    ends = threading.Event()
    account.interrupt = before_call(2, PUT, lambda: ends.wait(30))
    presses = 0

    def interrupted(result: Any, done: Any) -> None:
        number, outcome = result
        done[number] = outcome
        raise KeyboardInterrupt

    class Impatient:
        """The clock of a person who presses Ctrl-C again."""

        @staticmethod
        def monotonic() -> float:
            nonlocal presses
            presses += 1
            if presses > 1:
                raise KeyboardInterrupt
            return 0.0

    monkeypatch.setattr(write_users_module, "_take", interrupted)
    monkeypatch.setattr(write_users_module, "time", Impatient)

    # WHEN
    try:
        repaired = repair(account)
    finally:
        ends.set()

    # THEN
    assert repaired.exit_status == 130
    assert repaired.outcomes == {"one": "REPAIRED", "two": "NOT_KNOWN"}


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_FAILED", "UPDATE_IN_PROGRESS"])
def test_users_of_a_stack_that_is_not_stable_are_left(status: str, repair: Repair) -> None:
    # GIVEN
    stack = guests(modified=30)
    stack.status = status
    account = RepairAccount([stack])
    account.has("modified", 90)

    # WHEN
    repaired = repair(account)

    # THEN
    assert account.puts == []
    is_changing = status.endswith("PROGRESS")
    assert repaired.outcomes == {"modified": "NOT_CHECKED" if is_changing else "LEFT"}
    assert repaired.exit_status == (3 if is_changing else 1)


def test_a_deleted_user_is_told_and_needs_nothing(repair: Repair) -> None:
    # WHEN
    repaired = repair(RepairAccount([guests(gone=30)]))

    # THEN
    assert repaired.outcomes == {"gone": "DELETED"}
    assert "it expired as declared, by 2026-05-31; remove the declaration" in repaired.details
    assert repaired.exit_status == 0


@pytest.mark.parametrize("names", [(), ("Guests",)])
def test_a_user_that_another_stack_declares_with_other_days_is_left(
    names: tuple[str, ...], repair: Repair
) -> None:
    # GIVEN
    other = FakeStack("Other").declares("A", f"{CHAT}/user/modified", 60)
    account = RepairAccount([guests(modified=30), other])
    account.has("modified", 90)

    # WHEN
    repaired = repair(account, stacks=names)

    # THEN
    assert (account.puts, repaired.outcomes) == ([], {"modified": "LEFT"})
    assert "remove one of the declarations" in repaired.details


def test_a_user_that_two_stacks_declare_with_the_same_days_is_written_once(repair: Repair) -> None:
    # GIVEN
    other = FakeStack("Other").declares("A", f"{CHAT}/user/modified", 30)
    account = RepairAccount([guests(modified=30), other])
    account.has("modified", 90)

    # WHEN
    repaired = repair(account)

    # THEN
    assert (account.puts, repaired.exit_status) == (["modified"], 0)
    assert len(repaired.document["repairs"]) == 1


def test_a_user_whose_other_declaration_has_unknown_days_is_left(repair: Repair) -> None:
    # GIVEN
    other = FakeStack("Other").declares(
        "A", f"{CHAT}/user/modified", {"Fn::GetAtt": ["Policy", "Days"]}
    )
    account = RepairAccount([guests(modified=30), other])
    account.has("modified", 90)

    # WHEN
    repaired = repair(account)

    # THEN
    assert account.puts == []
    assert "A in Other (us-east-1) declares unknown days" in repaired.details


def test_a_user_whose_other_declaration_is_in_a_stack_that_is_not_stable_is_left(
    repair: Repair,
) -> None:
    # GIVEN
    other = FakeStack("Other", status="UPDATE_ROLLBACK_FAILED")
    other.declares("A", f"{CHAT}/user/modified", 30)
    account = RepairAccount([guests(modified=30), other])
    account.has("modified", 90)

    # WHEN
    repaired = repair(account, stacks=("Guests",))

    # THEN
    assert (account.puts, repaired.outcomes) == ([], {"modified": "LEFT"})
    assert "that stack is UPDATE_ROLLBACK_FAILED" in repaired.details


def test_an_error_of_our_own_stops_all_threads(repair: Repair) -> None:
    # GIVEN
    account = RepairAccount([guests(modified=30)])
    account.has("modified", 90)

    def fail() -> None:
        raise KeyError("surprise")

    account.interrupt = before_call(1, PUT, fail)

    # THEN
    with pytest.raises(KeyError, match="surprise"):
        repair(account)


def test_a_region_whose_stack_cannot_be_read_again_is_skipped(repair: Repair) -> None:
    # GIVEN
    account = RepairAccount([guests(modified=30)])
    account.has("modified", 90)
    account.interrupt = before_call(
        1, DESCRIBE, lambda: account.account.denied.add("DescribeStacks")
    )

    # WHEN
    repaired = repair(account)

    # THEN
    assert (account.puts, repaired.outcomes) == ([], {"modified": "SKIPPED"})
    assert "the stack could not be read again: access denied" in repaired.details
