"""The conditions under which the table is written."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chime_expiration_handler.contract.ledger import Entry, Kind, Mode
from chime_expiration_handler.sweep.table import (
    LEASE_SECONDS,
    EntryChangedError,
    LeaseLostError,
    OutdatedEventError,
    PolicyTable,
    Progress,
)
from localaws.standins.dynamodb_table import DynamoDBTable

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/chat"
ENTRY = Entry(f"{APP_INSTANCE}/user/guest-1", Kind.SET, days=30, rule="30 days", ttl=9)
PROGRESS = Progress({"set": 3}, "")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def dynamodb() -> DynamoDBTable:
    return DynamoDBTable("Guests")


@pytest.fixture
def table(dynamodb: DynamoDBTable, clock: Clock) -> PolicyTable:
    table = PolicyTable(dynamodb, "Guests", APP_INSTANCE, clock)
    table.declare(Mode.APPLY, {"ExpirationDays": "30"}, sent=1)
    return table


def test_each_declaration_is_a_new_generation(table: PolicyTable) -> None:
    assert table.declare(Mode.CLEAR, {}, sent=2) == 2
    policy = table.policy()
    assert policy
    assert (policy.generation, policy.mode) == (2, Mode.CLEAR)


def test_an_event_that_was_sent_earlier_declares_nothing(table: PolicyTable) -> None:
    # GIVEN
    table.declare(Mode.CLEAR, {}, sent=9)

    # THEN
    with pytest.raises(OutdatedEventError):
        table.declare(Mode.APPLY, {}, sent=8)


def test_a_lease_is_given_once(table: PolicyTable, clock: Clock) -> None:
    assert table.acquire("one", "sweep", 1, begins=True)
    assert not table.acquire("other", "sweep", 1, begins=True)

    # WHEN
    clock.now += LEASE_SECONDS + 1

    # THEN
    assert table.acquire("other", "sweep", 1, begins=True)
    with pytest.raises(LeaseLostError):
        table.renew("one", 1, PROGRESS)


def test_a_released_lease_is_free(table: PolicyTable) -> None:
    # GIVEN
    table.acquire("one", "sweep", 1, begins=True)

    # WHEN
    table.release("other")

    # THEN
    assert not table.acquire("other", "sweep", 1, begins=True)

    # WHEN
    table.release("one")

    # THEN
    assert table.acquire("other", "sweep", 1, begins=True)


def test_the_number_of_users_of_a_whole_list_is_kept_by_later_sweeps(table: PolicyTable) -> None:
    # GIVEN
    table.acquire("one", "sweep", 1, begins=True)
    counts = {"set": 2, "left_alone": 3}
    table.finish("one", 1, Progress(counts, ""), "", is_whole_list=True)
    table.release("one")

    # WHEN a later sweep of another generation fails
    table.declare(Mode.APPLY, {}, sent=2)
    table.acquire("two", "sweep", 2, begins=True)
    table.finish("two", 2, Progress({"kept": 1}, ""), "access denied")

    # THEN
    policy = table.policy()
    assert policy is not None
    assert policy.users == 5


def test_a_new_generation_ends_the_lease_of_the_old_one(table: PolicyTable, clock: Clock) -> None:
    # GIVEN
    table.acquire("one", "sweep", 1, begins=True)
    table.renew("one", 1, PROGRESS)

    # WHEN
    table.declare(Mode.APPLY, {}, sent=2)

    # THEN
    with pytest.raises(LeaseLostError):
        table.renew("one", 1, PROGRESS)
    with pytest.raises(LeaseLostError):
        table.finish("one", 1, PROGRESS, "")
    clock.now += LEASE_SECONDS + 1
    assert not table.acquire("one", "sweep", 1, begins=True)
    assert table.acquire("other", "new sweep", 2, begins=True)


def test_an_entry_is_written_only_as_it_was_read(table: PolicyTable) -> None:
    # GIVEN
    first = table.write(None, ENTRY)

    # WHEN
    second = table.write(first, replace(ENTRY, days=60))

    # THEN
    for seen in (None, first):
        with pytest.raises(EntryChangedError):
            table.write(seen, ENTRY)
    with pytest.raises(EntryChangedError):
        table.forget(first)
    assert table.entry(ENTRY.user_arn) == second
    table.forget(second)
    assert table.entry(ENTRY.user_arn) is None


def test_an_entry_that_somebody_has_edited_is_written_as_it_was_read(
    table: PolicyTable, dynamodb: DynamoDBTable
) -> None:
    # GIVEN an entry without a writer
    dynamodb.put_item(TableName="Guests", Item={"pk": {"S": ENTRY.user_arn}, "kind": {"S": "SET"}})
    edited = table.entry(ENTRY.user_arn)
    assert edited

    # WHEN
    table.write(edited, ENTRY)

    # THEN
    with pytest.raises(EntryChangedError):
        table.write(edited, ENTRY)


class InTransaction(DynamoDBTable):
    """Refuses so many writes, as while a transaction with the same item is in progress."""

    refusals = 0

    def update_item(self, **parameters: Any) -> dict[str, Any]:
        self._refuse("UpdateItem")
        return super().update_item(**parameters)

    def put_item(self, **parameters: Any) -> dict[str, Any]:
        self._refuse("PutItem")
        return super().put_item(**parameters)

    def delete_item(self, **parameters: Any) -> dict[str, Any]:
        self._refuse("DeleteItem")
        return super().delete_item(**parameters)

    def _refuse(self, operation: str) -> None:
        if self.refusals:
            self.refusals -= 1
            error = {"Code": "TransactionConflictException", "Message": "in progress"}
            raise ClientError({"Error": error}, operation)


def test_a_transaction_of_an_event_delays_a_declaration_and_does_not_fail_it(clock: Clock) -> None:
    # GIVEN
    dynamodb = InTransaction("Guests")
    waits: list[float] = []
    table = PolicyTable(dynamodb, "Guests", APP_INSTANCE, clock, waits.append)

    # WHEN
    dynamodb.refusals = 3
    generation = table.declare(Mode.APPLY, {}, sent=1)

    # THEN
    assert generation == 1
    assert len(waits) == 3

    # WHEN
    dynamodb.refusals = 1_000

    # THEN
    with pytest.raises(ClientError):
        table.declare(Mode.APPLY, {}, sent=2)


def test_a_transaction_of_an_event_makes_a_writer_of_the_same_entry_look_again(
    clock: Clock,
) -> None:
    # GIVEN
    dynamodb = InTransaction("Guests")
    table = PolicyTable(dynamodb, "Guests", APP_INSTANCE, clock)
    written = table.write(None, ENTRY)

    # WHEN
    dynamodb.refusals = 2

    # THEN
    with pytest.raises(EntryChangedError):
        table.write(written, ENTRY)
    with pytest.raises(EntryChangedError):
        table.forget(written)


def test_an_event_records_nothing_for_a_policy_that_has_changed(table: PolicyTable) -> None:
    # GIVEN
    written = table.write(None, ENTRY, generation=1)

    # WHEN
    table.declare(Mode.CLEAR, {}, sent=2)

    # THEN
    with pytest.raises(EntryChangedError):
        table.write(written, replace(ENTRY, days=60), generation=1)


def test_every_attribute_of_an_entry_is_read_back(table: PolicyTable) -> None:
    # GIVEN
    entry = Entry(
        ENTRY.user_arn, Kind.FAILED, 30, frozenset({0, 60}), "", 17.25, "30 days", "refused", 99
    )

    # WHEN
    written = table.write(None, entry)

    # THEN
    assert table.entry(entry.user_arn) == written == replace(entry, writer=written.writer)


def test_a_page_of_entries_is_read_with_what_a_batch_leaves_out(
    table: PolicyTable, dynamodb: DynamoDBTable
) -> None:
    # GIVEN
    arns = [f"{APP_INSTANCE}/user/guest-{number}" for number in range(50)]
    for arn in arns[:40]:
        table.write(None, replace(ENTRY, user_arn=arn))
    dynamodb.unprocessed = 20

    # WHEN
    entries = replace(table, sleep=lambda _: None).items(arns)

    # THEN
    assert set(entries) == set(arns[:40])


def test_the_entries_of_another_app_instance_are_not_scanned(
    table: PolicyTable, dynamodb: DynamoDBTable
) -> None:
    # GIVEN
    dynamodb.page_size = 1
    table.write(None, ENTRY)
    table.write(None, replace(ENTRY, user_arn=ENTRY.user_arn.replace("chat", "other")))

    # WHEN
    found, start = [], None
    while True:
        page = table.scan(start)
        found += [item["pk"]["S"] for item in page.items]
        start = page.next_key
        if start is None:
            break

    # THEN
    assert found == [ENTRY.user_arn]
    assert table.count_owned() == 1


class CountingScans(DynamoDBTable):
    scans = 0

    def scan(self, **parameters: Any) -> dict[str, Any]:
        self.scans += 1
        response = super().scan(**parameters)
        assert "Items" not in response
        return response


def test_dynamodb_counts_the_users_that_may_have_days(clock: Clock) -> None:
    # GIVEN users that are set, are about to be set or cleared, and have nothing of the policy
    dynamodb = CountingScans("Guests")
    table = PolicyTable(dynamodb, "Guests", APP_INSTANCE, clock)
    entries = [
        ENTRY,
        Entry("", Kind.INTENDED, intended=frozenset({30})),
        Entry("", Kind.FAILED, days=30, intended=frozenset({0})),
        Entry("", Kind.INTENDED),
        Entry("", Kind.LEFT_ALONE),
        Entry("", Kind.OVERDUE),
    ]
    for number in range(2_000):
        entry = entries[number % len(entries)]
        table.write(None, replace(entry, user_arn=f"{APP_INSTANCE}/user/guest-{number}"))

    # THEN it reads no entry, and needs a request for each 1,000
    assert table.count_owned() == 1_001
    assert dynamodb.scans == 3
