"""The users in the table of a policy, counted one by one."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chime_expiration_cli.console import rendered
from chime_expiration_cli.policies.ledger_scan import scan_ledger
from chime_expiration_cli.policies.reading import LedgerCounts
from chime_expiration_cli.status.overview import overview
from chime_expiration_cli.status.policy_json import policy_json
from chime_expiration_cli.status.policy_tables import policy_lines
from chime_expiration_handler.contract.ledger import KEPT_AFTER_EXPIRY_SECONDS, Entry, Kind
from command_line.policy_account import CHAT, DAY, NOW, TABLE, PolicyAccount, finding_of
from command_line.sample_policies import sample_policies


def entry(number: int, kind: Kind, expires_in: float = 9 * DAY, **values: Any) -> Entry:
    ttl = int(NOW.timestamp() + expires_in) + KEPT_AFTER_EXPIRY_SECONDS
    return Entry(f"{CHAT}/user/guest-{number}", kind, ttl=ttl, **values)


def ledger(*entries: Entry) -> PolicyAccount:
    account = PolicyAccount()
    account.declare()
    for each in entries:
        account.remember(each)
    return account


def scan(account: PolicyAccount) -> LedgerCounts:
    return scan_ledger(account, TABLE, CHAT, NOW, NOW + timedelta(days=7))


def test_users_are_counted_by_kind_over_all_segments_and_pages() -> None:
    # GIVEN
    kinds = [kind for kind in Kind for _ in range(50)]
    account = ledger(*(entry(number, kind) for number, kind in enumerate(kinds)))
    account.storage.page_size = 10

    # WHEN
    counts = scan(account)

    # THEN the policy's own item is no user
    assert counts.kinds == dict.fromkeys(Kind, 50)
    assert counts.users == 250
    assert account.scans >= 25


def test_users_of_a_kind_that_only_a_newer_version_knows_are_counted() -> None:
    # GIVEN
    account = ledger(entry(1, Kind.SET, days=30), entry(2, Kind.OVERDUE))
    for number, days in ((3, {"days": {"N": "30"}}), (4, {})):
        item = {"pk": {"S": f"{CHAT}/user/guest-{number}"}, "kind": {"S": "PAUSED"}, **days}
        account.storage.put_item(TableName=TABLE, Item={**item, "ttl": {"N": "1"}})

    # WHEN
    counts = scan(account)
    finding = finding_of(account, ledger=True)

    # THEN
    assert (counts.users, counts.other_kinds, counts.owned) == (4, 2, 2)
    assert (counts.never, counts.days_not_known) == (1, 2)
    lines = dict(policy_lines(finding, NOW, 7))
    assert lines["ledger"] == (
        "4 users: 1 set, 0 left alone, 1 overdue, 0 failed, 0 not settled, 2 of a kind that this "
        "version does not know"
    )
    document = policy_json(finding)["ledger"]
    assert sum(document["kinds"].values()) + document["other_kinds"] == document["users"] == 4


def test_outcomes_that_only_a_newer_version_knows_are_counted() -> None:
    # GIVEN
    account = PolicyAccount()
    account.declare()
    account.sweep(kept=3, set_aside=2)

    # WHEN
    finding = finding_of(account)
    report = sample_policies()
    stack = replace(report.stacks[0], policies=(finding,))
    text = rendered(lambda console: console.print(overview(replace(report, stacks=(stack,)))))

    # THEN
    assert "IN_SYNC, 5 users: 3 set, 2 set aside; sweep finished" in text
    assert dict(policy_lines(finding, NOW, 7))["users"].endswith(", 0 failed, 2 set aside")
    assert policy_json(finding)["counts"]["set_aside"] == 2


class Pages(PolicyAccount):
    """Remembers how many users each page may have."""

    def __init__(self) -> None:
        super().__init__()
        self.limits: list[int] = []

    def scan(self, **request: Any) -> Any:
        self.limits.append(request["Limit"])
        return super().scan(**request)


def test_pages_are_small_so_that_the_memory_is_too() -> None:
    # GIVEN
    account = Pages()

    # WHEN
    scan(account)

    # THEN
    assert max(account.limits) <= 1_000


def test_users_with_days_or_an_intent_are_owned() -> None:
    # GIVEN
    account = ledger(
        entry(1, Kind.SET, days=30),
        entry(2, Kind.INTENDED, intended=frozenset({30})),
        entry(3, Kind.FAILED, days=30, intended=frozenset({60})),
        entry(4, Kind.FAILED),
        entry(5, Kind.OVERDUE),
    )

    # THEN
    assert scan(account).owned == 3


def test_users_of_another_app_instance_are_not_counted() -> None:
    # GIVEN
    account = ledger(entry(1, Kind.SET, days=30))
    account.remember(Entry(f"{CHAT}-other/user/guest", Kind.SET, days=30))

    # THEN
    assert scan(account).users == 1


def test_the_next_to_expire_has_days_that_are_certain_and_has_not_expired() -> None:
    # GIVEN
    account = ledger(
        entry(1, Kind.SET, -DAY, days=30),
        entry(2, Kind.SET, DAY, days=30, intended=frozenset({60})),
        entry(3, Kind.OVERDUE, 2 * DAY),
        entry(4, Kind.SET, 3 * DAY, days=30),
        entry(5, Kind.SET, 7 * DAY, days=30),
        entry(6, Kind.SET, 8 * DAY, days=30),
    )

    # WHEN
    counts = scan(account)

    # THEN
    assert counts.next_expires_at == NOW + timedelta(days=3)
    assert counts.expiring_soon == 2
    assert counts.expirations == {
        (NOW + timedelta(days=3)).date(): 1,
        (NOW + timedelta(days=7)).date(): 1,
        (NOW + timedelta(days=8)).date(): 1,
    }


def test_users_are_counted_by_the_day_on_which_they_expire() -> None:
    # GIVEN a second before midnight in UTC is a day, and midnight is the next one
    account = ledger(
        entry(1, Kind.SET, -1, days=30),
        entry(2, Kind.SET, 1, days=30),
        entry(3, Kind.SET, DAY / 2 - 1, days=30),
        entry(4, Kind.SET, DAY / 2, days=30),
        entry(5, Kind.SET, 400 * DAY, days=500),
    )

    # THEN
    assert scan(account).expirations == {
        date(2026, 6, 1): 2,
        date(2026, 6, 2): 1,
        date(2027, 7, 6): 1,
    }


def test_users_that_the_policy_has_given_no_days_never_expire_as_far_as_it_knows() -> None:
    # GIVEN
    account = ledger(
        entry(1, Kind.OVERDUE),
        entry(2, Kind.OVERDUE, days=30),
        entry(3, Kind.LEFT_ALONE),
        entry(4, Kind.FAILED),
        entry(5, Kind.INTENDED, intended=frozenset({30})),
        entry(6, Kind.SET, days=30, intended=frozenset({60})),
        entry(7, Kind.SET, days=30),
    )

    # WHEN
    counts = scan(account)

    # THEN
    assert (counts.never, counts.days_not_known) == (1, 5)
    assert sum(counts.expirations.values()) == 1


def test_the_cost_is_what_dynamodb_reports() -> None:
    # GIVEN
    account = ledger(*(entry(number, Kind.SET, days=30) for number in range(200)))
    account.storage.read_units = 0

    # WHEN
    counts = scan(account)

    # THEN eventually consistent reads cost half
    assert counts.read_units == account.storage.read_units > 0


def test_an_empty_table_has_no_next_user() -> None:
    # WHEN
    counts = scan(PolicyAccount())

    # THEN
    assert (counts.users, counts.owned, counts.next_expires_at) == (0, 0, None)


def test_a_segment_that_fails_fails_the_scan() -> None:
    # GIVEN
    account = ledger()
    account.denied = {"dynamodb:Scan"}

    # THEN
    with pytest.raises(Exception, match="not authorized"):
        scan(account)
