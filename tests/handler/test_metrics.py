"""The metrics of the declarations of a stack, as CloudWatch reads them from the log."""

from collections.abc import Callable
from types import ModuleType

import pytest

from chime_expiration_handler.service import identity_client
from fakes.cloudformation_events import Event, create, delete, update
from fakes.embedded_metrics import data_points
from fakes.lambda_context import context
from localaws.chime import ChimeIdentity, Fault
from localaws.standins.response_bucket import ResponseBucket

PUT = "PutAppInstanceUserExpirationSettings"
NOTHING = {"Failures": 0, "Refused": 0, "CleanUpFailures": 0}
FAILURE = NOTHING | {"Failures": 1}
REFUSED = FAILURE | {"Refused": 1}
CLEAN_UP_FAILURE = FAILURE | {"CleanUpFailures": 1}

# Not enough for a retry.
SECONDS = 60

Counts = Callable[..., dict[str, float]]


@pytest.fixture
def counted(
    lambda_function: ModuleType, bucket: ResponseBucket, capsys: pytest.CaptureFixture[str]
) -> Counts:
    """What an event adds to each metric."""

    def counts(event: Event, seconds: float = SECONDS) -> dict[str, float]:
        lambda_function.handler(event | {"ResponseURL": bucket.url}, context(seconds))
        points = data_points(capsys.readouterr().out.splitlines())
        assert all(point.namespace == "ChimeExpiration" for point in points)
        assert all(point.dimensions == {"StackName": "Expirations"} for point in points)
        by_name = {point.name: point.value for point in points}
        assert len(by_name) == len(points)
        return by_name

    return counts


@pytest.mark.parametrize("event", [create, update, delete])
def test_an_event_that_succeeds_counts_as_no_failure(
    counted: Counts, user: str, event: Callable[..., Event]
) -> None:
    assert counted(event(user)) == NOTHING


def test_days_that_would_delete_the_user_within_a_day_are_refused(
    counted: Counts, chime: ChimeIdentity, app_instance: str
) -> None:
    # GIVEN
    chime.clock.advance(days=-40)
    old_user = chime.create_user(app_instance, "old")

    # WHEN / THEN
    assert counted(create(old_user, 30)) == REFUSED


@pytest.mark.parametrize("event", [create, update])
def test_an_invalid_declaration_is_refused(
    counted: Counts, user: str, event: Callable[..., Event]
) -> None:
    assert counted(event(user, 0)) == REFUSED


def test_a_declaration_of_a_user_that_does_not_exist_is_refused(
    counted: Counts, app_instance: str
) -> None:
    assert counted(create(f"{app_instance}/user/nobody")) == REFUSED


def test_a_declaration_that_the_service_rejects_is_refused(
    counted: Counts, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    chime.faults.add(Fault(PUT, "BadRequestException"))

    # WHEN / THEN
    assert counted(create(user)) == REFUSED


def test_a_service_that_fails_is_a_failure_but_no_refusal(
    counted: Counts, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    chime.faults.add(Fault("DescribeAppInstanceUser", "ServiceFailureException", times=None))

    # WHEN / THEN
    assert counted(create(user)) == FAILURE


@pytest.mark.parametrize("error", ["BadRequestException", "ServiceFailureException"])
def test_a_failed_delete_is_a_clean_up_failure_and_no_refusal(
    counted: Counts, chime: ChimeIdentity, user: str, error: str
) -> None:
    # GIVEN
    chime.faults.add(Fault(PUT, error, times=None))

    # WHEN / THEN
    assert counted(delete(user)) == CLEAN_UP_FAILURE


def test_a_delete_that_runs_out_of_time_is_one_clean_up_failure_even_if_it_ends_later(
    monkeypatch: pytest.MonkeyPatch, counted: Counts, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN a service that does not respond for longer than the function may run
    monkeypatch.setattr(identity_client, "READ_SECONDS", 2)
    identity_client.identity_client("us-east-1")
    chime.faults.add(Fault(PUT, then="silence"))

    # WHEN / THEN
    assert counted(delete(user), seconds=1.5) == CLEAN_UP_FAILURE


def test_the_reason_of_an_event_does_not_stay_in_a_warm_function(
    counted: Counts, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    assert counted(create(user, 0)) == REFUSED
    chime.faults.add(Fault(PUT, "ServiceFailureException", times=None))

    # WHEN / THEN
    assert counted(create(user)) == FAILURE
    chime.faults.clear()
    assert counted(create(user)) == NOTHING
