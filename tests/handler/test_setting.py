"""Create and Update set what is declared, or change nothing."""

from datetime import timedelta

import pytest

from chime_expiration_handler.contract.physical_id import NOTHING_SET
from fakes.cloudformation_events import create, update
from fakes.function import Function
from localaws.chime import ChimeIdentity, Fault

PUT = "PutAppInstanceUserExpirationSettings"
DESCRIBE = "DescribeAppInstanceUser"


def test_a_create_sets_the_days_and_returns_the_users_arn(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # WHEN
    response = function.run(create(user, 30))

    # THEN
    assert response.succeeded
    assert response.PhysicalResourceId == user
    assert chime.expiration_days(user) == 30


def test_a_create_describes_the_user_once_and_sets_it_once(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # WHEN
    function.run(create(user))

    # THEN
    assert [call.operation for call in chime.calls] == [DESCRIBE, PUT]


def test_the_attributes_contain_the_time_of_the_expiration(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    existing = chime.user(user)
    assert existing is not None

    # WHEN
    response = function.run(create(user, 30))

    # THEN
    iso = "%Y-%m-%dT%H:%M:%SZ"
    assert response.Data == {
        "AppInstanceUserArn": user,
        "CreatedTimestamp": existing.created.strftime(iso),
        "ExpirationCriterion": "CREATED_TIMESTAMP",
        "ExpirationDays": "30",
        "ExpiresAt": (existing.created + timedelta(days=30)).strftime(iso),
    }


def test_an_update_of_the_days_keeps_the_id(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))

    # WHEN
    response = function.run(update(user, 90))

    # THEN
    assert response.PhysicalResourceId == user
    assert chime.expiration_days(user) == 90


def test_a_repeated_event_gets_the_same_id_and_attributes_and_is_set_once(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))
    chime.calls.clear()

    # WHEN
    responses = [function.run(update(user, 90)) for _ in range(2)]

    # THEN
    assert [response.outcome for response in responses] == ["set", "already set"]
    assert responses[0].PhysicalResourceId == responses[1].PhysicalResourceId == user
    assert responses[0].Data == responses[1].Data
    assert chime.expiration_days(user) == 90
    assert len(chime.calls.puts()) == 1


def test_an_update_to_another_user_sets_that_one_and_leaves_the_old_one_to_the_delete(
    function: Function, chime: ChimeIdentity, user: str, other_user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))

    # WHEN
    response = function.run(update(other_user, 60, old_user=user))

    # THEN
    assert response.PhysicalResourceId == other_user
    assert chime.expiration_days(other_user) == 60
    assert chime.expiration_days(user) == 30


def test_the_call_goes_to_the_region_of_the_user(function: Function, chime: ChimeIdentity) -> None:
    # GIVEN
    frankfurt = chime.create_user(chime.create_app_instance(region="eu-central-1"), "guest")

    # WHEN
    function.run(create(frankfurt))

    # THEN
    assert {call.region for call in chime.calls} == {"eu-central-1"}


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"ExpirationDays": "0"}, "'0' days cannot be set: use 1-5475 whole days"),
        ({"ExpirationDays": "1.5"}, "'1.5' days cannot be set"),
        ({"ExpirationDays": ""}, "'' days cannot be set"),
        ({"MissingUser": "WARN"}, "MissingUser is 'WARN': use FAIL or IGNORE"),
        ({"ExpirationCriterion": "LAST_MESSAGE"}, "'LAST_MESSAGE' is not an expiration criterion"),
        ({"AllowImmediateExpiration": "maybe"}, "AllowImmediateExpiration is 'maybe'"),
        ({"AppInstanceUserArn": "guest"}, "'guest' is not the ARN of an AppInstanceUser"),
    ],
)
def test_a_create_with_invalid_properties_fails_without_a_call(
    function: Function, chime: ChimeIdentity, user: str, properties: dict[str, str], reason: str
) -> None:
    # WHEN
    response = function.run(
        create(user) | {"ResourceProperties": create(user)["ResourceProperties"] | properties}
    )

    # THEN
    assert reason in response.reason
    assert response.PhysicalResourceId == NOTHING_SET
    assert len(chime.calls) == 0


@pytest.mark.parametrize("missing", ["AppInstanceUserArn", "ExpirationDays"])
def test_a_missing_property_is_named(function: Function, user: str, missing: str) -> None:
    # GIVEN
    event = create(user)
    del event["ResourceProperties"][missing]

    # WHEN
    response = function.run(event)

    # THEN
    assert response.reason.startswith(f"{missing} is missing")


def test_a_missing_criterion_and_properties_of_a_later_release_are_accepted(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    event = create(user, 30, Later={"Nested": ["true"]})
    del event["ResourceProperties"]["ExpirationCriterion"]

    # WHEN
    response = function.run(event)

    # THEN
    assert response.succeeded
    assert chime.expiration_days(user) == 30


@pytest.mark.parametrize("detail", ["no", '{"no": {}}'])
def test_a_failed_create_without_effect_returns_the_marker(
    function: Function, chime: ChimeIdentity, user: str, detail: str
) -> None:
    # GIVEN
    chime.faults.add(Fault(PUT, "BadRequestException", detail))

    # WHEN
    response = function.run(create(user))

    # THEN
    assert f"was rejected: BadRequestException: {detail}" in response.reason
    assert response.PhysicalResourceId == NOTHING_SET


@pytest.mark.parametrize(
    "fault",
    [
        Fault(PUT, "ServiceFailureException", times=None),
        Fault(PUT, "ServiceUnavailableException", times=None, effect=True),
        Fault(PUT, times=None, effect=True, then="reset"),
        Fault(PUT, times=None, effect=True, then="silence"),
    ],
    ids=["500", "503 after the effect", "reset after the effect", "silence after the effect"],
)
def test_a_create_with_an_unknown_outcome_returns_the_arn(
    function: Function, chime: ChimeIdentity, user: str, fault: Fault
) -> None:
    # GIVEN
    chime.faults.add(fault)
    function.time.limit = 80

    # WHEN
    response = function.run(create(user))

    # THEN
    assert PUT in response.reason
    assert response.PhysicalResourceId == user


def test_an_unknown_outcome_stays_unknown_when_the_next_attempt_is_rejected(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    chime.faults.add(Fault(PUT, effect=True, then="reset"), Fault(PUT, "BadRequestException"))

    # WHEN
    response = function.run(create(user))

    # THEN
    assert not response.succeeded
    assert response.PhysicalResourceId == user


def test_a_failed_update_to_another_user_without_effect_returns_the_old_id(
    function: Function, chime: ChimeIdentity, user: str, other_user: str
) -> None:
    # GIVEN
    chime.faults.add(Fault(PUT, "BadRequestException"))

    # WHEN
    response = function.run(update(other_user, old_user=user))

    # THEN
    assert not response.succeeded
    assert response.PhysicalResourceId == user


def test_an_update_to_another_user_with_an_unknown_outcome_returns_the_new_id(
    function: Function, chime: ChimeIdentity, user: str, other_user: str
) -> None:
    # GIVEN
    chime.faults.add(Fault(PUT, times=None, effect=True))
    function.time.limit = 80

    # WHEN
    response = function.run(update(other_user, old_user=user))

    # THEN
    assert not response.succeeded
    assert response.PhysicalResourceId == other_user
