"""What is reported first: everything that makes the exit status another one than 0."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.console import Console

from chime_expiration_cli.console import rendered
from chime_expiration_cli.status.build_report import build_report
from chime_expiration_cli.status.comparison import Finding
from chime_expiration_cli.status.drift_status import DriftStatus, NotCheckedReason
from chime_expiration_cli.status.options import StatusOptions
from chime_expiration_cli.status.page import page
from chime_expiration_cli.status.problems import problems_of
from chime_expiration_cli.status.report import Report
from chime_expiration_cli.status.terminal import View, print_report
from command_line.policy_account import DAY, PolicyAccount, finding_of, policy_stack
from command_line.repair_account import RepairAccount, guests
from command_line.sample_policies import sample_policies
from command_line.sample_report import NOW, sample_report
from localaws.standins.cloudformation_account import CloudFormationAccount


def subjects(report: Report) -> list[tuple[str, str]]:
    return [(each.kind, each.subject.partition(" in ")[0]) for each in problems_of(report)]


def only(report: Report, *findings: Finding) -> Report:
    """The report with these findings of its first stack, and without denied calls."""
    first = replace(report.stacks[0], findings=findings)
    return replace(report, stacks=(first,), denied_calls=())


def test_drift_comes_first_and_each_kind_is_together() -> None:
    assert subjects(sample_report())[:-1] == [
        ("users MODIFIED", "guest-43"),
        ("users MODIFIED", "guest-44"),
        ("users MODIFIED", "guest-2"),
        ("users ORPHANED", "guest-47"),
        ("users NOT_CHECKED (unresolved)", "guest-46"),
        ("users NOT_CHECKED (access denied)", "guest-1"),
        ("stacks not stable", "EuropePolicy (eu-central-1)"),
    ]
    assert problems_of(sample_report())[-1].kind == "calls denied"


def test_policies_come_before_users() -> None:
    # GIVEN
    both = sample_report()
    both = replace(both, stacks=both.stacks + sample_policies().stacks)

    # THEN
    kinds = list(dict.fromkeys(kind for kind, _ in subjects(both)))
    assert kinds[:2] == ["policies MODIFIED", "users MODIFIED"]


@pytest.mark.parametrize("fails", [False, True])
def test_a_deleted_user_is_a_problem_only_if_it_is_drift(fails: bool) -> None:
    # GIVEN
    report = replace(sample_report(), fail_on_deleted=fails)
    deleted = [each for each in report.findings if each.drift_status is DriftStatus.DELETED]

    # THEN
    assert bool(problems_of(only(report, *deleted))) is fails


def test_there_is_no_problem_if_and_only_if_the_exit_status_is_0() -> None:
    # GIVEN
    report = sample_report()
    reports = [
        *(only(report, finding) for finding in report.stacks[0].findings),
        replace(report, stacks=()),
        replace(report, stacks=report.stacks[1:], denied_calls=()),
        *(replace(sample_policies(), stacks=(each,)) for each in sample_policies().stacks),
    ]

    # THEN
    assert {bool(each.exit_status) for each in reports} == {False, True}
    for each in reports:
        assert bool(problems_of(each)) == bool(each.exit_status)
        is_drift = any(problem.is_drift for problem in problems_of(each))
        assert is_drift == (each.exit_status == 1)


def test_every_problem_with_users_says_what_is_wrong() -> None:
    # GIVEN
    [finding, *_] = sample_report().findings

    # THEN
    for result in (*DriftStatus, *NotCheckedReason):
        if result in (
            DriftStatus.IN_SYNC,
            DriftStatus.NOT_CHECKED,
            NotCheckedReason.SWEEP_RUNNING,
        ):
            continue
        report = replace(sample_report(), fail_on_deleted=True)
        [problem] = problems_of(only(report, replace(finding, result=result)))
        assert all(problem.sentences)


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (-1, "EXPIRED 2026-06-01 11:00 UTC, 1 hour ago, not deleted yet"),
        (6, "SOON 2026-06-01 18:00 UTC, in 6 hours"),
        (24 * 30, None),
    ],
)
def test_a_problem_says_if_its_user_is_gone_soon(hours: int, told: str | None) -> None:
    # GIVEN
    report = sample_report()
    modified = report.stacks[0].findings[1]
    assert modified.state is not None
    assert modified.state.days is not None
    created = NOW + timedelta(hours=hours, days=-modified.state.days)
    reading = replace(modified.state, created=created)

    # WHEN
    report = only(report, replace(modified, reading=reading))

    # THEN
    sentences = ("expected 30 days, actual 90 days", *([told] if told else []))
    [problem], [shown] = problems_of(report), page(report).problems
    assert problem.sentences == sentences
    assert shown.texts == (*sentences, problem.action)


def test_a_user_has_its_app_instance_where_a_stack_has_several() -> None:
    # GIVEN
    report = sample_report()
    guest, europe = report.stacks[0].findings[1], report.stacks[1].findings[1]

    # THEN
    assert [subject for _, subject in subjects(only(report, guest, europe))] == [
        "6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c20/user/guest-43",
        "0b9d4a57-77e1-4d5a-9f0c/user/guest-2",
    ]


def test_a_running_sweep_says_when_it_ends() -> None:
    [_, running, not_known] = problems_of(sample_policies())
    assert running.kind == "policies NOT_CHECKED (sweep running)"
    assert "ends between 2026-06-01 13:02 and 2026-06-01 13:21 UTC" in running.sentences[-1]
    assert not_known.kind == "values of policies not known (access denied)"
    assert not_known.sentences[0].startswith("dead letters: access denied: sqs:GetQueueAttributes")


def policy_report(account: PolicyAccount) -> Report:
    """The report of an account with one policy."""
    [stack, *_] = sample_policies().stacks
    stack = replace(stack, policies=(finding_of(account),))
    return replace(sample_policies(), stacks=(stack,))


def test_two_policies_of_a_stack_for_one_app_instance_are_told_apart() -> None:
    # GIVEN
    [stack, *_] = sample_policies().stacks
    finding = replace(stack.policies[0], result=DriftStatus.MODIFIED)
    other = replace(finding, policy=replace(finding.policy, logical_id="Others"))
    report = replace(sample_policies(), stacks=(replace(stack, policies=(finding, other)),))

    # WHEN
    text = rendered(lambda console: print_report(report, console, View()))

    # THEN
    first, second = (each.subject for each in problems_of(report))
    assert finding.policy.logical_id in first
    assert second.endswith(" (Others) in Guests (us-east-1)")
    assert "6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c20 (Others): MODIFIED" in text


def test_a_sweep_that_failed_says_what_to_do() -> None:
    # GIVEN
    account = PolicyAccount(policy_stack())
    account.declare()
    account.begin(-DAY)
    account.finish(-DAY + 9, "not allowed: chime:ListAppInstanceUsers")

    # THEN
    [problem] = problems_of(policy_report(account))
    assert problem.is_drift
    [sentence] = problem.sentences
    assert sentence.endswith(
        "; correct the cause, then chime-expiration repair or the schedule starts the next one"
    )


def test_a_policy_whose_item_cannot_be_read_is_one_problem() -> None:
    # GIVEN
    account = PolicyAccount(policy_stack())
    account.declare()
    account.denied = {"dynamodb:GetItem"}

    # THEN
    [problem] = problems_of(policy_report(account))
    assert problem.kind == "policies NOT_CHECKED (access denied)"
    assert problem.action == (
        "grant it to the role or user that runs this command, then check again"
    )


def denied_template(*names: str) -> Report:
    """The report of stacks with two users and a policy, whose templates may not be read."""
    account = CloudFormationAccount(
        *(guests(one=30, two=30), policy_stack("Lobby"))[: len(names)],
    )
    account.denied = {"GetTemplate"}
    clients = PolicyAccount()
    clients.cloudformation = account.cloudformation
    chat = RepairAccount([])
    chat.has("one", 30)
    chat.has("two", 30)
    clients.identity = chat.identity  # type: ignore[method-assign]
    return build_report(
        StatusOptions(all=True), ("us-east-1",), clients, Console(file=io.StringIO()), lambda: NOW
    )


def test_a_denied_template_is_one_problem_whatever_the_stack_declares() -> None:
    # WHEN
    report = denied_template("Guests")

    # THEN
    [problem] = problems_of(report)
    assert problem.subject.startswith("access denied: cloudformation:GetTemplate on arn:aws:cloud")
    assert problem.sentences == ("2 users could not be checked",)
    assert problem.action == (
        "grant it to the role or user that runs this command, then check again"
    )
    assert [each.subject for each in page(report).problems] == ["cloudformation:GetTemplate"]
    assert report.not_checked_reasons == {NotCheckedReason.ACCESS_DENIED: 2}


def test_an_action_that_is_denied_for_several_stacks_is_one_problem() -> None:
    # WHEN
    report = denied_template("Guests", "Lobby")

    # THEN
    [problem] = problems_of(report)
    assert problem.subject == (
        "access denied: cloudformation:GetTemplate on 2 resources (us-east-1)"
    )
    assert [each.rpartition(": ")[2] for each in problem.sentences] == [
        "2 users could not be checked",
        "1 policy could not be checked",
    ]
    assert [call.action for call in report.all_denied_calls] == ["cloudformation:GetTemplate"] * 2


def test_a_deployment_in_progress_is_waited_for() -> None:
    # GIVEN
    report = sample_report()
    stack = replace(report.stacks[0].stack, status="UPDATE_IN_PROGRESS")
    report = replace(
        report, stacks=(replace(report.stacks[0], stack=stack, findings=()),), denied_calls=()
    )

    # THEN
    [problem] = problems_of(report)
    assert problem.sentences == ("UPDATE_IN_PROGRESS: check again after the deployment",)
