"""Texts that others have written are shown, and a terminal acts on none of them."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from chime_expiration_cli.__main__ import main
from chime_expiration_cli.console import (
    ResultTable,
    Styled,
    print_line,
    rendered,
    result_console,
)
from chime_expiration_cli.errors import CommandError, DeniedCall
from chime_expiration_cli.plan.markdown import markdown
from chime_expiration_cli.plan.tables import print_report as print_plan
from chime_expiration_cli.repair.outcome import Outcome, Result
from chime_expiration_cli.repair.texts import print_results
from chime_expiration_cli.status import command
from chime_expiration_cli.status.sorting import Order
from chime_expiration_cli.status.terminal import View, print_report
from chime_expiration_cli.visible import visible
from command_line.policy_account import HOUR, PolicyAccount, finding_of
from command_line.sample_plan import sample_plan
from command_line.sample_policies import sample_policies
from command_line.sample_repair import sample_repair, sample_results
from command_line.sample_report import sample_report
from command_line.terminal import Terminal
from support.checkout import ROOT

pytestmark = pytest.mark.usefixtures("usual_terminal")

# Sets the title of the terminal, clears it, goes back to the start of the line, begins another one.
HOSTILE = "no\x1b]0;owned\x07\x1b[2J\r\nno problem\x9b2J\u202e"
SHOWN = r"no\x1b]0;owned\x07\x1b[2J\r\nno problem\x9b2J\u202e"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def acted_on(text: str) -> set[str]:
    """The characters in ``text``, but for colours, that a terminal would act on."""
    plain = COLOURS.sub("", text).replace("\n", "")
    return {each for each in plain if visible(each) != each}


@pytest.mark.parametrize("file", [io.StringIO, Terminal], ids=["pipe", "terminal"])
def test_status_shows_hostile_texts_as_their_escapes(file: type[io.StringIO]) -> None:
    # GIVEN the error of a sweep, the message of a user, and a stack
    account = PolicyAccount()
    account.declare()
    account.begin(-HOUR)
    account.finish(-HOUR + 5, HOSTILE, HOSTILE, failed=1)
    report = sample_report()
    first = report.stacks[0]
    stack = replace(first.stack, status=HOSTILE)
    declaration = replace(
        first.findings[6].declaration, logical_id=HOSTILE, unresolved=(HOSTILE,), user=None
    )
    findings = (replace(first.findings[6], declaration=declaration),)
    policies = (finding_of(account),)
    stacks = (replace(first, stack=stack, findings=findings, policies=policies),)
    denied = (DeniedCall("cloudformation:GetTemplate", HOSTILE, "us-east-1", ""),)

    # WHEN
    text = rendered(
        lambda console: print_report(
            replace(report, stacks=stacks, denied_calls=denied), console, View(Order.STACK)
        ),
        result_console(file()),
    )

    # THEN
    assert acted_on(text) == set()
    assert COLOURS.sub("", text).count(SHOWN) >= 6
    assert "\nno problem" not in text


def test_plan_shows_hostile_texts_as_their_escapes(tmp_path: Path) -> None:
    # GIVEN
    report = sample_plan(tmp_path)
    stack = report.stacks[0]
    user = replace(stack.users[0], user=None, logical_id=f"`{HOSTILE}", explanation=HOSTILE)
    report = replace(report, stacks=(replace(stack, obstacle=HOSTILE, users=(user,)),))

    # WHEN
    tables = rendered(lambda console: print_plan(report, console))
    document = markdown(report)

    # THEN
    assert acted_on(tables) == set()
    assert acted_on(document) == set()
    assert tables.count(SHOWN) >= 3
    assert "| `no\\x1b]0;owned" in document


def test_repair_shows_hostile_texts_as_their_escapes() -> None:
    # GIVEN
    results = [Result(Outcome.FAILED, HOSTILE), *sample_results()[1:]]

    # WHEN
    text = rendered(lambda console: print_results(sample_repair(), results, console))

    # THEN
    assert acted_on(text) == set()
    assert SHOWN in text


def test_an_error_is_one_line_whatever_aws_reports(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    def run(_: object) -> None:
        raise CommandError(HOSTILE)

    monkeypatch.setattr(command, "run", run)

    # WHEN
    main(["status"])

    # THEN
    assert capsys.readouterr().err == f"chime-expiration status: {SHOWN}\n"


def test_lines_do_not_end_with_spaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN each table
    plan = sample_plan(tmp_path)
    both = replace(sample_report(), stacks=sample_report().stacks + sample_policies().stacks)

    # WHEN
    texts = [
        rendered(lambda console: print_report(both, console, View(Order.STACK))),
        rendered(lambda console: print_report(both, console, View(Order.EXPIRES))),
        rendered(lambda console: print_plan(plan, console)),
        rendered(lambda console: print_results(sample_repair(), sample_results(), console)),
    ]
    # A pipe can have colours.
    monkeypatch.setenv("FORCE_COLOR", "1")
    texts.append(rendered(lambda console: print_plan(plan, console)))

    # THEN
    for text in texts:
        assert not re.search(r" $", COLOURS.sub("", text), re.MULTILINE)
    assert "\x1b[" in texts[-1]


def test_what_is_not_hostile_is_printed_unchanged() -> None:
    # GIVEN
    text = "Gäste :cat: [red] 猫 א \\\\x1b"
    table = ResultTable("a")
    table.add_row(text, Styled(text))
    result = result_console(file := io.StringIO())

    # WHEN
    result.print(table)
    print_line(result, text, Styled(text))

    # THEN
    assert file.getvalue().count(text) == 4


def test_texts_and_tables_are_made_in_one_place() -> None:
    # GIVEN the classes of rich, which make nothing visible
    sources = (ROOT / "cli" / "chime_expiration_cli").rglob("*.py")
    pattern = re.compile(r"from rich\.(text|table) import")

    # THEN
    assert [each.name for each in sources if pattern.search(each.read_text())] == ["console.py"]
