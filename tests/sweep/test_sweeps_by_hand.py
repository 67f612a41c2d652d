"""Sweeps that somebody starts and stops, and what a sweep leaves behind."""

import json
from functools import partial

import pytest

from chime_expiration_handler.contract import sweep_event
from chime_expiration_handler.sweep.outcome import Outcome
from chime_expiration_handler.sweep.worker import Cursor
from sweep.cloudformation import CloudFormation
from sweep.estate import APP_INSTANCE, Estate

THIRTY = {"ExpirationDays": "30"}
SLOW = {"ExpirationDays": "30", "CallsPerSecond": "0.1"}


def swept(users: int, properties: dict[str, str]) -> tuple[Estate, CloudFormation]:
    estate = Estate(seed=2)
    estate.calm()
    estate.chime.page_size, estate.function_seconds = 50, 900
    for number in range(users):
        estate.create_user(f"guest-{number:03}", 1)
    cloudformation = CloudFormation(estate)
    estate.time.run([partial(cloudformation.create, properties)])
    return estate, cloudformation


def newcomers(estate: Estate, users: int) -> list[str]:
    return [estate.create_user(f"new-{number}", 1) for number in range(users)]


def test_of_two_sweeps_that_are_started_by_hand_one_ends_at_once() -> None:
    # GIVEN
    estate, _ = swept(2, SLOW)
    arns = newcomers(estate, 5)

    # WHEN
    estate.time.run([estate.sweep_by_hand, estate.sweep_by_hand])

    # THEN
    outcomes = sorted(each.outcome for each in estate.executions[-2:])
    assert outcomes == [sweep_event.ANOTHER_SWEEP, sweep_event.FINISHED]
    assert {estate.chime.users[arn].days for arn in arns} == {30}
    assert not estate.problems


def test_what_a_stopped_sweep_has_left_the_next_one_does() -> None:
    # GIVEN
    estate, _ = swept(2, SLOW)
    estate.chime.page_size, estate.function_seconds = 1, 140
    arns = newcomers(estate, 20)

    def stop() -> None:
        estate.time.sleep(60)
        estate.stop_an_execution()

    estate.time.run([estate.sweep_by_hand, stop])
    assert {estate.chime.users[arn].days for arn in arns} == {30, None}

    # WHEN
    estate.time.run([partial(estate.time.sleep, 120)])
    estate.time.run([estate.sweep_by_hand])

    # THEN
    assert {estate.chime.users[arn].days for arn in arns} == {30}
    assert not estate.problems


def test_a_user_that_is_refused_is_counted_and_shown_and_the_others_are_set() -> None:
    # GIVEN
    estate = Estate(seed=2)
    estate.calm()
    arns = [estate.create_user(f"guest-{number}", 1) for number in range(4)]
    estate.refused = {arns[1]}
    cloudformation = CloudFormation(estate)

    # WHEN
    estate.time.run([partial(cloudformation.create, THIRTY)])

    # THEN
    policy = estate.policy()
    assert [estate.chime.users[arn].days for arn in arns] == [30, None, 30, 30]
    assert policy.counts == {"set": 3, "failed": 1}
    assert "was rejected: BadRequestException: refused" in policy.last_failure
    assert cloudformation.believed == THIRTY

    # WHEN
    estate.refused = set()
    estate.time.run([estate.sweep_by_hand])

    # THEN
    assert estate.chime.users[arns[1]].days == 30


@pytest.mark.parametrize("changed", [{"ExpirationDays": "60"}, {**THIRTY, "Users": ["kiosk-*"]}])
def test_an_update_in_the_middle_of_a_sweep_supersedes_it(changed: dict[str, object]) -> None:
    # GIVEN
    estate, cloudformation = swept(2, SLOW)
    newcomers(estate, 10)

    def update() -> None:
        estate.time.sleep(30)
        cloudformation.update({**changed, "CallsPerSecond": "8"})

    # WHEN
    estate.time.run([estate.sweep_by_hand, update])

    # THEN
    days = {"60"} if "Users" not in changed else {"None"}
    assert {str(user.days) for user in estate.chime.users.values()} == days
    assert sweep_event.SUPERSEDED in {each.outcome for each in estate.executions}
    assert not estate.problems


def test_nothing_grows_with_the_users_but_the_ledger() -> None:
    # GIVEN
    def size(users: int) -> tuple[int, int]:
        estate, _ = swept(users, {**THIRTY, "CallsPerSecond": "500"})
        [policy] = [it for it in estate.dynamodb.items() if it["pk"]["S"].startswith("policy#")]
        assert policy["counts"] == {"M": {"set": {"N": str(users)}}}
        return max(len(json.dumps(it)) for it in estate.results), len(json.dumps(policy))

    # WHEN
    few, many = size(100), size(400)

    # THEN a number has no more digits
    assert few == many
    assert few[0] < 4096


def test_the_cursor_fits_whatever_the_token() -> None:
    # GIVEN the longest token of the service model
    counts = {str(outcome): 10**9 for outcome in Outcome}
    cursor = Cursor(10**9, 10**9, "x" * 2048, counts, 10**9)

    # THEN Step Functions passes on 256 KiB
    assert len(json.dumps(cursor.as_dict())) < 4096
    assert Cursor.parse(json.loads(json.dumps(cursor.as_dict()))) == cursor


def test_a_cursor_of_a_later_release_is_read() -> None:
    assert Cursor.parse({**Cursor(1, 2, "token").as_dict(), "later": [1]}) == Cursor(1, 2, "token")


ADMIN = f"{APP_INSTANCE}/user/guest-000"


def test_a_user_that_becomes_an_admin_is_cleared_by_the_next_sweep() -> None:
    # GIVEN
    estate, _ = swept(2, THIRTY)
    estate.promote(ADMIN)

    # WHEN
    estate.time.run([estate.sweep_by_hand])

    # THEN
    assert estate.chime.users[ADMIN].days is None
    assert not estate.problems


def test_what_others_have_changed_is_found_within_seven_sweeps() -> None:
    # GIVEN
    estate, _ = swept(5, THIRTY)
    for arn in list(estate.chime.users):
        estate.set_by_others(arn, None)

    # WHEN
    for _ in range(7):
        estate.time.run([estate.sweep_by_hand])

    # THEN
    assert {user.days for user in estate.chime.users.values()} == {30}


def test_users_that_are_all_too_old_are_counted_and_the_sweep_ends() -> None:
    # GIVEN a sweep of several chunks, for which the deployment does not wait
    estate = Estate(seed=2)
    estate.calm()
    estate.chime.page_size, estate.function_seconds = 1, 140
    for number in range(40):
        estate.create_user(f"guest-{number}", 4 + number)
    cloudformation = CloudFormation(estate)

    # WHEN
    estate.time.run(
        [partial(cloudformation.create, {"ExpirationDays": "3", "CallsPerSecond": "0.05"})]
    )

    # THEN
    policy = estate.policy()
    assert {user.days for user in estate.chime.users.values()} == {None}
    assert policy.counts == {"overdue": 40}
    assert (policy.swept_generation, policy.users, policy.error) == (1, 40, "")
    assert [each.outcome for each in estate.executions] == [sweep_event.FINISHED]
    assert len(estate.results) > 5
    assert cloudformation.believed is not None
    [answer] = [each for each in estate.story if " Create: " in each]
    assert "'SweepFinished': 'false'" in answer
    assert "'UsersOverdue': '0'" not in answer


def test_events_that_were_lost_are_made_up_for_by_the_next_sweep() -> None:
    # GIVEN
    estate, _ = swept(2, THIRTY)
    arns = newcomers(estate, 3)

    # WHEN
    estate.time.run([estate.sweep_by_hand])

    # THEN
    assert {estate.chime.users[arn].days for arn in arns} == {30}
