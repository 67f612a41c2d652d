"""Create and Update: what is declared gets set, or nothing does."""

from datetime import timedelta

import pytest

from chime_expiration_handler.lifecycle import NOTHING_SET
from fakes.cloudformation_events import create, update
from fakes.function import Function
from localaws.chime import ChimeIdentity, Fault

PUT = "PutAppInstanceUserExpirationSettings"
DESCRIBE = "DescribeAppInstanceUser"


def test_a_create_sets_the_days_and_answers_the_users_arn(function, chime, user):
    # WHEN
    told = function.run(create(user, 30))

    # THEN
    assert told.succeeded
    assert told.PhysicalResourceId == user
    assert chime.expiration_days(user) == 30


def test_a_create_makes_one_look_and_one_change(function, chime, user):
    # WHEN
    function.run(create(user))

    # THEN
    assert [call.operation for call in chime.calls] == [DESCRIBE, PUT]


def test_the_attributes_say_when_the_user_expires(function, chime, user):
    # GIVEN
    created = chime.user(user).created

    # WHEN
    told = function.run(create(user, 30))

    # THEN
    iso = "%Y-%m-%dT%H:%M:%SZ"
    assert told.Data == {
        "AppInstanceUserArn": user,
        "CreatedTimestamp": created.strftime(iso),
        "ExpirationCriterion": "CREATED_TIMESTAMP",
        "ExpirationDays": "30",
        "ExpiresAt": (created + timedelta(days=30)).strftime(iso),
    }


def test_an_update_of_the_days_keeps_the_id(function, chime, user):
    # GIVEN
    function.run(create(user, 30))

    # WHEN
    told = function.run(update(user, 90))

    # THEN
    assert told.PhysicalResourceId == user
    assert chime.expiration_days(user) == 90


def test_the_same_event_twice_is_the_same_as_once(function, chime, user):
    # WHEN
    told = [function.run(create(user, 30)) for _ in range(2)]

    # THEN
    assert told[0] == told[1]
    assert chime.expiration_days(user) == 30


def test_an_update_to_another_user_sets_that_one_and_leaves_the_old_one_to_the_delete(
    function, chime, user, other_user
):
    # GIVEN
    function.run(create(user, 30))

    # WHEN
    told = function.run(update(other_user, 60, old_user=user))

    # THEN
    assert told.PhysicalResourceId == other_user
    assert chime.expiration_days(other_user) == 60
    assert chime.expiration_days(user) == 30


def test_the_call_goes_to_the_region_of_the_user(function, chime):
    # GIVEN
    frankfurt = chime.create_user(chime.create_app_instance(region="eu-central-1"), "guest")

    # WHEN
    function.run(create(frankfurt))

    # THEN
    assert {call.region for call in chime.calls} == {"eu-central-1"}


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"ExpirationDays": "0"}, "0 days cannot be set: use 1-5475 whole days"),
        ({"ExpirationDays": "5476"}, "5476 days cannot be set"),
        ({"ExpirationDays": "1.5"}, "1.5 days cannot be set"),
        ({"ExpirationDays": "true"}, "'true' is not a number of days"),
        ({"ExpirationDays": ""}, "'' is not a number of days"),
        ({"ExpirationCriterion": "LAST_MESSAGE"}, "'LAST_MESSAGE' is no expiration criterion"),
        ({"AllowImmediateExpiration": "maybe"}, "AllowImmediateExpiration is 'maybe'"),
        ({"AppInstanceUserArn": "guest"}, "'guest' is not the ARN of an AppInstanceUser"),
    ],
)
def test_a_create_that_asks_for_the_impossible_calls_nobody(
    function, chime, user, properties, said
):
    # WHEN
    told = function.run(
        create(user) | {"ResourceProperties": create(user)["ResourceProperties"] | properties}
    )

    # THEN
    assert said in told.reason
    assert told.PhysicalResourceId == NOTHING_SET
    assert len(chime.calls) == 0


@pytest.mark.parametrize("missing", ["AppInstanceUserArn", "ExpirationDays"])
def test_a_missing_property_is_named(function, user, missing):
    # GIVEN
    event = create(user)
    del event["ResourceProperties"][missing]

    # WHEN
    told = function.run(event)

    # THEN
    assert told.reason.startswith(f"{missing} is missing")


def test_a_missing_criterion_and_properties_of_a_later_release_are_understood(
    function, chime, user
):
    # GIVEN
    event = create(user, 30, Later={"Nested": ["true"]})
    del event["ResourceProperties"]["ExpirationCriterion"]

    # WHEN
    told = function.run(event)

    # THEN
    assert told.succeeded
    assert chime.expiration_days(user) == 30


@pytest.mark.parametrize("answers", ["Forbidden", "NotFound"])
@pytest.mark.parametrize("header", [True, False])
def test_an_unknown_user_fails_with_its_name_and_without_waiting(
    function, chime, app_instance, answers, header
):
    # GIVEN
    chime.unknown_user_answers, chime.error_header = answers, header
    nobody = f"{app_instance}/user/nobody"

    # WHEN
    told = function.run(create(nobody))

    # THEN
    assert told.reason == f"there is no AppInstanceUser {nobody}; create it first, or mend the ARN"
    assert told.PhysicalResourceId == NOTHING_SET
    assert function.time.elapsed == 0


@pytest.mark.parametrize("operation", [DESCRIBE, PUT])
def test_an_update_of_a_user_that_has_expired_since_succeeds(function, chime, user, operation):
    # GIVEN a user that its expiration, or its owner, has deleted
    function.run(create(user, 30))
    chime.clock.advance(days=40)
    if operation == DESCRIBE:
        chime.sweep()
    else:
        chime.faults.add(Fault(PUT, "NotFoundException"))

    # WHEN
    told = function.run(update(user, 90))

    # THEN
    assert told.succeeded
    assert told.outcome == "nothing to set: the user is gone"
    assert told.PhysicalResourceId == user
    assert told.Data["ExpiresAt"] == "gone"


def test_an_update_to_a_user_that_does_not_exist_fails(function, app_instance, user):
    # WHEN
    told = function.run(update(f"{app_instance}/user/nobody", old_user=user))

    # THEN
    assert told.reason.startswith("there is no AppInstanceUser ")
    assert told.PhysicalResourceId == user


def test_days_that_the_user_has_outlived_are_refused_with_both_numbers(function, chime, user):
    # GIVEN a user of ten days

    # WHEN
    told = function.run(create(user, 10))

    # THEN
    assert told.reason.startswith("10 days would delete ")
    assert "it is 10 days old" in told.reason
    assert told.reason.endswith("declare more than 10 days, or allow_immediate_expiration=True")
    assert told.PhysicalResourceId == NOTHING_SET
    assert chime.expiration_days(user) is None


def test_an_update_to_days_that_the_user_has_outlived_is_refused_as_well(function, chime, user):
    # GIVEN
    function.run(create(user, 30))

    # WHEN
    told = function.run(update(user, 5))

    # THEN
    assert not told.succeeded
    assert told.PhysicalResourceId == user
    assert chime.expiration_days(user) == 30


def test_days_that_the_user_has_outlived_can_be_meant(function, chime, user):
    # WHEN
    told = function.run(create(user, 10, AllowImmediateExpiration="true"))

    # THEN
    assert told.succeeded
    assert chime.sweep() == [user]


def test_a_user_that_keeps_a_day_is_not_in_the_way(function, chime, user):
    # WHEN
    told = function.run(create(user, 11))

    # THEN
    assert told.succeeded
    assert chime.sweep() == []


def test_a_failed_create_that_had_no_effect_answers_a_marker(function, chime, user):
    # GIVEN
    chime.faults.add(Fault(PUT, "BadRequestException", "no"))

    # WHEN
    told = function.run(create(user))

    # THEN
    assert "was refused: BadRequestException: no" in told.reason
    assert told.PhysicalResourceId == NOTHING_SET


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
def test_a_create_whose_outcome_is_unknown_answers_the_arn(function, chime, user, fault):
    # GIVEN
    chime.faults.add(fault)
    function.time.limit = 30

    # WHEN
    told = function.run(create(user))

    # THEN
    assert PUT in told.reason
    assert told.PhysicalResourceId == user


def test_an_unknown_outcome_stays_unknown_when_a_clear_no_follows(function, chime, user):
    # GIVEN
    chime.faults.add(Fault(PUT, effect=True, then="reset"), Fault(PUT, "BadRequestException"))

    # WHEN
    told = function.run(create(user))

    # THEN
    assert not told.succeeded
    assert told.PhysicalResourceId == user


def test_an_update_to_another_user_that_had_no_effect_answers_the_old_id(
    function, chime, user, other_user
):
    # GIVEN
    chime.faults.add(Fault(PUT, "BadRequestException"))

    # WHEN
    told = function.run(update(other_user, old_user=user))

    # THEN
    assert not told.succeeded
    assert told.PhysicalResourceId == user


def test_an_update_to_another_user_whose_outcome_is_unknown_answers_the_new_id(
    function: Function, chime: ChimeIdentity, user, other_user
):
    # GIVEN
    chime.faults.add(Fault(PUT, times=None, effect=True))
    function.time.limit = 30

    # WHEN
    told = function.run(update(other_user, old_user=user))

    # THEN
    assert not told.succeeded
    assert told.PhysicalResourceId == other_user
