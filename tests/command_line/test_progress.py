"""Progress on standard error."""

import io

import pytest
from rich.console import Console

from chime_expiration_cli.progress import show_count, show_search
from command_line.terminal import Terminal

pytestmark = pytest.mark.usefixtures("usual_terminal")


def show_progress(file: io.StringIO) -> str:
    console = Console(file=file)
    with show_search(console) as on_stack:
        on_stack("GuestPolicy")
    with show_count("Reading users", 2000, console) as on_read:
        for _ in range(2000):
            on_read()
    return file.getvalue()


def test_progress_is_shown_on_a_terminal() -> None:
    assert "2000/2000" in show_progress(Terminal())


def test_progress_is_not_written_to_a_log() -> None:
    assert show_progress(io.StringIO()) == ""
