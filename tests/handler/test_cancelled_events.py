"""An event that CloudFormation cancels right after its Put, and whose response it ignores."""

import pytest

from fakes.cloudformation_events import create, delete, update
from fakes.function import Function
from localaws.chime import ChimeIdentity

GENERATED_ID = "Expirations-Expireguest425FAA4ED2-1X2Y3Z4A5B6C"


@pytest.mark.parametrize(("put_changes_last_updated", "days"), [(True, None), (False, 30)])
def test_a_cancelled_creation_is_undone_where_the_user_shows_that_it_was_changed(
    function: Function,
    chime: ChimeIdentity,
    user: str,
    put_changes_last_updated: bool,
    days: int | None,
) -> None:
    # GIVEN
    chime.put_changes_last_updated = put_changes_last_updated
    event = create(user, 30)
    function.stack.starts(event, function.now())
    function.handle(event)

    # WHEN
    response = function.run(delete(GENERATED_ID, user=user, days=30))

    # THEN
    assert response.succeeded
    assert chime.expiration_days(user) == days


def test_days_that_somebody_else_had_set_before_are_left_alone(
    function: Function, chime: ChimeIdentity, app_instance: str
) -> None:
    # GIVEN a user that had the declared days an hour before its creation was sent
    chime.put_changes_last_updated = True
    user = chime.create_user(app_instance, "guest", expiration_days=30)
    chime.clock.advance(hours=1)
    event = create(user, 30)
    function.stack.starts(event, function.now())
    function.handle(event)

    # WHEN
    response = function.run(delete(GENERATED_ID, user=user, days=30))

    # THEN
    assert response.succeeded
    assert chime.expiration_days(user) == 30


def test_a_user_with_other_days_costs_one_call(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # WHEN
    function.run(delete(GENERATED_ID, user=user, days=30))

    # THEN
    assert [call.operation for call in chime.calls] == ["DescribeAppInstanceUser"]
    assert function.stack.calls == []


def test_a_cancelled_update_to_another_user_is_undone_by_the_update_back(
    function: Function, chime: ChimeIdentity, user: str, other_user: str
) -> None:
    # GIVEN
    chime.put_changes_last_updated = True
    function.run(create(user, 30))
    event = update(other_user, 30, old_user=user)
    function.stack.starts(event, function.now())
    function.handle(event)
    function.stack.status = "UPDATE_ROLLBACK_IN_PROGRESS"

    # WHEN CloudFormation still has the id of the first user
    back = update(user, 30, old_user=other_user) | {"PhysicalResourceId": user}
    response = function.run(back)

    # THEN
    assert response.succeeded
    assert chime.expiration_days(user) == 30
    assert chime.expiration_days(other_user) is None
