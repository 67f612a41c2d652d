"""What a deployment does to declared users."""

import json
from pathlib import Path
from typing import Any

import pytest

from chime_expiration_cli.errors import CommandError
from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.page.model import Label, Tone
from chime_expiration_cli.plan.action import Reason
from chime_expiration_cli.plan.json_document import json_document
from chime_expiration_cli.plan.options import PlanOptions
from chime_expiration_cli.plan.page import page
from chime_expiration_cli.plan.report import Report
from chime_expiration_cli.plan.texts import stack_state, summary
from command_line.plan_account import (
    PlanAccount,
    declaration,
    deployed,
    policy,
    user,
    write_assembly,
)
from localaws.standins.cloudformation_account import ACCOUNT, FakeStack

REF = {"Ref": "Days"}


@pytest.fixture
def account() -> PlanAccount:
    return PlanAccount()


def actions(report: Report) -> dict[str, str]:
    """The action of each user, with its reason."""
    return {
        each.user.user_id if each.user else each.logical_id: each.action.name
        + (f" {each.reason.name}" if each.reason else "")
        for each in report.users
    }


def plan(account: PlanAccount, folder: Path, *environment: str, **stacks: Any) -> Report:
    return account.plan(PlanOptions(assembly=write_assembly(folder, *environment, **stacks)))


def test_a_new_declaration_sets_or_changes_the_user(account: PlanAccount, tmp_path: Path) -> None:
    # GIVEN
    account.user("new")
    account.user("other", days=90)
    account.user("same", days=30)

    # WHEN
    names = ("new", "other", "same")
    report = plan(account, tmp_path, Guests={each: declaration(each, 30) for each in names})

    # THEN
    assert actions(report) == {"new": "SET", "other": "CHANGED", "same": "UNCHANGED"}
    new = next(report.users)
    assert (new.days_before, new.days_after) == (None, 30)
    assert f"{new.expires_at:%Y-%m-%d}" == "2026-06-21"
    assert report.exit_status is ExitStatus.NOTHING_REFUSED


def test_what_the_function_would_refuse_is_refused_with_its_message(
    account: PlanAccount, tmp_path: Path
) -> None:
    # GIVEN
    account.user("old", age=40)
    account.user("allowed", age=40)
    account.user("has-it", age=40, days=30)
    now = {"AllowImmediateExpiration": True}

    # WHEN
    report = plan(
        account,
        tmp_path,
        Guests={
            "A": declaration("old", 30),
            "B": declaration("allowed", 30, **now),
            "C": declaration("has-it", 30),
            "D": declaration("nobody", 30),
            "E": declaration("may-be-missing", 30, MissingUser="IGNORE"),
            "F": declaration("wrong", 0),
        },
    )

    # THEN
    assert actions(report) == {
        "old": "REFUSED TOO_OLD",
        "allowed": "SET",
        "has-it": "UNCHANGED",
        "nobody": "REFUSED NOT_FOUND",
        "may-be-missing": "NOT_FOUND",
        "F": "REFUSED INVALID",
    }
    explanations = {each.logical_id: each.explanation for each in report.users}
    assert "is 40 days old, so 30 days would delete it within a day" in explanations["A"]
    assert "nobody not found; create it first" in explanations["D"]
    assert "0 days cannot be set: use 1-5475 whole days" in explanations["F"]
    assert report.exit_status is ExitStatus.REFUSED
    assert report.would_fail(report.stacks[0])


def test_an_unchanged_declaration_gets_no_event_so_drift_stays(tmp_path: Path) -> None:
    # GIVEN
    account = PlanAccount(deployed("Guests", A=declaration("drifted", 30)))
    account.user("drifted", days=90)

    # WHEN
    report = plan(account, tmp_path, Guests={"A": declaration("drifted", 30)})

    # THEN
    [planned] = report.users
    assert (planned.action.name, planned.days_after) == ("UNCHANGED", 90)
    assert planned.reason is Reason.DRIFT
    assert planned.explanation.startswith("30 days are declared")
    assert planned.explanation.endswith(": run chime-expiration repair")


def test_drift_is_no_good_news_on_the_page(tmp_path: Path) -> None:
    # GIVEN
    account = PlanAccount(
        deployed("Guests", A=declaration("drifted", 30), B=declaration("same", 30))
    )
    account.user("drifted", days=90)
    account.user("same", days=30)
    stacks = {"A": declaration("drifted", 30), "B": declaration("same", 30)}

    # WHEN
    report = plan(account, tmp_path, Guests=stacks)
    shown = page(report)

    # THEN
    drift, same = Label("UNCHANGED (drift)", Tone.WARNING), Label("UNCHANGED", Tone.GOOD)
    assert [each.label for each in shown.problems] == [drift]
    assert {row.user: row.label for row in shown.users} == {"drifted": drift, "same": same}
    assert {each.label: each.number for each in shown.counts} == {
        same: 2,
        Label("drift", Tone.WARNING): 1,
    }
    assert summary(report) == "2 declared users: 2 UNCHANGED (1 with drift)"


def test_a_stack_with_the_deployed_template_is_not_updated(tmp_path: Path) -> None:
    # GIVEN
    same, other = declaration("guest", 30), declaration("other", 30)
    account = PlanAccount(deployed("Same", A=same), deployed("Other", A=other))
    for name in ("guest", "other", "new"):
        account.user(name, days=30)

    # WHEN
    report = plan(
        account,
        tmp_path,
        Same={"A": same},
        Other={"A": other, "B": {"Type": "AWS::SNS::Topic"}},
        New={"A": declaration("new", 30)},
    )

    # THEN
    assert {each.name: stack_state(each, report) for each in report.stacks} == {
        "Same": "is unchanged: its template is the deployed one",
        "Other": "is updated",
        "New": "is created",
    }
    changes = [each["change"] for each in json_document(report)["stacks"]]
    assert changes == ["UNCHANGED", "UPDATED", "CREATED"]


def test_whether_a_stack_is_updated_is_not_known_if_its_template_is_transformed(
    tmp_path: Path,
) -> None:
    # GIVEN
    account = PlanAccount(deployed("Guests", A=declaration("guest", 30)))
    account.user("guest", days=30)
    assembly = Path(write_assembly(tmp_path, Guests={"A": declaration("guest", 30)}))
    template = json.loads((assembly / "Guests.template.json").read_text())
    template["Transform"] = "AWS::LanguageExtensions"
    (assembly / "Guests.template.json").write_text(json.dumps(template))

    # WHEN
    report = account.plan(PlanOptions(str(assembly)))

    # THEN
    [stack] = report.stacks
    assert stack_state(stack, report) == "is updated if its template has changed"


def test_a_user_that_has_expired_as_declared_fails_no_update(tmp_path: Path) -> None:
    # GIVEN
    account = PlanAccount(deployed("Guests", A=declaration("gone", 30)))

    # WHEN
    report = plan(account, tmp_path, Guests={"A": declaration("gone", 60)})

    # THEN
    assert actions(report) == {"gone": "NOT_FOUND"}
    assert report.exit_status is ExitStatus.NOTHING_REFUSED


def test_a_removed_declaration_clears_unless_it_is_retained(tmp_path: Path) -> None:
    # GIVEN
    kept = {**declaration("retained", 30), "DeletionPolicy": "Retain"}
    names = ("cleared", "empty", "gone")
    others = {each: declaration(each, 30) for each in names}
    account = PlanAccount(deployed("Guests", retained=kept, **others))
    account.user("cleared", days=30)
    account.user("retained", days=30)
    account.user("empty")

    # WHEN
    report = plan(account, tmp_path, Guests={})

    # THEN
    assert actions(report) == {
        "cleared": "CLEARED",
        "retained": "UNCHANGED",
        "empty": "UNCHANGED",
        "gone": "NOT_FOUND",
    }


@pytest.mark.parametrize("days", [None, 90], ids=["still removed", "declared again"])
def test_an_orphan_is_not_cleared_by_another_deployment(days: int | None, tmp_path: Path) -> None:
    # GIVEN a user whose clean-up has failed
    account = PlanAccount(
        FakeStack("Guests", status="UPDATE_COMPLETE").has(
            "A", user("orphan"), status="DELETE_FAILED"
        )
    )
    account.user("orphan", days=30)

    # WHEN
    report = plan(account, tmp_path, Guests={"A": declaration("orphan", days)} if days else {})

    # THEN
    assert actions(report) == ({"orphan": "CHANGED"} if days else {})


def test_a_parameter_with_another_user_sets_the_new_one_and_clears_the_old_one(
    tmp_path: Path,
) -> None:
    # GIVEN a deployed stack whose parameter has been changed since
    stack = FakeStack("Guests", parameters=[{"ParameterKey": "User", "ParameterValue": user("b")}])
    definition = declaration("a", 30, AppInstanceUserArn={"Ref": "User"})
    stack.template = {"Parameters": {"User": {}}, "Resources": {"A": definition}}
    stack.has("A", user("a"))
    account = PlanAccount(stack)
    account.user("a", days=30)
    account.user("b")

    # WHEN
    report = plan(account, tmp_path, Guests={"A": definition})

    # THEN
    assert actions(report) == {"b": "SET", "a": "CLEARED"}


def test_the_same_reference_is_not_judged_if_the_user_has_other_days(tmp_path: Path) -> None:
    # GIVEN
    stack = FakeStack("Guests", parameters=[{"ParameterKey": "Days", "ParameterValue": "30"}])
    definition = declaration("guest", REF)
    stack.template = {"Parameters": {"Days": {}}, "Resources": {"A": definition}}
    stack.has("A", user("guest"))
    account = PlanAccount(stack)
    account.user("guest", days=60)

    # WHEN
    report = plan(account, tmp_path, Guests={"A": definition})

    # THEN
    assert actions(report) == {"guest": "NOT_JUDGED UNRESOLVED"}
    assert report.exit_status is ExitStatus.NOT_JUDGED


def test_a_value_that_only_the_deployment_knows_is_not_judged(
    account: PlanAccount, tmp_path: Path
) -> None:
    # WHEN
    unknown = {"Fn::GetAtt": ["Thing", "Days"]}
    report = plan(account, tmp_path, Guests={"A": declaration("guest", unknown)})

    # THEN
    assert actions(report) == {"A": "NOT_JUDGED UNRESOLVED"}
    assert report.exit_status is ExitStatus.NOT_JUDGED


@pytest.mark.parametrize(("days", "action"), [(30, "UNCHANGED"), (60, "CONFLICTING")])
def test_two_stacks_conflict_if_they_declare_other_days(
    days: int, action: str, account: PlanAccount, tmp_path: Path
) -> None:
    # GIVEN
    account.user("guest", days=30)

    # WHEN
    report = plan(
        account,
        tmp_path,
        One={"A": declaration("guest", 30)},
        Two={"B": declaration("guest", days)},
    )

    # THEN
    assert {each.action.name for each in report.users} == {action}
    assert report.exit_status == (1 if action == "CONFLICTING" else 0)


def test_a_declaration_that_moves_to_another_stack_is_a_conflict(tmp_path: Path) -> None:
    # GIVEN
    account = PlanAccount(deployed("One", A=declaration("guest", 30)))
    account.user("guest", days=30)

    # WHEN
    report = plan(account, tmp_path, One={}, Two={"A": declaration("guest", 30)})

    # THEN
    assert [each.action.name for each in report.users] == ["CONFLICTING", "CONFLICTING"]
    explanations = [each.explanation for each in report.users]
    assert "set RemovalPolicy.RETAIN here" in explanations[0]
    assert explanations[1] == "One (us-east-1) clears the user: remove one of the declarations"


def test_a_stack_that_is_being_changed_is_not_judged(tmp_path: Path) -> None:
    # GIVEN
    stack = deployed("Guests", A=declaration("guest", 30))
    stack.status = "UPDATE_IN_PROGRESS"
    account = PlanAccount(stack)

    # WHEN
    report = plan(account, tmp_path, Guests={"A": declaration("guest", 60)})

    # THEN
    assert report.stacks[0].obstacle == "the stack is UPDATE_IN_PROGRESS: plan again after it"
    assert report.exit_status is ExitStatus.NOT_JUDGED


def test_a_template_with_a_loop_is_not_judged(account: PlanAccount, tmp_path: Path) -> None:
    # WHEN
    loop = {"Fn::ForEach::Guests": ["Id", ["a", "b"], {}]}
    report = plan(account, tmp_path, Guests={**loop, "A": declaration("guest", 30)})

    # THEN
    assert "an entry that is not a resource" in report.stacks[0].obstacle
    assert report.exit_status is ExitStatus.NOT_JUDGED


def test_a_nested_stack_whose_template_is_elsewhere_is_not_judged(
    account: PlanAccount, tmp_path: Path
) -> None:
    # WHEN
    url = {"TemplateURL": "https://example.com/template.json"}
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": url}
    report = plan(account, tmp_path, Guests={"Nested": nested})

    # THEN
    [stack] = report.stacks
    assert stack.name == "Guests/Nested"
    assert stack.obstacle == "its template is not in the cloud assembly"


def test_a_nested_stack_gets_its_parameters(tmp_path: Path) -> None:
    # GIVEN a nested stack whose user is a parameter
    account = PlanAccount()
    account.user("guest")
    passed = {"TemplateURL": "https://bucket/nested.json", "Parameters": {"User": user("guest")}}
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": passed}
    nested["Metadata"] = {"aws:asset:path": "nested.template.json"}
    folder = write_assembly(tmp_path, Guests={"Nested": nested})
    template = {
        "Parameters": {"User": {"Type": "String"}},
        "Resources": {"A": declaration("", 30, AppInstanceUserArn={"Ref": "User"})},
    }
    (tmp_path / "nested.template.json").write_text(json.dumps(template))

    # WHEN / THEN
    assert actions(account.plan(PlanOptions(folder))) == {"guest": "SET"}


def test_a_stack_whose_first_deployment_failed_is_created_anew(tmp_path: Path) -> None:
    # GIVEN
    stack = FakeStack("Guests", status="ROLLBACK_COMPLETE")
    account = PlanAccount(stack)
    account.user("guest")

    # WHEN
    report = plan(account, tmp_path, Guests={"A": declaration("guest", 30)})

    # THEN
    assert report.stacks[0].status is None
    assert actions(report) == {"guest": "SET"}


def test_a_stack_of_another_account_is_not_judged(tmp_path: Path) -> None:
    # GIVEN
    account = PlanAccount(account="444455556666")

    # WHEN
    report = plan(account, tmp_path, Guests={"A": declaration("guest", 30)})

    # THEN
    assert "for account 111122223333, but the credentials are for 444455556666" in (
        report.stacks[0].obstacle
    )
    assert report.exit_status is ExitStatus.NOT_JUDGED


@pytest.mark.parametrize("action", ["DescribeStacks", "ListStackResources", "GetTemplate"])
def test_a_stack_that_may_not_be_read_is_not_judged(action: str, tmp_path: Path) -> None:
    # GIVEN
    account = PlanAccount(deployed("Guests", A=declaration("guest", 30)))
    account.stacks.denied.add(action)

    # WHEN
    report = plan(account, tmp_path, Guests={"A": declaration("guest", 60)})

    # THEN nobody is said to be set anew
    assert actions(report) == {}
    assert f"access denied: cloudformation:{action}" in report.stacks[0].obstacle
    assert report.exit_status is ExitStatus.NOT_JUDGED


def test_a_deployed_nested_stack_that_the_new_template_lacks_clears_its_users(
    tmp_path: Path,
) -> None:
    # GIVEN
    nested = deployed("Guests-Nested", A=declaration("guest", 30))
    root = FakeStack("Guests")
    root.has("Nested", nested.id, type="AWS::CloudFormation::Stack")
    nested.parent_id = root.id
    account = PlanAccount(root, nested)
    account.user("guest", days=30)

    # WHEN
    report = plan(account, tmp_path, Guests={})

    # THEN
    assert actions(report) == {"guest": "CLEARED"}


def test_stacks_without_declarations_are_not_reported(account: PlanAccount, tmp_path: Path) -> None:
    assert plan(account, tmp_path, Other={"Topic": {"Type": "AWS::SNS::Topic"}}).stacks == ()


def test_only_the_named_stack_is_planned(account: PlanAccount, tmp_path: Path) -> None:
    # GIVEN
    account.user("guest")
    folder = write_assembly(
        tmp_path, One={"A": declaration("guest", 30)}, Two={"A": declaration("nobody", 30)}
    )

    # WHEN
    report = account.plan(PlanOptions(assembly=folder, stacks=("One",)))

    # THEN
    assert [stack.name for stack in report.stacks] == ["One"]
    with pytest.raises(CommandError, match="no stack Three: it has One, Two"):
        account.plan(PlanOptions(assembly=folder, stacks=("Three",)))


def test_only_stacks_of_the_named_region_are_planned(account: PlanAccount, tmp_path: Path) -> None:
    # GIVEN
    account.user("guest")
    stacks = {"One": {"A": declaration("guest", 30)}}
    anywhere = "aws://unknown-account/unknown-region"

    for name in ("declared", "anywhere"):
        (tmp_path / name).mkdir()

    # WHEN
    elsewhere = PlanOptions(
        write_assembly(tmp_path / "declared", **stacks), regions=("eu-central-1",)
    )
    there = PlanOptions(
        write_assembly(tmp_path / "anywhere", anywhere, **stacks), regions=("us-east-1",)
    )

    # THEN
    assert account.plan(elsewhere).stacks == ()
    assert [stack.region for stack in account.plan(there).stacks] == ["us-east-1"]


@pytest.mark.parametrize(("within", "exit_status"), [(None, 0), (1, 0), (2, 1), (30, 1)])
def test_a_deletion_soon_after_the_deployment_is_refused_on_request(
    within: int | None, exit_status: int, account: PlanAccount, tmp_path: Path
) -> None:
    # GIVEN a user that expires in two days, and one that has its days already
    account.user("guest", age=28)
    account.user("old", age=29.9, days=30)
    folder = write_assembly(
        tmp_path, Guests={"A": declaration("guest", 30), "B": declaration("old", 30)}
    )

    # WHEN
    report = account.plan(PlanOptions(folder, fail_on_deletion_within_days=within))

    # THEN
    assert report.exit_status == exit_status
    assert report.deletions(7) == 1


def test_planning_changes_nothing(tmp_path: Path) -> None:
    # GIVEN
    account = PlanAccount(deployed("Guests", A=declaration("a", 30), P=policy()))
    account.user("a", days=30)
    account.user("b")

    # WHEN
    plan(account, tmp_path, Guests={"B": declaration("b", 30), "P": policy(60)})

    # THEN
    assert set(account.chat.calls) == {
        "DescribeAppInstanceUser",
        "ListAppInstanceAdmins",
        "ListAppInstanceUsers",
    }
    assert account.table.write_units == 0


def test_a_stack_of_the_same_name_in_another_region_does_not_fail_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a stack that is refused in one region, and not in two others
    account = PlanAccount()
    monkeypatch.setattr(account, "identity", lambda _: account.chat)
    account.user("old", age=40)
    account.user("young", age=1)
    artifacts = {}
    for environment, name in {
        f"aws://{ACCOUNT}/us-east-1": "old",
        f"aws://{ACCOUNT}/eu-central-1": "young",
        "aws://999999999999/us-east-1": "other-account",
    }.items():
        template = {"Resources": {"A": declaration(name, 30)}}
        (tmp_path / f"{name}.json").write_text(json.dumps(template))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": environment,
            "properties": {"templateFile": f"{name}.json", "stackName": "Guests"},
        }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))

    # WHEN
    report = account.plan(PlanOptions(str(tmp_path)))

    # THEN
    assert [report.would_fail(stack) for stack in report.stacks] == [True, False, False]
