"""What repair shows, asks and prints."""

import io
import json
import re
import sys
from typing import Any

import pytest

from chime_expiration_cli.__main__ import main
from chime_expiration_cli.console import result_console
from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.repair import command
from chime_expiration_cli.repair.json_document import json_document
from chime_expiration_cli.repair.options import RepairOptions
from chime_expiration_cli.repair.outcome import Outcome
from chime_expiration_cli.repair.proposal import Kind
from chime_expiration_cli.repair.texts import print_proposal, print_results, question
from command_line.repair_account import CHAT, Repair, RepairAccount, guests
from command_line.sample_repair import sample_repair, sample_results
from command_line.terminal import Terminal
from localaws.standins.cloudformation_account import FakeStack
from support.checkout import ROOT

pytestmark = pytest.mark.usefixtures("usual_terminal")

PAGE = (ROOT / "docs" / "repair.md").read_text(encoding="utf-8")


def stripped(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def test_the_documentation_shows_what_is_printed() -> None:
    # GIVEN
    file = io.StringIO()
    console = result_console(file)

    # WHEN
    print_proposal(sample_repair(), console)
    print(f"{question(sample_repair())} [y/N] y", file=file)
    print_results(sample_repair(), sample_results(), console)

    # THEN
    shown = re.search(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert shown is not None
    assert shown[1].splitlines() == stripped(file.getvalue())


def test_the_documentation_names_each_outcome_and_each_member() -> None:
    # GIVEN
    document = json_document(sample_repair(), sample_results(), ExitStatus.DRIFT)

    # THEN
    for outcome in Outcome:
        assert f"| `{outcome.name}`" in PAGE
    for kind in Kind:
        assert f"`{kind.name}`" in PAGE
    for members in (document, document["repairs"][0], document["left"][0]):
        for member in members:
            assert f"`{member}`" in PAGE, member


def test_the_document_has_the_days_of_users_and_the_reasons_of_sweeps() -> None:
    # WHEN
    document = json.loads(
        json.dumps(json_document(sample_repair(), sample_results(), ExitStatus.DRIFT))
    )

    # THEN
    [first, cleared, sweep] = document["repairs"]
    assert (first["days_before"], first["days_after"]) == (None, 30)
    assert first["expires_at"] == "2026-06-28T12:00:00Z"
    assert (cleared["repair"], cleared["expires_at"]) == ("CLEAR", None)
    assert (sweep["repair"], sweep["user_arn"]) == ("SWEEP", None)
    assert sweep["reasons"][0].startswith("sweep stopped")
    assert document["summary"]["REFUSED"] == 1
    assert {each["drift_status"] for each in document["left"]} == {
        "MODIFIED",
        "DELETED",
        "NOT_CHECKED",
    }


class Person(io.StringIO):
    """A terminal at which somebody answers."""

    def isatty(self) -> bool:
        return True


def test_without_a_terminal_nothing_is_read_or_changed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))

    # WHEN
    exit_status = main(["repair"])

    # THEN
    assert exit_status == 2
    assert capsys.readouterr().err == (
        "chime-expiration repair: nobody can be asked without a terminal, so nothing was read or "
        "changed: add --dry-run to see what would be repaired, or --yes to repair it without a "
        "question\n"
    )


@pytest.mark.parametrize("answer", ["y\n", "YES\n"])
def test_a_person_confirms_what_is_shown(
    answer: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    monkeypatch.setattr(sys, "stdin", Person(answer))
    account = RepairAccount([guests(modified=30)])
    account.has("modified", 90)

    # WHEN
    repaired = Repair(capsys)(account, yes=False, json=False)

    # THEN
    assert (repaired.exit_status, account.days("modified")) == (0, 30)
    assert repaired.err == "Set 1 user? [y/N] "
    before, after = repaired.out.split("1 to repair in us-east-1\n")
    assert "SET  modified  90 days -> 30 days, expires 2026-06-26 12:00 UTC" in before
    assert "REPAIRED  modified  90 days -> 30 days" in after
    assert after.endswith("1 repaired in us-east-1\n")


@pytest.mark.parametrize("answer", ["n\n", "\n", "", "what?\n"])
@pytest.mark.parametrize("json", [False, True])
def test_any_other_answer_changes_nothing(
    answer: str, json: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    monkeypatch.setattr(sys, "stdin", Person(answer))
    account = RepairAccount([guests(modified=30)])
    account.has("modified", 90)

    # WHEN
    repaired = Repair(capsys)(account, yes=False, json=json)

    # THEN
    assert (repaired.exit_status, account.puts) == (1, [])
    assert repaired.err.endswith("nothing was changed\n")
    if json:
        assert repaired.outcomes == {"modified": "TO_DO"}


def test_a_question_that_nobody_can_see_is_not_confirmed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError

    monkeypatch.setattr(sys, "stdin", Person("y\n"))
    monkeypatch.setattr(sys, "stderr", Full())
    account = RepairAccount([guests(modified=30)])
    account.has("modified", 90)

    # WHEN
    repaired = Repair(capsys)(account, yes=False)

    # THEN
    assert (repaired.exit_status, account.puts) == (1, [])


def test_with_json_it_is_shown_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    # GIVEN an id that contains the name of an emoji
    stack = FakeStack("Guests").declares("A", f"{CHAT}/user/us-east-1:cat:guest", 30)
    account = RepairAccount([stack])
    account.has("us-east-1:cat:guest", 90)

    # WHEN
    repaired = Repair(capsys)(account)

    # THEN
    assert "SET  us-east-1:cat:guest  90 days -> 30 days" in repaired.err
    assert repaired.document["exit_status"] == 0


def test_nobody_is_asked_if_nothing_can_be_repaired(capsys: pytest.CaptureFixture[str]) -> None:
    # GIVEN
    account = RepairAccount([guests(gone=30)])

    # WHEN
    repaired = Repair(capsys)(account, yes=False, json=False)

    # THEN
    assert (repaired.exit_status, repaired.err) == (0, "")
    assert "DELETED  gone  the user does not exist" in repaired.out
    assert repaired.out.endswith("1 deleted in us-east-1\n")


def test_a_region_without_declarations_is_told_from_one_that_needs_no_repair(
    capsys: pytest.CaptureFixture[str],
) -> None:
    # GIVEN
    in_sync = RepairAccount([guests(declared=30)])
    in_sync.has("declared", 30)

    # WHEN
    wrong = Repair(capsys)(RepairAccount([]), yes=False, json=False)
    right = Repair(capsys)(in_sync, yes=False, json=False)

    # THEN
    assert wrong.out == (
        "nothing to repair: nothing is declared in us-east-1: check --region and the account of "
        "the credentials\n"
    )
    assert right.out == "nothing to repair in us-east-1\n"
    assert (wrong.exit_status, right.exit_status) == (0, 0)


def test_a_stack_that_cannot_be_read_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    # GIVEN
    account = RepairAccount([guests(modified=30)])
    account.account.denied.add("ListStackResources")

    # WHEN
    repaired = Repair(capsys)(account, json=False)

    # THEN
    assert repaired.exit_status == 3
    assert "not checked: access denied: cloudformation:ListStackResources" in repaired.out
    assert "not everything could be checked" in repaired.out


def test_nothing_is_written_if_nobody_reads_what_is_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    account = RepairAccount([guests(modified=30)])
    account.has("modified", 90)

    def broken(_: str) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(command, "write_result", broken)

    # THEN
    with pytest.raises(BrokenPipeError):
        Repair(capsys)(account, json=False)
    assert account.puts == []


def test_a_terminal_has_colours() -> None:
    # WHEN
    file = Terminal()
    print_proposal(sample_repair(), result_console(file))

    # THEN
    assert re.search(r"\x1b\[1;31mREFUSED *\x1b\[0m", file.getvalue())


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (["--yes"], RepairOptions(yes=True)),
        (["--dry-run", "--json"], RepairOptions(dry_run=True, json=True)),
        (
            ["--stack", "A", "--region", "us-east-1", "--clear-orphans", "--ledger"],
            RepairOptions(("A",), ("us-east-1",), clear_orphans=True, ledger=True),
        ),
        (
            ["--rate", "5", "--writes-per-second", "2", "--wait", "0"],
            RepairOptions(reads_per_second=5, writes_per_second=2, wait_minutes=0),
        ),
    ],
)
def test_the_arguments_become_options(
    arguments: list[str], options: RepairOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    received: list[Any] = []

    def run(options: RepairOptions) -> ExitStatus:
        received.append(options)
        return ExitStatus.IN_SYNC

    monkeypatch.setattr(command, "run", run)

    # WHEN
    main(["repair", *arguments])

    # THEN
    assert received == [options]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--yes", "--dry-run"], "--yes and --dry-run exclude each other: use one of them"),
        (["--wait", "-1"], "'-1' is not a number of minutes: use 0-1440"),
        (["--writes-per-second", "0"], "'0' is not a number of calls a second"),
    ],
)
def test_wrong_arguments_are_reported(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["repair", *arguments]) == 2
    assert message in capsys.readouterr().err
