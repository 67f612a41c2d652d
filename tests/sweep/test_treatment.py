"""What is done for one user when calls fail, take long, or find another user."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chime_expiration_handler.contract.ledger import DAY_SECONDS, Kind, Mode
from chime_expiration_handler.sweep.outcome import Outcome
from localaws.standins.app_instance import AppInstance
from localaws.standins.dynamodb_table import DynamoDBTable
from sweep.calm_policy import DESCRIBE, GUEST, PUT, THIRTY, CalmPolicy


class Refusing(AppInstance):
    """Refuses so many calls of one operation with a code and a status."""

    refusals: int = 0

    def __init__(self, policy: CalmPolicy, operation: str, code: str, status: int) -> None:
        super().__init__(policy.chime.arn, policy.now, users=policy.chime.users)
        self.operation, self.code, self.status = operation, code, status

    def describe_app_instance_user(self, **parameters: Any) -> dict[str, Any]:
        self._refuse(DESCRIBE)
        return super().describe_app_instance_user(**parameters)

    def put_app_instance_user_expiration_settings(self, **parameters: Any) -> dict[str, Any]:
        self._refuse(PUT)
        return super().put_app_instance_user_expiration_settings(**parameters)

    def _refuse(self, operation: str) -> None:
        if operation == self.operation and self.refusals:
            self.refusals -= 1
            error = {"Code": self.code, "Message": "no"}
            metadata = {"HTTPStatusCode": self.status}
            raise ClientError({"Error": error, "ResponseMetadata": metadata}, operation)


@pytest.fixture
def policy() -> CalmPolicy:
    policy = CalmPolicy()
    policy.chime.create("guest-1")
    return policy


@pytest.mark.parametrize("operation", [PUT, DESCRIBE])
def test_a_throttled_call_lowers_the_rate_and_successes_raise_it(
    policy: CalmPolicy, operation: str
) -> None:
    # GIVEN
    policy.chime = chime = Refusing(policy, operation, "ThrottledClientException", 429)
    chime.refusals = 1
    pace = policy.paces.put if operation == PUT else policy.paces.describe
    full_rate = pace.rate

    # WHEN
    assert policy.treat() is Outcome.SET

    # THEN
    assert full_rate / 2 < pace.rate < full_rate

    # WHEN
    for number in range(30):
        policy.treat(policy.chime.create(f"guest-{number}"))

    # THEN
    assert pace.rate == full_rate


def test_a_user_for_which_every_call_is_refused_has_failed_with_the_reason(
    policy: CalmPolicy,
) -> None:
    # GIVEN
    policy.chime = chime = Refusing(policy, PUT, "BadRequestException", 400)
    chime.refusals = 1_000

    # WHEN
    outcome = policy.treat()

    # THEN
    entry = policy.entry()
    assert outcome is Outcome.FAILED
    assert entry
    assert entry.kind is Kind.FAILED
    assert "was rejected: BadRequestException: no" in entry.detail


def test_a_permission_that_has_not_propagated_yet_is_waited_for(policy: CalmPolicy) -> None:
    # GIVEN
    policy.chime = chime = Refusing(policy, PUT, "AccessDeniedException", 403)
    chime.refusals = 5

    # THEN
    assert policy.treat() is Outcome.SET


def test_a_user_that_is_created_again_with_the_same_days_is_not_the_policys(
    policy: CalmPolicy,
) -> None:
    # GIVEN
    policy.treat()
    policy.chime.delete(GUEST)
    policy.seconds += DAY_SECONDS
    policy.chime.create("guest-1", days=30)

    # THEN
    assert policy.treat() is Outcome.LEFT_ALONE
    assert policy.treat(governed=False) is Outcome.NOT_GOVERNED
    assert policy.days() == 30


@pytest.mark.parametrize(
    ("seconds", "outcome"), [(59, Outcome.CLEARED), (61, Outcome.NOT_GOVERNED)]
)
def test_days_of_a_user_that_is_created_again_within_a_minute_count_as_the_policys(
    policy: CalmPolicy, seconds: int, outcome: Outcome
) -> None:
    # GIVEN
    policy.treat()
    policy.chime.delete(GUEST)
    policy.seconds += seconds
    policy.chime.create("guest-1", days=30)

    # THEN
    assert policy.treat(governed=False) is outcome


def test_a_user_that_is_created_again_between_the_look_and_the_call_is_cleared(
    policy: CalmPolicy,
) -> None:
    # GIVEN: the ledger cannot tell this user from the one before by the time of its creation
    class Recreating(AppInstance):
        def put_app_instance_user_expiration_settings(self, **parameters: Any) -> dict[str, Any]:
            if self.users[GUEST].days is None:
                self.delete(GUEST)
                policy.seconds += 5
                self.create("guest-1")
            return super().put_app_instance_user_expiration_settings(**parameters)

    policy.chime = Recreating(policy.chime.arn, policy.now)
    policy.chime.create("guest-1")
    assert policy.treat() is Outcome.SET

    # THEN
    assert policy.treat(governed=False) is Outcome.CLEARED
    assert policy.days() is None


def test_a_user_that_is_created_again_without_days_is_set(policy: CalmPolicy) -> None:
    # GIVEN
    policy.treat()
    policy.chime.delete(GUEST)
    policy.seconds += DAY_SECONDS
    policy.chime.create("guest-1")

    # THEN
    assert policy.treat() is Outcome.SET
    assert policy.treat(governed=False) is Outcome.CLEARED
    assert policy.days() is None
    assert policy.entry() is None


def test_a_clearing_looks_first(policy: CalmPolicy) -> None:
    # GIVEN
    policy.treat()
    policy.chime.users[GUEST].days = 99

    # WHEN
    policy.treat(governed=False)

    # THEN
    assert policy.days() == 99


def test_the_entry_disappears_a_week_after_its_user(policy: CalmPolicy) -> None:
    # WHEN
    policy.treat()

    # THEN
    entry = policy.entry()
    assert entry
    assert entry.ttl == int(policy.chime.users[GUEST].created) + (30 + 7) * DAY_SECONDS


def test_the_entry_outlives_its_user_where_the_days_are_over_already() -> None:
    # GIVEN
    policy = CalmPolicy({**THIRTY, "AllowImmediateExpiration": "true"})
    policy.chime.create("guest-1", created=policy.now() - 100 * DAY_SECONDS)

    # WHEN
    policy.treat()

    # THEN
    entry = policy.entry()
    assert entry
    assert entry.ttl >= policy.now() + 7 * DAY_SECONDS - 1


def test_a_call_that_takes_effect_as_late_as_possible_leaves_the_notice(
    policy: CalmPolicy,
) -> None:
    # GIVEN a user that has a day of notice now, and not a minute later
    policy.chime.users[GUEST].created = policy.now() - 29 * DAY_SECONDS + 70

    # THEN
    assert policy.treat() is Outcome.OVERDUE
    assert policy.days() is None


@pytest.mark.parametrize("code", ["ServiceFailureException", "ConflictException"])
def test_a_call_that_fails_once_is_made_again(policy: CalmPolicy, code: str) -> None:
    # GIVEN
    policy.chime = chime = Refusing(policy, PUT, code, 500 if code.startswith("S") else 409)
    chime.refusals = 1

    # THEN
    assert policy.treat() is Outcome.SET


def test_no_call_is_made_long_after_its_intent(policy: CalmPolicy) -> None:
    # GIVEN an intent that takes long to record
    class Slow(DynamoDBTable):
        seconds = 31.0

        def transact_write_items(self, **parameters: Any) -> dict[str, Any]:
            result = super().transact_write_items(**parameters)
            policy.sleep(self.seconds)
            self.seconds = 0
            return result

    policy.table = replace(policy.table, client=Slow("Guests"))
    policy.table.declare(Mode.APPLY, THIRTY, sent=1)

    # THEN the user is looked at again
    assert policy.treat() is Outcome.SET
    assert policy.chime.calls == {DESCRIBE: 2, PUT: 1}


def test_an_entry_of_an_intent_that_is_settled_forgets_it(policy: CalmPolicy) -> None:
    # GIVEN a call that had no effect
    policy.treat()
    entry = policy.entry()
    assert entry
    policy.chime.users[GUEST].days = None
    lost = replace(entry, kind=Kind.INTENDED, days=None, intended=frozenset({60}))
    policy.table.write(entry, lost)
    policy.seconds += 61

    # WHEN somebody else sets the days of that call
    policy.treat()
    policy.chime.users[GUEST].days = 60

    # THEN
    assert policy.treat() is Outcome.LEFT_ALONE
