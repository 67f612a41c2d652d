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


def test_a_user_is_gone_after_its_days(client: Any, chime: ChimeIdentity, user: str) -> None:
    # Given a user with thirty days
    set_days(client, user, 30)

    # When a day less has passed, then the sweep leaves it
    chime.clock.advance(days=29)
    assert chime.sweep() == []

    # When the last day has passed, then it goes
    chime.clock.advance(days=1)
    assert chime.sweep() == [user]
    with pytest.raises(client.exceptions.ForbiddenException):
        client.describe_app_instance_user(AppInstanceUserArn=user)


def test_an_expired_user_not_swept_yet_can_be_kept(
    client: Any, chime: ChimeIdentity, user: str
) -> None:
    # Given a user that expired after thirty days and is still there
    set_days(client, user, 30)
    chime.clock.advance(days=31)
    assert client.describe_app_instance_user(AppInstanceUserArn=user)

    # When its days become ninety
    set_days(client, user, 90)

    # Then it stays, until they are over: they count from its creation
    assert chime.sweep() == []
    chime.clock.advance(days=58)
    assert chime.sweep() == []
    chime.clock.advance(days=1)
    assert chime.sweep() == [user]


def test_days_below_the_age_expire_a_user_at_once(
    client: Any, chime: ChimeIdentity, app_instance: str
) -> None:
    # Given a user that is a year old
    born = chime.clock.now() - timedelta(days=365)
    old = chime.create_user(app_instance, "veteran", created=born)

    # When it gets thirty days
    set_days(client, old, 30)

    # Then the next sweep deletes it
    assert chime.sweep() == [old]


def test_a_cleared_user_never_expires(client: Any, chime: ChimeIdentity, user: str) -> None:
    # Given a user whose settings were set and cleared
    set_days(client, user, 1)
    client.put_app_instance_user_expiration_settings(AppInstanceUserArn=user)

    # When years pass, then it is there
    chime.clock.advance(days=5000)
    assert chime.sweep() == []


def test_the_clock_can_be_set_and_goes_on_from_there(chime: ChimeIdentity) -> None:
    # Given a moment
    moment = datetime(2030, 1, 1, tzinfo=UTC)

    # When the clock is set, then it is not before it
    chime.clock.set(moment)
    assert chime.clock.now() >= moment

    # When it has no zone, then nobody knows when it is
    with pytest.raises(ValueError, match="zone"):
        chime.clock.set(datetime(2030, 1, 1))
