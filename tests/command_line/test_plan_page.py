"""The plan as a page."""

from dataclasses import replace
from pathlib import Path

import pytest

from chime_expiration_cli.errors import DeniedCall
from chime_expiration_cli.page.model import Label, Page, Tone
from chime_expiration_cli.plan.page import page
from chime_expiration_cli.plan.report import Report
from chime_expiration_cli.plan.texts import summary
from command_line.sample_plan import sample_plan


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder: Path = tmp_path_factory.mktemp("plan")
    return sample_plan(folder)


@pytest.fixture(scope="module")
def plan(report: Report) -> Page:
    return page(report)


def test_the_verdict_and_the_summary_are_those_of_the_other_outputs(
    plan: Page, report: Report
) -> None:
    assert plan.verdict == Label("Something would be refused", Tone.PROBLEM)
    assert plan.summary == summary(report)


def test_what_the_deployment_refuses_needs_attention(plan: Page) -> None:
    # WHEN
    problems = [(each.label.text, each.subject) for each in plan.problems_by_tone]

    # THEN what is not judged follows
    assert problems == [
        ("REFUSED", "GuestPolicy"),
        ("REFUSED (too old)", "guest-44"),
        ("REFUSED (not found)", "guest-45"),
        ("NOT_JUDGED (unresolved)", "E"),
    ]
    assert "is 40 days old" in plan.problems[1].texts[0]


def test_a_denied_call_needs_attention(report: Report) -> None:
    # GIVEN
    call = DeniedCall("cloudformation:GetTemplate", "*", "us-east-1", "AccessDenied")

    # WHEN
    problem = page(replace(report, denied_calls=(call,))).problems[-1]

    # THEN
    assert (problem.label.text, problem.texts) == ("NOT_JUDGED", (str(call),))


def test_the_users_are_the_declared_ones_and_the_first_of_each_policy(
    plan: Page, report: Report
) -> None:
    # GIVEN
    declared = [each.logical_id for each in report.users]
    [policy] = report.policies

    # THEN
    rows = {row.user: row for row in plan.users}
    assert len(rows) == len(declared) + len(policy.nearest) == 17
    assert (rows["guest-43"].before, rows["guest-43"].after) == ("365 days", "30 days")
    assert (rows["guest-45"].before, rows["guest-45"].after) == ("?", "?")
    assert rows[policy.nearest[0].user_id].place == "Visitors, us-east-1, policy P"


def test_the_calendar_counts_who_is_known_and_says_who_is_not(plan: Page, report: Report) -> None:
    # GIVEN
    [policy] = report.policies
    counts = [sum(day.counts[group] for day in plan.calendar.days) for group in range(3)]

    # THEN guest-47 keeps its days, and expires after the last day
    assert counts == [0, 2, len(policy.known_expiries) + len(policy.read_expiries)]
    assert plan.calendar.later == 1
    assert plan.calendar_note == "1,500 users of policies were not read, and are not counted here."


def test_the_numbers_of_a_policy_have_their_ranges(plan: Page) -> None:
    # WHEN
    [policy] = plan.policies
    lines = dict(policy.lines)

    # THEN
    assert lines["OVERDUE"][0].startswith("about 724 (")
    assert "each range holds with 95% confidence" in lines["users"][0]
    assert lines["first to expire"] == ("10, among the users above",)
