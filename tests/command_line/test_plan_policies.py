"""What a deployment does to the users of a policy."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.plan.action import Reason
from chime_expiration_cli.plan.json_document import json_document
from chime_expiration_cli.plan.options import PlanOptions
from chime_expiration_cli.plan.policy_plan import PolicyAction, PolicyPlan
from chime_expiration_cli.plan.policy_population import draw_sample
from chime_expiration_cli.plan.report import Report
from chime_expiration_cli.plan.texts import sample_text, summary
from chime_expiration_handler.contract.arn import AppInstanceArn, AppInstanceUserArn
from chime_expiration_handler.contract.policy_properties import PolicyProperties, Rule
from chime_expiration_handler.contract.user_patterns import UserSelection
from command_line.plan_account import (
    CHAT,
    NOW,
    POLICY,
    TABLE,
    PlanAccount,
    declaration,
    deployed,
    policy,
    user,
    write_assembly,
)
from localaws.standins.app_instance import AppInstance
from localaws.standins.cloudformation_account import FakeStack


def plan(account: PlanAccount, folder: Path, resources: dict[str, Any], **options: Any) -> Report:
    assembly = write_assembly(folder, Guests=resources)
    return account.plan(PlanOptions(assembly, reads_per_second=1000, **options))


def counts(report: Report) -> dict[str, int]:
    """The exact counts of the only policy."""
    [planned] = report.policies
    assert all(count.is_exact for count in planned.counts.values())
    return {action.name: count.count for action, count in planned.counts.items()}


def only_policy(report: Report) -> PolicyPlan:
    [planned] = report.policies
    return planned


def test_a_new_policy_sets_the_selected_users_and_leaves_others_alone(tmp_path: Path) -> None:
    # GIVEN
    account = PlanAccount()
    account.user("guest-1")
    account.user("guest-2", age=20)
    account.user("guest-3", days=90)
    account.user("guest-4", age=99)
    account.user("guest-kiosk", age=5)
    account.user("staff")
    account.chat.admins.add(account.user("guest-admin"))

    # WHEN
    report = plan(account, tmp_path, {"P": policy(Users=["guest-*"], ExceptUsers=["guest-kiosk*"])})

    # THEN
    assert counts(report) == {"SET": 2, "LEFT_ALONE": 1, "OVERDUE": 1}
    nearest = [(each.user_id, each.days_after) for each in only_policy(report).nearest]
    assert nearest == [("guest-2", 30), ("guest-1", 30)]
    assert report.exit_status is ExitStatus.NOTHING_REFUSED


def test_a_notice_gives_old_users_their_age_and_the_notice(tmp_path: Path) -> None:
    # GIVEN
    account = PlanAccount()
    account.user("guest", age=99.5)

    # WHEN
    report = plan(account, tmp_path, {"P": policy(NoticeDays=14)}, fail_on_deletion_within_days=14)

    # THEN
    [nearest] = only_policy(report).nearest
    assert nearest.days_after == 114
    assert report.exit_status is ExitStatus.NOTHING_REFUSED


def test_what_the_ledger_knows_costs_no_call(tmp_path: Path) -> None:
    # GIVEN a deployed policy whose days become 60, and then 20
    account = PlanAccount(deployed("Guests", P=policy()))
    for number in range(8):
        account.user(f"guest-{number}", age=10 + number, days=30)
        account.remembers(f"guest-{number}", age=10 + number, days=30)
    account.user("guest-alone", days=99)
    account.remembers("guest-alone", age=10, days=1, kind="LEFT_ALONE")

    # WHEN
    longer = plan(account, tmp_path, {"P": policy(60)})
    shorter = plan(account, tmp_path, {"P": policy(16)})

    # THEN
    assert account.chat.calls["DescribeAppInstanceUser"] == 0
    assert counts(longer) == {"LEFT_ALONE": 1, "CHANGED": 8}
    # 14 days and younger: the others would be deleted within a day.
    assert counts(shorter) == {"LEFT_ALONE": 1, "CHANGED": 5, "OVERDUE": 3}
    assert only_policy(shorter).known == 9


def test_what_was_read_for_a_declaration_comes_before_the_ledger(tmp_path: Path) -> None:
    # GIVEN two users that the policy has set, one of whom another stack has changed since
    elsewhere = {"E": declaration("guest-elsewhere", 45)}
    account = PlanAccount(deployed("Guests", P=policy()), deployed("Elsewhere", **elsewhere))
    for name, days in {"guest": 30, "guest-elsewhere": 45}.items():
        account.user(name, days=days)
        account.remembers(name, age=10, days=30)

    # WHEN
    assembly = write_assembly(tmp_path, Guests={"P": policy(60)}, Elsewhere=elsewhere)
    report = account.plan(PlanOptions(assembly))

    # THEN
    assert counts(report) == {"LEFT_ALONE": 1, "CHANGED": 1}
    assert [each.user_id for each in only_policy(report).nearest] == ["guest"]
    assert account.chat.calls["DescribeAppInstanceUser"] == 1


@pytest.mark.parametrize("kind", ["INTENDED", "FAILED", "OVERDUE"])
def test_what_the_ledger_does_not_know_is_read(kind: str, tmp_path: Path) -> None:
    # GIVEN
    account = PlanAccount(deployed("Guests", P=policy()))
    account.user("guest")
    account.remembers("guest", age=10, days=30, kind=kind)

    # WHEN
    report = plan(account, tmp_path, {"P": policy(60)})

    # THEN
    assert counts(report) == {"SET": 1}
    assert only_policy(report).read == 1


def test_a_ledger_entry_of_a_user_that_has_expired_is_read_again(tmp_path: Path) -> None:
    # GIVEN another user with the id of one that has expired
    account = PlanAccount(deployed("Guests", P=policy()))
    account.user("guest", age=1)
    account.remembers("guest", age=31, days=30)

    # WHEN / THEN
    assert counts(plan(account, tmp_path, {"P": policy(60)})) == {"SET": 1}


@pytest.mark.parametrize(
    "resources", [{}, {"P": policy(Enabled=False)}], ids=["removed", "disabled"]
)
def test_a_policy_that_goes_clears_what_the_ledger_has(
    resources: dict[str, Any], tmp_path: Path
) -> None:
    # GIVEN
    account = PlanAccount(deployed("Guests", P=policy()))
    account.remembers("guest-1", age=10, days=30)
    account.remembers("guest-2", age=10, days=30)
    account.remembers("guest-3", age=10, days=1, kind="LEFT_ALONE")
    account.remembers("guest-expired", age=31, days=30)

    # WHEN
    report = plan(account, tmp_path, resources)

    # THEN nobody is listed or read
    assert counts(report) == {"CLEARED": 2}
    assert only_policy(report).action is PolicyAction.CLEARED
    assert account.chat.calls["ListAppInstanceUsers"] == 0


def test_patterns_that_select_nobody_are_named(tmp_path: Path) -> None:
    # GIVEN
    account = PlanAccount()
    account.user("guest-1")

    # WHEN
    report = plan(account, tmp_path, {"P": policy(Users=["gest-*"])})

    # THEN
    [planned] = report.policies
    assert sample_text(planned) == ("no user of the AppInstance is selected: check the patterns")


def test_an_orphaned_policy_clears_nobody_in_another_deployment(tmp_path: Path) -> None:
    # GIVEN
    stack = FakeStack("Guests", status="UPDATE_COMPLETE")
    account = PlanAccount(stack.has("P", CHAT, type=POLICY, status="DELETE_FAILED"))
    account.remembers("guest", age=10, days=30)

    # WHEN / THEN
    assert not plan(account, tmp_path, {}).stacks


def test_users_that_the_patterns_do_not_select_any_more_are_cleared(tmp_path: Path) -> None:
    # GIVEN
    account = PlanAccount(deployed("Guests", P=policy()))
    account.user("kiosk", days=30)
    account.remembers("kiosk", age=10, days=30)

    # WHEN
    report = plan(account, tmp_path, {"P": policy(Users=["guest-*"])})

    # THEN
    assert counts(report) == {"CLEARED": 1}


def test_an_unchanged_policy_costs_no_call(tmp_path: Path) -> None:
    # GIVEN
    account = PlanAccount(deployed("Guests", P=policy()))

    # WHEN
    report = plan(account, tmp_path, {"P": policy()})

    # THEN
    assert only_policy(report).action is PolicyAction.UNCHANGED
    assert account.chat.calls["ListAppInstanceUsers"] == 0


def test_a_policy_for_another_app_instance_clears_the_first_one(tmp_path: Path) -> None:
    # GIVEN
    other = CHAT.replace("6a5c7b1e", "11111111")
    before = policy()
    before["Properties"]["AppInstanceArn"] = other
    account = PlanAccount(deployed("Guests", P=before))
    account.table.put_item(
        TableName="policy-table",
        Item={"pk": {"S": f"{other}/user/guest"}, "kind": {"S": "SET"}, "days": {"N": "30"}},
    )
    account.user("guest")

    # WHEN
    report = plan(account, tmp_path, {"P": policy()})

    # THEN
    assert [(each.action.name, str(each.app_instance)) for each in report.policies] == [
        ("APPLIED", CHAT),
        ("CLEARED", other),
    ]


def test_a_sample_estimates_where_reading_everybody_takes_too_long(tmp_path: Path) -> None:
    # GIVEN
    account = PlanAccount()
    for number in range(1_000):
        account.user(f"guest-{number}", age=40 if number % 4 else 10)

    # WHEN
    report = plan(account, tmp_path, {"P": policy()}, sample=100)

    # THEN
    planned = only_policy(report)
    assert (planned.users, planned.known, planned.read, planned.unread) == (1000, 0, 100, 900)
    assert account.chat.calls["DescribeAppInstanceUser"] == 100
    overdue = planned.counts[next(each for each in planned.counts if each.name == "OVERDUE")]
    assert overdue.low <= overdue.count <= overdue.high
    assert overdue.high - overdue.low > 100
    assert report.exit_status is ExitStatus.NOTHING_REFUSED


def test_a_sample_names_nobody_twice_and_differs_from_run_to_run() -> None:
    # GIVEN
    users = [AppInstanceUserArn.parse(user(f"guest-{number}")) for number in range(1_000)]

    # WHEN
    samples = [draw_sample(users, 20) for _ in range(3)]

    # THEN
    assert [len(set(sample)) for sample in samples] == [20, 20, 20]
    assert len({*samples[0], *samples[1], *samples[2]}) > 40


@pytest.mark.parametrize(("age", "exit_status"), [(27, 1), (1, 3)])
def test_a_sample_does_not_rule_out_a_deletion(age: int, exit_status: int, tmp_path: Path) -> None:
    # GIVEN
    account = PlanAccount()
    for number in range(300):
        account.user(f"guest-{number}", age=age)

    # WHEN
    report = plan(account, tmp_path, {"P": policy()}, sample=20, fail_on_deletion_within_days=5)

    # THEN
    assert report.exit_status == exit_status


@pytest.mark.parametrize(("limit", "exit_status"), [(None, 0), (6, 0), (5, 1), (0, 1)])
def test_more_users_than_meant_are_refused_on_request(
    limit: int | None, exit_status: int, tmp_path: Path
) -> None:
    # GIVEN two new days for a declared user and a policy, and two users that get none
    account = PlanAccount(deployed("Guests", P=policy()))
    account.user("declared")
    for number in range(2):
        account.user(f"new-{number}")
        account.user(f"alone-{number}", days=90)
    for number in range(3):
        account.user(f"changed-{number}", age=10, days=30)
        account.remembers(f"changed-{number}", age=10, days=30)
    resources = {
        "P": policy(60, ExceptUsers=["declared"]),
        "A": declaration("declared", 30),
    }

    # WHEN
    report = plan(account, tmp_path, resources, fail_on_users_set=limit)

    # THEN
    assert counts(report) == {"LEFT_ALONE": 2, "CHANGED": 3, "SET": 2}
    assert report.most_users_set == 6
    assert report.exit_status == exit_status


@pytest.mark.parametrize(("limit", "exit_status"), [(300, 0), (299, 1), (10, 1)])
def test_of_a_sample_the_upper_end_of_the_range_decides(
    limit: int, exit_status: int, tmp_path: Path
) -> None:
    # GIVEN
    account = PlanAccount()
    for number in range(300):
        account.user(f"guest-{number}")

    # WHEN
    report = plan(account, tmp_path, {"P": policy()}, sample=20, fail_on_users_set=limit)

    # THEN
    assert only_policy(report).users_set.low > 200
    assert report.exit_status == exit_status


@pytest.mark.parametrize(("limit", "exit_status"), [(1, 3), (0, 1)])
def test_what_is_not_judged_could_set_more_users(
    limit: int, exit_status: int, tmp_path: Path
) -> None:
    # GIVEN
    account = PlanAccount()
    account.user("guest")
    resources = {
        "A": declaration("guest", 30),
        "P": policy(Users={"Fn::GetAtt": ["A", "B"]}),
    }

    # WHEN
    report = plan(account, tmp_path, resources, fail_on_users_set=limit)

    # THEN
    assert report.sets_too_many is (None if exit_status == 3 else True)
    assert report.exit_status == exit_status
    assert json_document(report)["summary"]["most_users_set"] is None
    assert ("at least 1 user would be set, more than 0" in summary(report)) is (limit == 0)


@pytest.mark.parametrize(("limit", "is_exceeded"), [(0, True), (1, None)])
def test_a_conflict_could_set_more_users(
    limit: int, is_exceeded: bool | None, tmp_path: Path
) -> None:
    # GIVEN a user that two stacks declare, and another one
    account = PlanAccount()
    account.user("guest")
    account.user("bot")
    assembly = write_assembly(
        tmp_path,
        One={"A": declaration("guest", 30), "B": declaration("bot", 30)},
        Two={"A": declaration("guest", 90)},
    )

    # WHEN
    report = account.plan(PlanOptions(assembly, fail_on_users_set=limit))

    # THEN
    assert report.sets_too_many is is_exceeded
    assert report.exit_status is ExitStatus.REFUSED


def test_an_app_instance_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    # GIVEN
    account = PlanAccount()
    missing = policy()
    missing["Properties"]["AppInstanceArn"] = CHAT.replace("6a5c7b1e", "00000000")

    # WHEN
    report = plan(account, tmp_path, {"P": missing})

    # THEN
    planned = only_policy(report)
    assert planned.action is PolicyAction.REFUSED
    assert "not found; correct app_instance_arn" in planned.explanation
    assert report.exit_status is ExitStatus.REFUSED


@pytest.mark.parametrize(
    ("properties", "action", "explanation"),
    [
        ({"Users": ["guest *"]}, "REFUSED", "has characters that no AppInstanceUserId has"),
        ({"Users": {"Fn::GetAtt": ["A", "B"]}}, "NOT_JUDGED", "Users: Fn::GetAtt A.B"),
    ],
)
def test_a_policy_that_cannot_be_read(
    properties: dict[str, Any], action: str, explanation: str, tmp_path: Path
) -> None:
    # WHEN
    planned = only_policy(plan(PlanAccount(), tmp_path, {"P": policy(**properties)}))

    # THEN
    assert planned.action.name == action
    assert explanation in planned.explanation


def test_a_policy_without_a_stack_is_planned_from_the_arguments() -> None:
    # GIVEN
    account = PlanAccount()
    account.user("guest-1")
    account.user("guest-2", days=30)
    properties = PolicyProperties(
        AppInstanceArn.parse(CHAT), Rule(30), UserSelection.parse(["guest-*"], [])
    )

    # WHEN
    report = account.plan(PlanOptions(policy=properties))

    # THEN
    assert counts(report) == {"SET": 1, "LEFT_ALONE": 1}
    assert report.source == CHAT
    assert not account.stacks.calls


class VanishingUsers(AppInstance):
    """An AppInstance whose users are deleted after they were listed."""

    def list_app_instance_users(self, **parameters: Any) -> dict[str, Any]:
        page = super().list_app_instance_users(**parameters)
        self.users.pop(user("guest-2"), None)
        return page


def test_a_user_that_is_deleted_after_it_was_listed_is_not_found(tmp_path: Path) -> None:
    # GIVEN
    account = PlanAccount()
    account.chat = VanishingUsers(CHAT, NOW.timestamp)
    account.user("guest-1")
    account.user("guest-2")

    # WHEN / THEN
    assert counts(plan(account, tmp_path, {"P": policy()})) == {"SET": 1, "NOT_FOUND": 1}


def test_an_intent_whose_result_is_not_recorded_is_read(tmp_path: Path) -> None:
    # GIVEN a user that the policy has set, and was about to clear
    account = PlanAccount(deployed("Guests", P=policy()))
    account.user("guest")
    account.remembers("guest", age=10, days=30)
    [item] = account.table.items()
    account.table.put_item(TableName=TABLE, Item={**item, "intended": {"NS": ["0"]}})

    # WHEN / THEN
    assert counts(plan(account, tmp_path, {"P": policy(60)})) == {"SET": 1}


@pytest.mark.parametrize(("notice", "exit_status"), [(7, 0), (2, 3)])
def test_a_notice_rules_out_deletions_among_users_that_were_not_read(
    notice: int, exit_status: int, tmp_path: Path
) -> None:
    # GIVEN
    account = PlanAccount()
    for number in range(100):
        account.user(f"guest-{number}", age=1)
    resources = {"P": policy(NoticeDays=notice)}

    # WHEN
    report = plan(account, tmp_path, resources, sample=10, fail_on_deletion_within_days=7)

    # THEN
    assert report.exit_status == exit_status


class ShiftingList(AppInstance):
    """An AppInstance that lists its first user on each page again."""

    def list_app_instance_users(self, **parameters: Any) -> dict[str, Any]:
        page = super().list_app_instance_users(**parameters)
        return {
            **page,
            "AppInstanceUsers": [
                {"AppInstanceUserArn": user("guest-0")},
                *page["AppInstanceUsers"],
            ],
        }


def test_a_user_that_is_listed_twice_counts_once(tmp_path: Path) -> None:
    # GIVEN
    account = PlanAccount()
    account.chat = ShiftingList(CHAT, NOW.timestamp)
    for number in range(60):
        account.user(f"guest-{number}")

    # WHEN / THEN
    assert counts(plan(account, tmp_path, {"P": policy()})) == {"SET": 60}


class Denied:
    """A client that may do nothing; ``calls`` counts how often it was tried."""

    def __init__(self) -> None:
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        def call(**_: Any) -> None:
            self.calls += 1
            error = {"Code": "AccessDeniedException", "Message": "no"}
            response = {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 403}}
            raise ClientError(response, name)

        return call


@pytest.mark.parametrize(
    ("client", "message"),
    [
        ("identity", "access denied: chime:ListAppInstanceAdmins on arn:aws:chime"),
        ("dynamodb", "access denied: dynamodb:Scan on policy-table (us-east-1)"),
    ],
)
def test_a_denied_call_is_not_judged_and_not_repeated(
    client: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    account, denied = PlanAccount(deployed("Guests", P=policy())), Denied()
    monkeypatch.setattr(account, client, lambda _: denied)

    # WHEN
    report = plan(account, tmp_path, {"P": policy(60)})

    # THEN
    assert only_policy(report).action is PolicyAction.NOT_JUDGED
    assert message in only_policy(report).explanation
    assert denied.calls == 1
    assert report.exit_status is ExitStatus.NOT_JUDGED


def test_the_summary_tells_policies_of_several_stacks_apart(tmp_path: Path) -> None:
    # GIVEN the same logical id in three stacks
    other = CHAT.replace("6a5c7b1e", "0b9d4a57")
    same = {"P": policy(30)}
    account = PlanAccount(deployed("Same", **same))
    account.user("guest")

    # WHEN
    stacks = {"Guests": same, "Kiosks": {"P": policy(0, AppInstanceArn=other)}, "Same": same}
    text = summary(account.plan(PlanOptions(write_assembly(tmp_path, **stacks))))

    # THEN
    assert text.split("; ") == [
        "policy P for 6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c20 in Guests (us-east-1): 1 SET",
        "policy P in Kiosks (us-east-1): REFUSED (invalid)",
        "policy P for 6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c20 in Same (us-east-1): UNCHANGED",
    ]


@pytest.mark.parametrize(
    ("user_id", "days", "problem"),
    [("guest", "many", "invalid literal for int()"), ("\x1b[2J", "30", "/user/USER_ID")],
    ids=["days", "user"],
)
@pytest.mark.parametrize("resources", [{"P": policy(60)}, {}], ids=["changed", "removed"])
def test_a_policy_whose_ledger_cannot_be_understood_is_not_judged(
    user_id: str, days: str, problem: str, resources: dict[str, Any], tmp_path: Path
) -> None:
    # GIVEN
    account = PlanAccount(deployed("Guests", P=policy()))
    entry = {"pk": {"S": user(user_id)}, "kind": {"S": "SET"}, "days": {"N": days}}
    account.table.put_item(TableName=TABLE, Item=entry)

    # WHEN
    report = plan(account, tmp_path, resources)

    # THEN
    planned = only_policy(report)
    assert (planned.action, planned.reason) == (PolicyAction.NOT_JUDGED, Reason.READ_FAILED)
    assert problem in planned.explanation
    assert report.exit_status is ExitStatus.NOT_JUDGED


def test_a_user_of_a_kind_that_only_a_newer_version_knows_is_read_as_the_function_does(
    tmp_path: Path,
) -> None:
    # GIVEN
    account = PlanAccount(deployed("Guests", P=policy()))
    account.user("guest", age=1, days=30)
    account.remembers("guest", age=1, days=30, kind="PAUSED")

    # WHEN
    report = plan(account, tmp_path, {"P": policy(60)})

    # THEN somebody else can have set these days
    assert counts(report) == {"LEFT_ALONE": 1}
    assert only_policy(report).read == 1
