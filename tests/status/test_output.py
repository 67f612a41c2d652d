"""What is printed, for people and for programs."""

import io
import json
import re
from typing import Any

import pytest
from rich.console import Console

from chime_expiration.status.comparison import Expiry, State
from chime_expiration.status.json_document import json_document
from chime_expiration.status.progress import counting, searching
from chime_expiration.status.tables import output, print_report
from status.example import CHAT, example
from support.checkout import ROOT

ESCAPE = "\x1b["


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def printed(file: io.StringIO) -> str:
    print_report(example(), output(file))
    return file.getvalue()


@pytest.fixture(autouse=True)
def _a_terminal_of_usual_size(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")


def test_the_documentation_shows_what_is_printed() -> None:
    # WHEN
    lines = [line.rstrip() for line in printed(io.StringIO()).splitlines()]

    # THEN
    page = (ROOT / "docs" / "status.md").read_text()
    shown = re.search(r"```text\n(.*?)```", page, re.DOTALL)
    assert shown is not None
    assert shown[1].splitlines() == lines


def test_a_log_gets_plain_text_with_a_line_for_each_user() -> None:
    # WHEN
    text = printed(io.StringIO())

    # THEN
    assert ESCAPE not in text
    assert re.search(r"^  guest-43 +DRIFTED +30 days +90 days +2026-07-21", text, re.MULTILINE)


def test_a_terminal_gets_colours() -> None:
    # WHEN
    text = printed(Terminal())

    # THEN drift is bold red, and what is in step is green
    assert re.search(r"\x1b\[1;31mDRIFTED *\x1b\[0m", text)
    assert re.search(r"\x1b\[32min step *\x1b\[0m", text)


def test_no_color_is_honoured_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN
    monkeypatch.setenv("NO_COLOR", "1")

    # WHEN
    text = printed(Terminal())

    # THEN
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", text)
    assert "DRIFTED" in text


def test_ids_are_printed_as_they_are() -> None:
    assert "us-east-1:cat:guest" in printed(io.StringIO())


def test_progress_is_silent_where_nobody_watches() -> None:
    # GIVEN
    log, terminal = io.StringIO(), Terminal()

    # WHEN
    for file in (log, terminal):
        console = Console(file=file)
        with searching(console) as looked_at:
            looked_at("GuestPolicy")
        with counting("Asking Chime SDK", 2000, console) as was_read:
            for _ in range(2000):
                was_read()

    # THEN
    assert log.getvalue() == ""
    assert "2000/2000" in terminal.getvalue()


def test_the_document_is_json_with_a_version() -> None:
    # WHEN
    document = json.loads(json.dumps(json_document(example())))

    # THEN
    assert document["version"] == 1
    assert document["exit_status"] == 1
    assert document["summary"]["declarations"] == 9
    assert document["summary"]["states"]["drifted"] == 2
    assert document["stacks"][0]["declarations"][1] == {
        "logical_id": "B",
        "resource_status": "CREATE_COMPLETE",
        "user": f"{CHAT}guest-43",
        "state": "drifted",
        "drift": True,
        "declared_days": 30,
        "held_days": 90,
        "created_at": "2026-04-22T12:00:00Z",
        "expiry": "later",
        "expires_at": "2026-07-21T12:00:00Z",
        "expires_in_days": 50.0,
        "conflicts_with": [],
        "unresolved": [],
        "explanation": "declared 30 days, the service holds 90 days",
    }


def test_every_member_of_the_document_and_every_state_is_documented() -> None:
    # WHEN
    page = (ROOT / "docs" / "status-json.md").read_text()
    documented = set(re.findall(r"`(\w+)`", page))

    # THEN
    document = json_document(example())
    assert members(document) <= documented
    assert {state.name.lower() for state in State} <= documented
    assert {expiry.name.lower() for expiry in Expiry} <= documented


def test_every_word_of_the_table_is_documented() -> None:
    # WHEN
    page = (ROOT / "docs" / "status.md").read_text()

    # THEN
    for state in State:
        word = state.value if state is State.IN_STEP else state.value.upper()
        assert f"`{word}`" in page, word


def members(node: Any) -> set[str]:
    if isinstance(node, dict):
        return {*node, *(name for value in node.values() for name in members(value))}
    if isinstance(node, list):
        return {name for item in node for name in members(item)}
    return set()
