"""Users expire by the clock, and the sweep deletes them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from localaws.chime import ChimeIdentity


def set_days(client: Any, user: str, days: int) -> None:
    client.put_app_instance_user_expiration_settings(
        AppInstanceUserArn=user,
        ExpirationSettings={"ExpirationDays": days, "ExpirationCriterion": "CREATED_TIMESTAMP"},
    )


def test_a_user_is_deleted_after_its_days(client: Any, chime: ChimeIdentity, user: str) -> None:
    # GIVEN a user with thirty days
    set_days(client, user, 30)

    # WHEN one day is left / THEN the user stays
    chime.clock.advance(days=29)
    assert chime.delete_expired_users() == []

    # WHEN the last day has passed / THEN the user is deleted
    chime.clock.advance(days=1)
    assert chime.delete_expired_users() == [user]
    with pytest.raises(client.exceptions.ForbiddenException):
        client.describe_app_instance_user(AppInstanceUserArn=user)


def test_an_expired_user_that_is_not_deleted_yet_can_get_more_days(
    client: Any, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN a user that has expired and is not deleted yet
    set_days(client, user, 30)
    chime.clock.advance(days=31)
    assert client.describe_app_instance_user(AppInstanceUserArn=user)

    # WHEN
    set_days(client, user, 90)

    # THEN it stays for ninety days from its creation
    assert chime.delete_expired_users() == []
    chime.clock.advance(days=58)
    assert chime.delete_expired_users() == []
    chime.clock.advance(days=1)
    assert chime.delete_expired_users() == [user]


def test_days_below_the_age_of_a_user_expire_it_at_once(
    client: Any, chime: ChimeIdentity, app_instance: str
) -> None:
    # GIVEN a user that is a year old
    old = chime.create_user(app_instance, "old", age_days=365)

    # WHEN
    set_days(client, old, 30)

    # THEN
    assert chime.delete_expired_users() == [old]


def test_a_cleared_user_never_expires(client: Any, chime: ChimeIdentity, user: str) -> None:
    # GIVEN a user whose settings were set and cleared
    set_days(client, user, 1)
    client.put_app_instance_user_expiration_settings(AppInstanceUserArn=user)

    # WHEN years pass / THEN the user exists
    chime.clock.advance(days=5000)
    assert chime.delete_expired_users() == []


def test_the_clock_can_be_set_and_continues_from_there(chime: ChimeIdentity) -> None:
    # GIVEN a moment
    moment = datetime(2030, 1, 1, tzinfo=UTC)

    # WHEN / THEN
    chime.clock.set(moment)
    assert chime.clock.now() >= moment

    # WHEN a time has no time zone / THEN it is rejected
    with pytest.raises(ValueError, match="zone"):
        chime.clock.set(datetime(2030, 1, 1))  # noqa: DTZ001 - the fault to find


def test_time_that_passes_makes_users_older_for_clients_whose_clock_does_not_change(
    client: Any, chime: ChimeIdentity, app_instance: str
) -> None:
    # GIVEN two users of ten days, one of them with thirty days
    leaving = chime.create_user(app_instance, "leaving", age_days=10, expiration_days=30)
    staying = chime.create_user(app_instance, "staying", age_days=10)

    # WHEN 19 days pass / THEN both are 29 days old
    assert chime.let_time_pass(timedelta(days=19)) == []
    for user in (leaving, staying):
        described = client.describe_app_instance_user(AppInstanceUserArn=user)["AppInstanceUser"]
        assert (datetime.now(UTC) - described["CreatedTimestamp"]).days == 29
    instance = client.describe_app_instance(AppInstanceArn=app_instance)["AppInstance"]
    assert (datetime.now(UTC) - instance["CreatedTimestamp"]).days == 19

    # WHEN one more day passes / THEN the user with thirty days is deleted
    assert chime.let_time_pass(timedelta(days=1)) == [leaving]
    assert [user.arn for user in chime.users()] == [staying]
