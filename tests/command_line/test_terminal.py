"""The report on a terminal and in a pipe: problems first, the summary last."""

import io
import re
from dataclasses import replace

import pytest

from chime_expiration_cli.console import result_console
from chime_expiration_cli.declaration_search import RegionSearch
from chime_expiration_cli.status.report import Report
from chime_expiration_cli.status.sorting import Order, in_order
from chime_expiration_cli.status.summary import summary
from chime_expiration_cli.status.terminal import View, print_report
from command_line.sample_policies import sample_policies
from command_line.sample_report import sample_report
from command_line.sample_views import declarations_and_a_ledger, sample_views, without_ledgers
from command_line.terminal import Terminal
from support.checkout import ROOT

pytestmark = pytest.mark.usefixtures("usual_terminal")


def printed(report: Report, view: View | None = None, file: io.StringIO | None = None) -> str:
    file = file or io.StringIO()
    print_report(report, result_console(file), view or View())
    return file.getvalue()


def bars(text: str) -> dict[str, str]:
    """The bar of each period."""
    rows = re.findall(r"^  (2026\S*)(?: \w+)*(?: 2026\S*)? +[\d ]+(\S*) *$", text, re.MULTILINE)
    return dict(rows)


def in_sync() -> Report:
    """A report without a problem."""
    report = sample_report()
    first = replace(report.stacks[0], findings=report.stacks[0].findings[:1])
    return replace(report, stacks=(first,), denied_calls=())


def test_the_documentation_shows_what_is_printed() -> None:
    # WHEN
    page = (ROOT / "docs" / "status.md").read_text(encoding="utf-8")
    shown = re.findall(r"```text\n(.*?)```", page, re.DOTALL)

    # THEN
    assert [each.splitlines() for each in shown] == sample_views()


def test_problems_are_the_first_line_and_the_summary_the_last() -> None:
    # WHEN
    lines = printed(sample_report(), View(Order.STACK)).splitlines()

    # THEN
    assert lines[0] == "8 problems"
    assert lines[-1] == summary(sample_report())


def test_a_report_without_a_problem_says_so() -> None:
    assert printed(in_sync()).startswith("no problem\n\n  GuestPolicy")


@pytest.mark.parametrize(
    ("are_named", "options"), [(False, "--region"), (True, "--stack, --region")]
)
def test_a_report_without_a_declaration_says_so_and_what_to_check(
    are_named: bool, options: str
) -> None:
    # GIVEN
    report = replace(sample_report(), stacks=(), denied_calls=(), are_named=are_named)
    denied = replace(report, denied_calls=sample_report().denied_calls)

    # THEN
    assert printed(report).startswith(
        f"nothing is declared in us-east-1 and eu-central-1: check {options} and the account of "
        "the credentials\n\n"
    )
    assert printed(denied).startswith("1 problem\n")


def test_a_thousand_problems_are_a_thousand_lines() -> None:
    # GIVEN
    report = sample_report()
    modified = report.stacks[0].findings[1]
    report = replace(report, stacks=(replace(report.stacks[0], findings=(modified,) * 1000),))

    # THEN
    assert printed(report).count("    guest-43 in GuestPolicy (us-east-1): expected") == 1000


def test_tables_are_printed_only_on_request() -> None:
    assert "drift status" not in printed(in_sync())
    assert "--all lists each user and policy" in printed(in_sync())
    assert "drift status" in printed(in_sync(), View(Order.STACK))
    assert "--all" not in printed(in_sync(), View(Order.STACK))


def users(order: Order) -> list[str]:
    """The users in the order of the tables."""
    text = printed(sample_report(), View(order))
    words = "IN_SYNC|MODIFIED|DELETED|ORPHANED|NOT_CHECKED"
    tables = text[text.index("drift status") :]
    return re.findall(rf"^  (\S+) +(?:{words})", tables, re.MULTILINE)


def test_the_tables_are_sorted() -> None:
    assert users(Order.STACK) == [
        *("guest-42", "guest-43", "guest-44", "guest-45", "load-test", "us-east-1:cat:guest"),
        *("guest-46", "guest-47", "guest-1", "guest-2"),
    ]
    assert users(Order.USER) == sorted(users(Order.STACK))
    assert users(Order.EXPIRES) == [
        *("us-east-1:cat:guest", "load-test", "guest-47", "guest-46", "guest-42"),
        # The same moment, never, and not known.
        *("guest-43", "guest-2", "guest-44", "guest-45", "guest-1"),
    ]
    assert users(Order.STATUS) == [
        *("guest-43", "guest-44", "guest-2", "guest-47", "guest-45", "guest-46", "guest-1"),
        *("guest-42", "load-test", "us-east-1:cat:guest"),
    ]


def test_users_that_never_expire_come_before_those_that_are_not_known() -> None:
    # GIVEN
    findings = list(sample_report().findings)

    # WHEN
    last = in_order(reversed(findings), Order.EXPIRES)[-3:]

    # THEN
    assert [each.state is None for each in last] == [False, True, True]


def test_one_table_for_all_stacks_names_the_stack_of_each_user() -> None:
    # WHEN
    text = printed(sample_report(), View(Order.EXPIRES))

    # THEN
    assert text.count("drift status") == 1
    assert re.search(r"^  guest-2 .* EuropePolicy \(eu-central-1\)", text, re.MULTILINE)


def test_sorted_users_are_followed_by_the_policies() -> None:
    # GIVEN
    both = sample_report()
    both = replace(both, stacks=both.stacks + sample_policies().stacks)

    # WHEN
    text = printed(both, View(Order.EXPIRES))

    # THEN
    assert text.count("schedule           rate(1 day)") == 3


def test_each_stack_and_each_policy_has_one_line_in_a_pipe() -> None:
    # GIVEN
    both = sample_report()
    both = replace(both, stacks=both.stacks + sample_policies().stacks)

    # WHEN
    text = printed(both)

    # THEN
    for name, line in {
        "GuestPolicy": "8 declarations: 3 IN_SYNC, 2 MODIFIED, ",
        "EuropePolicy": "2 declarations: 1 MODIFIED, 1 NOT_CHECKED; the stack is UPDATE_ROLLBACK",
        "Guests": "policy for 6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c20: IN_SYNC, 12431 users: 12001 ",
        "Kiosks": "policy for 6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c20: NOT_CHECKED (sweep running)",
    }.items():
        assert re.search(rf"^  {name} +\S+ +{re.escape(line)}", text, re.MULTILINE)


def test_bars_are_in_proportion_and_nobody_has_no_bar() -> None:
    # WHEN
    text = printed(sample_report())

    # THEN
    assert bars(text)["2026-07-20"] == "█" * 30
    assert bars(text)["2026-06-05"] == "█" * 15
    assert bars(text)["2026-06-02"] == ""


def test_one_user_among_a_thousand_has_a_bar() -> None:
    assert bars(printed(declarations_and_a_ledger()))["2026-06-15"].startswith("█▒▒")


def test_bars_can_be_ascii() -> None:
    # WHEN
    text = printed(declarations_and_a_ledger(), View(ascii_only=True))

    # THEN
    assert text.isascii()
    assert "declared #  policies =" in text
    assert bars(text)["2026-06-15"].startswith("#==")


@pytest.mark.parametrize("columns", [60, 80])
def test_the_calendar_fits_into_a_narrow_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")

    # WHEN
    text = printed(declarations_and_a_ledger(), file=Terminal())
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    rows = [line for line in plain.splitlines() if re.match(r"  (2026-|later|EXPIRED)", line)]

    # THEN
    assert len(rows) == 16
    assert max(map(len, rows)) <= columns
    assert "…" not in plain
    assert "  2026-06-08 to 2026-06-14           1        1555  █▒" in plain


def test_no_number_of_the_calendar_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a terminal that is too narrow for it
    monkeypatch.setenv("COLUMNS", "40")

    # WHEN
    text = re.sub(r"\x1b\[[0-9;]*m", "", printed(declarations_and_a_ledger(), file=Terminal()))

    # THEN
    assert "  2026-06-08 to 2026-06-14           1        1555  █▒" in text
    assert "…" not in text


def test_a_terminal_has_coloured_bars_and_a_pipe_has_not() -> None:
    assert re.search(r"\x1b\[36m█+\x1b\[0m", printed(sample_report(), file=Terminal()))
    assert "\x1b[" not in printed(sample_report())


def test_a_calendar_in_which_nobody_expires_has_one_row() -> None:
    # GIVEN
    report = sample_report()
    never = report.stacks[0].findings[2]
    report = replace(report, stacks=(replace(report.stacks[0], findings=(never,)),))

    # WHEN
    text = printed(report)

    # THEN
    assert "  2026-06-01 to 2026-07-26           0" in text
    assert text.count("2026-") == 2


def test_policies_that_are_not_in_the_calendar_are_said_and_how_to_include_them() -> None:
    assert "  the calendar has no users of 3 policies: add --ledger\n" in printed(without_ledgers())
    assert "the calendar has no users" not in printed(declarations_and_a_ledger())
    assert "  the calendar has no users of 3 policies: the table was not read\n" in printed(
        replace(without_ledgers(), reads_ledger=True)
    )


def test_regions_and_stacks_without_anything_are_said() -> None:
    # GIVEN
    searches = (
        RegionSearch("us-east-1", 3),
        RegionSearch("eu-west-1", 0),
        RegionSearch("eu-west-2", 1),
        RegionSearch("eu-west-3", 12),
        RegionSearch("eu-north-1", None),
    )
    report = replace(in_sync(), searches=searches)

    # WHEN
    text = printed(report)

    # THEN
    assert re.findall(r"^  (no .*)$", text, re.MULTILINE) == [
        "no stack in eu-west-1",
        "no declaration and no policy in eu-west-2, in 1 stack",
        "no declaration and no policy in eu-west-3, in 12 stacks",
    ]


def test_named_stacks_without_anything_are_said() -> None:
    # GIVEN
    report = in_sync()
    searches = (RegionSearch("us-east-1", 1), RegionSearch("eu-west-1", 0))
    stack = replace(report.stacks[0], findings=())
    report = replace(report, stacks=(stack,), searches=searches, are_named=True)

    # THEN
    assert re.findall(r"^  (no .*)$", printed(report), re.MULTILINE) == [
        "no stack of --stack in eu-west-1",
        "no declaration and no policy in GuestPolicy (us-east-1)",
    ]
