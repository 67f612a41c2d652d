"""Which failures are waited out, and for how long."""

import pytest

from chime_expiration_handler.messages import LONGEST_REASON
from fakes.cloudformation_events import create, delete
from localaws.chime import Fault

PUT = "PutAppInstanceUserExpirationSettings"
DESCRIBE = "DescribeAppInstanceUser"

PASSING = [
    "ThrottledClientException",
    "ConflictException",
    "ServiceFailureException",
    "ServiceUnavailableException",
    "AccessDeniedException",
]


@pytest.mark.parametrize("error", PASSING)
@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("operation", [DESCRIBE, PUT])
def test_what_passes_is_waited_out(function, chime, user, error, header, operation):
    # GIVEN
    chime.error_header = header
    chime.faults.add(Fault(operation, error, times=4))

    # WHEN
    told = function.run(create(user, 30))

    # THEN
    assert told.succeeded
    assert chime.expiration_days(user) == 30
    assert len(chime.calls.of(operation)) == 5


@pytest.mark.parametrize("then", ["reset", "silence"])
@pytest.mark.parametrize("effect", [True, False])
def test_an_answer_that_breaks_off_or_never_comes_is_asked_for_again(
    function, chime, user, then, effect
):
    # GIVEN
    chime.faults.add(Fault(PUT, then=then, effect=effect))

    # WHEN
    told = function.run(create(user, 30))

    # THEN
    assert told.succeeded
    assert chime.expiration_days(user) == 30


@pytest.mark.parametrize("error", [error for error in PASSING if error[0] not in "T"])
def test_what_does_not_pass_fails_within_bounds_and_says_what_happened(
    function, chime, user, error
):
    # GIVEN
    chime.faults.add(Fault(PUT, error, times=None))

    # WHEN
    told = function.run(create(user))

    # THEN
    assert PUT in told.reason
    assert user in told.reason
    assert 40 < function.time.elapsed <= 120


def test_a_permission_that_never_comes_is_waited_for_a_minute_and_no_longer(function, chime, user):
    # GIVEN
    chime.faults.add(Fault(DESCRIBE, "AccessDeniedException", times=None))

    # WHEN
    told = function.run(create(user))

    # THEN
    assert told.reason.startswith(f"not allowed: chime:{DESCRIBE}")
    assert 45 < function.time.elapsed <= 60


def test_throttling_is_waited_for_as_long_as_the_function_may_run(function, chime, user):
    # GIVEN
    chime.faults.add(Fault(PUT, "ThrottledClientException", times=None))

    # WHEN
    told = function.run(create(user))

    # THEN
    assert "was throttled" in told.reason
    assert function.time.elapsed > 250
    assert function.time.remaining() >= 20


@pytest.mark.parametrize("operation", [DESCRIBE, PUT])
@pytest.mark.parametrize("error", [*PASSING, None])
def test_the_last_attempt_leaves_time_for_the_answer(function, chime, user, operation, error):
    # GIVEN
    function.time.limit = 45
    chime.faults.add(Fault(operation, error, times=None, then="answer"))

    # WHEN
    told = function.run(create(user))

    # THEN
    assert not told.succeeded
    assert function.time.remaining() >= 20


def test_nothing_is_called_after_success(function, chime, user):
    # GIVEN
    chime.faults.add(Fault(PUT, "ThrottledClientException", times=2))

    # WHEN
    function.run(delete(user))

    # THEN
    assert [call.succeeded for call in chime.calls] == [False, False, True]


def test_a_service_that_is_not_there_is_a_failure_without_an_effect(function, chime_server, user):
    # GIVEN
    chime_server.stop()

    # WHEN
    told = function.run(create(user))

    # THEN
    assert told.reason.startswith("DescribeAppInstanceUser for ")
    assert told.PhysicalResourceId != user


@pytest.mark.parametrize("error", [*PASSING, "BadRequestException", "ForbiddenException"])
@pytest.mark.parametrize("operation", [DESCRIBE, PUT])
def test_the_longest_arn_leaves_room_for_the_reason_and_the_fix(
    function, chime, app_instance, error, operation
):
    # GIVEN
    longest = chime.create_user(app_instance, "u" * 64)
    chime.faults.add(Fault(operation, error, "m" * 300, times=None))

    # WHEN
    told = function.run(create(longest))

    # THEN
    assert len(told.reason) <= LONGEST_REASON
    assert "; " in told.reason
