"""A page that takes longer than a lease, and than the time between a look and its call."""

from functools import partial

import pytest

from chime_expiration_handler.sweep.table import LEASE_SECONDS
from sweep.cloudformation import CloudFormation
from sweep.estate import APP_INSTANCE, Estate

USERS = [f"{APP_INSTANCE}/user/guest-{number}" for number in range(5)]


@pytest.mark.parametrize("lanes", [1, 3])
def test_a_page_that_takes_longer_than_a_lease_keeps_the_rules(lanes: int) -> None:
    # GIVEN
    estate = Estate(seed=2)
    estate.calm()
    estate.chime.page_size, estate.lanes, estate.function_seconds = 50, lanes, 900
    for arn in USERS:
        estate.create_user(arn.rpartition("/")[2], 1)
    began = estate.now()

    # WHEN each call has to wait for a hundred seconds
    slow = {"ExpirationDays": "30", "CallsPerSecond": "0.01"}
    estate.time.run([partial(CloudFormation(estate).create, slow)])

    # THEN
    policy = estate.policy()
    assert not estate.problems, "\n".join(estate.story)
    assert {user.days for user in estate.chime.users.values()} == {30}
    assert policy.finished is not None
    assert policy.finished - began > 3 * LEASE_SECONDS
    assert policy.counts == {"set": len(USERS)}


def test_a_page_that_takes_longer_than_the_function_is_left_in_time() -> None:
    # GIVEN
    estate = Estate(seed=2)
    estate.calm()
    estate.chime.page_size, estate.lanes, estate.function_seconds = 50, 1, 140
    foreign = estate.create_user("guest-of-others", 1, 99)
    for arn in USERS:
        estate.create_user(arn.rpartition("/")[2], 1)

    # WHEN
    slow = {"ExpirationDays": "30", "CallsPerSecond": "0.03"}
    estate.time.run([partial(CloudFormation(estate).create, slow)])

    # THEN
    story = "\n".join(estate.story)
    assert [estate.chime.users[arn].days for arn in USERS] == [30] * len(USERS)
    assert estate.chime.users[foreign].days == 99
    assert "KilledError" not in story
    counts = estate.policy().counts
    assert (counts["set"], counts["left_alone"]) == (len(USERS), 1)
    assert estate.policy().users is None
    assert len(estate.results) > 1
    assert not estate.problems, story
