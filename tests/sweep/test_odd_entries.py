"""Entries of the ledger that a later release, an earlier one or somebody by hand has written."""

from functools import partial
from typing import Any

import pytest

from chime_expiration_handler.contract.ledger import Entry
from sweep.cloudformation import CloudFormation
from sweep.estate import APP_INSTANCE, TABLE, Estate

THIRTY = {"ExpirationDays": "30"}
GUEST = f"{APP_INSTANCE}/user/guest-1"


@pytest.fixture
def estate() -> Estate:
    estate = Estate(seed=2)
    estate.calm()
    for number in range(3):
        estate.create_user(f"guest-{number}", 1)
    return estate


@pytest.fixture
def cloudformation(estate: Estate) -> CloudFormation:
    cloudformation = CloudFormation(estate)
    estate.time.run([partial(cloudformation.create, THIRTY)])
    return cloudformation


def remove(cloudformation: CloudFormation) -> None:
    cloudformation.delete()


def change_entry(estate: Estate, **attributes: dict[str, Any] | None) -> None:
    """Change the attributes of the guest's entry; None removes one."""
    [item] = [each for each in estate.dynamodb.items() if each["pk"]["S"] == GUEST]
    changed = {**item, **attributes}
    estate.dynamodb.put_item(
        TableName=TABLE, Item={name: value for name, value in changed.items() if value is not None}
    )


READABLE: list[dict[str, Any]] = [
    {"kind": {"S": "OF_A_LATER_RELEASE"}, "later": {"BOOL": True}},
    {"kind": None},
    {"writer": None},
    {"rule": None, "ttl": None},
]


@pytest.mark.parametrize("attributes", READABLE)
def test_an_entry_with_other_attributes_keeps_the_days_that_the_policy_has_set(
    estate: Estate, cloudformation: CloudFormation, attributes: dict[str, Any]
) -> None:
    # GIVEN
    change_entry(estate, **attributes)

    # WHEN
    estate.time.run([partial(cloudformation.update, {"ExpirationDays": "60"})])

    # THEN
    assert {user.days for user in estate.chime.users.values()} == {60}
    assert estate.policy().counts == {"set": 3}

    # WHEN
    change_entry(estate, **attributes)
    estate.time.run([partial(remove, cloudformation)])

    # THEN
    assert {user.days for user in estate.chime.users.values()} == {None}
    assert len(estate.dynamodb.items()) == 1


@pytest.mark.parametrize("attributes", [{"days": {"S": "30"}}, {"intended": {"SS": ["30"]}}])
def test_an_entry_that_cannot_be_read_fails_alone(
    estate: Estate, cloudformation: CloudFormation, attributes: dict[str, Any]
) -> None:
    # GIVEN
    change_entry(estate, **attributes)

    # WHEN
    estate.time.run([partial(cloudformation.update, {"ExpirationDays": "60"})])

    # THEN the others are done, and the operator learns which one is not
    assert [user.days for user in estate.chime.users.values()] == [60, 30, 60]
    assert estate.policy().counts == {"set": 2, "failed": 1}
    assert f"the entry of {GUEST} in the policy's table cannot" in estate.policy().last_failure
    assert cloudformation.believed == {"ExpirationDays": "60"}


def test_a_removal_with_an_entry_that_cannot_be_read_clears_the_others_and_fails(
    estate: Estate, cloudformation: CloudFormation
) -> None:
    # GIVEN
    change_entry(estate, days={"S": "30"})

    def correct() -> None:
        estate.time.sleep(50)
        assert [user.days for user in estate.chime.users.values()] == [None, 30, None]
        change_entry(estate, days={"N": "30"})

    # WHEN
    estate.time.run([partial(remove, cloudformation), correct])

    # THEN it succeeds once somebody has corrected the entry
    assert {user.days for user in estate.chime.users.values()} == {None}
    assert any("1 of 3 users still to clear; delete again" in each for each in estate.story)


def test_an_entry_of_the_first_release_has_a_kind_and_a_writer() -> None:
    # THEN every other attribute may be missing
    entry = Entry.parse({"pk": {"S": GUEST}, "kind": {"S": "SET"}, "writer": {"S": "1"}})
    assert (entry.days, entry.intended, entry.ttl) == (None, frozenset(), 0)
