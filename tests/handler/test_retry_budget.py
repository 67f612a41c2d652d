"""Which failures are retried, and for how long."""

import pytest

from chime_expiration_handler.service.failures import FailureKind
from chime_expiration_handler.service.messages import LONGEST_REASON
from chime_expiration_handler.service.retry_budget import UNDO_SECONDS, RetryBudget
from fakes.cloudformation_events import create, delete
from fakes.function import Function
from localaws.chime import ChimeIdentity, ChimeServer, Fault
from localaws.chime.faults import Delivery

PUT = "PutAppInstanceUserExpirationSettings"
DESCRIBE = "DescribeAppInstanceUser"
TIME_TO_CORRECT_AND_RESPOND = 60

TEMPORARY = [
    "ThrottledClientException",
    "ConflictException",
    "ServiceFailureException",
    "ServiceUnavailableException",
    "AccessDeniedException",
]


@pytest.mark.parametrize("error", TEMPORARY)
@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("operation", [DESCRIBE, PUT])
def test_a_temporary_failure_is_retried(
    function: Function, chime: ChimeIdentity, user: str, error: str, header: bool, operation: str
) -> None:
    # GIVEN
    chime.error_header = header
    chime.faults.add(Fault(operation, error, times=4))

    # WHEN
    response = function.run(create(user, 30))

    # THEN
    assert response.succeeded
    assert chime.expiration_days(user) == 30
    assert len(chime.calls.of(operation)) == 5


@pytest.mark.parametrize("then", ["reset", "silence"])
@pytest.mark.parametrize("effect", [True, False])
def test_a_call_is_retried_when_its_response_is_cut_off_or_missing(
    function: Function, chime: ChimeIdentity, user: str, then: Delivery, effect: bool
) -> None:
    # GIVEN
    chime.faults.add(Fault(PUT, then=then, effect=effect))

    # WHEN
    response = function.run(create(user, 30))

    # THEN
    assert response.succeeded
    assert chime.expiration_days(user) == 30


@pytest.mark.parametrize(
    "error", [error for error in TEMPORARY if error != "ThrottledClientException"]
)
def test_a_lasting_failure_ends_within_two_minutes_with_the_action_and_the_user(
    function: Function, chime: ChimeIdentity, user: str, error: str
) -> None:
    # GIVEN
    chime.faults.add(Fault(PUT, error, times=None))

    # WHEN
    response = function.run(create(user))

    # THEN
    assert PUT in response.reason
    assert user in response.reason
    assert 40 < function.time.elapsed <= 120


def test_a_denied_call_is_retried_for_a_minute(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    chime.faults.add(Fault(DESCRIBE, "AccessDeniedException", times=None))

    # WHEN
    response = function.run(create(user))

    # THEN
    assert response.reason.startswith(f"access denied: chime:{DESCRIBE}")
    assert 45 < function.time.elapsed <= 60


def test_throttled_calls_are_retried_until_the_function_is_nearly_out_of_time(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    chime.faults.add(Fault(PUT, "ThrottledClientException", times=None))

    # WHEN
    response = function.run(create(user))

    # THEN
    assert "was throttled" in response.reason
    assert function.time.elapsed > 210
    assert function.time.remaining() >= TIME_TO_CORRECT_AND_RESPOND


@pytest.mark.parametrize("operation", [DESCRIBE, PUT])
@pytest.mark.parametrize("error", [*TEMPORARY, None])
def test_the_last_attempt_leaves_time_for_the_response(
    function: Function, chime: ChimeIdentity, user: str, operation: str, error: str | None
) -> None:
    # GIVEN
    function.time.limit = 100
    chime.faults.add(Fault(operation, error, times=None, then="answer"))

    # WHEN
    response = function.run(create(user))

    # THEN
    assert not response.succeeded
    assert len(chime.calls.of(operation)) > 1
    assert function.time.remaining() >= TIME_TO_CORRECT_AND_RESPOND


def test_no_call_follows_a_successful_one(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    chime.faults.add(Fault(PUT, "ThrottledClientException", times=2))

    # WHEN
    function.run(delete(user))

    # THEN
    assert [call.succeeded for call in chime.calls] == [False, False, True]


def test_an_unreachable_service_is_a_failure_without_effect(
    function: Function, chime_server: ChimeServer, user: str
) -> None:
    # GIVEN
    chime_server.stop()

    # WHEN
    response = function.run(create(user))

    # THEN
    assert response.reason.startswith("DescribeAppInstanceUser for ")
    assert response.PhysicalResourceId != user


@pytest.mark.parametrize("error", [*TEMPORARY, "BadRequestException", "ForbiddenException"])
@pytest.mark.parametrize("operation", [DESCRIBE, PUT])
def test_a_message_with_the_longest_arn_keeps_the_reason_and_the_fix(
    function: Function, chime: ChimeIdentity, app_instance: str, error: str, operation: str
) -> None:
    # GIVEN
    longest = chime.create_user(app_instance, "u" * 64)
    chime.faults.add(Fault(operation, error, "m" * 300, times=None))

    # WHEN
    response = function.run(create(longest))

    # THEN
    assert len(response.reason) <= LONGEST_REASON
    assert "; " in response.reason


def test_asking_cloudformation_ends_early_enough_to_take_a_write_back() -> None:
    # GIVEN a function that has too little time left to ask once more and to take a write back
    waits: list[float] = []
    just_enough_for_an_attempt = 5 + 10 + TIME_TO_CORRECT_AND_RESPOND + 5
    budget = RetryBudget(lambda: just_enough_for_an_attempt, waits.append)

    # WHEN
    asks_again = budget.ending_sooner(UNDO_SECONDS).wait(FailureKind.THROTTLED)

    # THEN
    assert not asks_again
    assert waits == []
    assert budget.wait(FailureKind.THROTTLED)
