"""The report for people."""

import io
import re
from dataclasses import replace

import pytest

from chime_expiration_cli.console import result_console
from chime_expiration_cli.policies.sweep import SweepState
from chime_expiration_cli.status.drift_status import DriftStatus, NotCheckedReason, PolicyDifference
from chime_expiration_cli.status.summary import summary
from chime_expiration_cli.status.tables import print_tables
from command_line.sample_policies import sample_policies
from command_line.sample_report import sample_report
from command_line.terminal import Terminal
from support.checkout import ROOT

pytestmark = pytest.mark.usefixtures("usual_terminal")

ESCAPE = "\x1b["
PAGE = ROOT / "docs" / "status.md"


def printed(file: io.StringIO) -> str:
    print_tables(sample_report(), result_console(file))
    return file.getvalue()


def test_a_log_has_plain_text_with_one_line_for_each_user() -> None:
    # WHEN
    text = printed(io.StringIO())

    # THEN
    assert ESCAPE not in text
    assert re.search(r"^  guest-43 +MODIFIED +30 days +90 days +2026-07-21", text, re.MULTILINE)


def test_a_terminal_has_colours() -> None:
    # WHEN
    text = printed(Terminal())

    # THEN drift is bold red, IN_SYNC is green
    assert re.search(r"\x1b\[1;31mMODIFIED *\x1b\[0m", text)
    assert re.search(r"\x1b\[32mIN_SYNC *\x1b\[0m", text)


def test_no_color_removes_the_colours_of_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN
    monkeypatch.setenv("NO_COLOR", "1")

    # WHEN
    text = printed(Terminal())

    # THEN
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", text)
    assert "MODIFIED" in text


def test_an_id_that_contains_the_name_of_an_emoji_is_printed_unchanged() -> None:
    assert "us-east-1:cat:guest" in printed(io.StringIO())


def test_a_report_without_declarations_is_summarized() -> None:
    # GIVEN
    report = replace(sample_report(), stacks=())

    # THEN
    assert summary(report) == "no declaration or policy found in us-east-1 and eu-central-1"


def test_a_report_with_policies_only_is_summarized() -> None:
    assert summary(sample_policies()) == (
        "3 policies in us-east-1: 1 IN_SYNC, 1 MODIFIED, 1 NOT_CHECKED (1 sweep running)"
    )


def test_declarations_and_policies_are_summarized_in_one_line() -> None:
    # GIVEN
    both = sample_report()
    both = replace(both, stacks=both.stacks + sample_policies().stacks)

    # THEN
    text = summary(both)
    assert text.startswith("10 declarations in us-east-1 and eu-central-1: 3 IN_SYNC, ")
    assert text.endswith(
        "; 3 policies: 1 IN_SYNC, 1 MODIFIED, 1 NOT_CHECKED (1 sweep running), "
        "1 stack is not stable"
    )


WORDS: list[DriftStatus | NotCheckedReason | PolicyDifference | SweepState] = [
    *DriftStatus,
    *NotCheckedReason,
    *PolicyDifference,
    *SweepState,
]


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.value)
def test_every_word_of_the_table_is_documented(
    word: DriftStatus | NotCheckedReason | PolicyDifference | SweepState,
) -> None:
    assert f"| `{word.value}` |" in PAGE.read_text()
