"""The status as a page."""

from dataclasses import replace

import pytest

from chime_expiration_cli.page.model import Label, Page, Tone
from chime_expiration_cli.status.page import page
from chime_expiration_cli.status.policy_explanation import explain_policy
from chime_expiration_cli.status.report import Report
from chime_expiration_cli.status.summary import summary
from command_line.sample_policies import sample_policies
from command_line.sample_report import sample_report


@pytest.fixture(scope="module")
def status() -> Page:
    return page(sample_report())


@pytest.fixture(scope="module")
def report_of_policies() -> Report:
    return sample_policies()


def test_drift_is_the_verdict(status: Page) -> None:
    assert status.verdict == Label("Drift", Tone.PROBLEM)
    assert status.summary == summary(sample_report())


def test_without_drift_the_verdict_is_good() -> None:
    # GIVEN
    report = sample_report()
    first = replace(report.stacks[0], findings=report.stacks[0].findings[:1])

    # WHEN
    status = page(replace(report, stacks=(first,), denied_calls=()))

    # THEN
    assert status.verdict.tone is Tone.GOOD
    assert status.problems == ()


def test_without_a_declaration_the_verdict_is_not_good() -> None:
    # WHEN
    status = page(replace(sample_report(), stacks=(), denied_calls=()))

    # THEN
    assert status.verdict == Label("Nothing is declared", Tone.WARNING)
    assert "check --region and the account" in status.summary


def test_everything_that_is_not_in_sync_needs_attention_and_nothing_else(status: Page) -> None:
    # WHEN
    subjects = [each.subject for each in status.problems_by_tone]

    # THEN drift is first; the stack and the denied call are last
    assert subjects == [
        "guest-43",
        "guest-44",
        "guest-47",
        "guest-2",
        "guest-45",
        "guest-46",
        "guest-1",
        "EuropePolicy",
        "cloudformation:ListStackResources",
    ]


def test_the_numbers_at_the_top_are_those_of_the_summary(status: Page) -> None:
    assert {each.label.text: each.number for each in status.counts_by_tone} == {
        "MODIFIED": 3,
        "ORPHANED": 1,
        "DELETED": 1,
        "NOT_CHECKED": 2,
        "EXPIRED": 1,
        "SOON": 2,
        "IN_SYNC": 3,
    }


def test_the_calendar_has_each_user_once() -> None:
    # GIVEN a user that two stacks declare
    report = sample_report()
    twice = page(replace(report, stacks=(*report.stacks, *report.stacks)))

    # THEN
    calendar = page(report).calendar
    assert (calendar.total, calendar.later, calendar.expired) == (4, 2, 1)
    assert twice.calendar == calendar


def test_a_row_has_what_the_table_of_the_terminal_has(status: Page) -> None:
    # GIVEN
    [row] = [row for row in status.users if row.user == "load-test"]

    # THEN
    assert (row.label.text, row.before, row.after) == ("IN_SYNC", "1 day", "1 day")
    assert row.expires == "SOON 2026-06-01 18:00, in 6 hours"
    assert row.is_soon
    assert row.place == "GuestPolicy, us-east-1, 6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c20"


def test_a_policy_that_drifts_needs_attention_with_the_sentences_of_the_terminal(
    report_of_policies: Report,
) -> None:
    # GIVEN
    status = page(report_of_policies)
    finding = list(report_of_policies.policies)[-1]

    # WHEN
    problem = status.problems_by_tone[0]

    # THEN
    assert problem.label == Label("MODIFIED", Tone.PROBLEM)
    assert list(problem.texts) == explain_policy(finding)
    assert len(problem.texts) == 2


def test_what_is_not_known_of_a_policy_needs_attention(report_of_policies: Report) -> None:
    # WHEN
    problem = page(report_of_policies).problems_by_tone[-1]

    # THEN
    assert problem.label == Label("NOT_CHECKED (sweep running)", Tone.WARNING)
    assert problem.texts[0].startswith("dead letters not known: access denied: sqs:")


def test_the_ledger_of_a_policy_is_in_the_calendar(report_of_policies: Report) -> None:
    # WHEN
    status = page(report_of_policies)

    # THEN the other two policies are said to be missing
    assert status.calendar.groups[-1] == "set by a policy"
    assert status.calendar.days[1].counts == (0, 0, 307)
    assert status.calendar_note == (
        "The users of 2 policies are not counted here: --ledger counts them."
    )


def test_a_stack_says_what_was_found_in_it(status: Page) -> None:
    assert [(each.name, each.label.tone, each.text) for each in status.stacks] == [
        ("GuestPolicy", Tone.GOOD, "3 IN_SYNC, 2 MODIFIED, 1 DELETED, 1 ORPHANED, 1 NOT_CHECKED"),
        ("EuropePolicy", Tone.WARNING, "1 MODIFIED, 1 NOT_CHECKED"),
    ]
