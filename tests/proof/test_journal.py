import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proof import journal as module
from proof.journal import Entry, Journal, JournalError
from proof.run import Run, new_id

RUN = Run("0a1b2c3d", "111122223333", "us-east-1")
ENTRY = Entry.of(RUN, datetime(2026, 1, 2, tzinfo=UTC), None)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "runs")


def test_a_record_is_read_as_it_was_written(journal: Journal) -> None:
    # WHEN
    journal.write(ENTRY)

    # THEN
    assert journal.read("0a1b2c3d") == ENTRY
    assert journal.read("0a1b2c3d").run == RUN
    assert journal.ids() == ["0a1b2c3d"]


def test_a_record_that_is_removed_is_gone(journal: Journal) -> None:
    # GIVEN
    journal.write(ENTRY)

    # WHEN
    journal.remove("0a1b2c3d")
    journal.remove("0a1b2c3d")

    # THEN
    assert journal.ids() == []


@pytest.mark.parametrize("text", ["", "{", json.dumps({"id": "0a1b2c3d"}), "[]"])
def test_a_broken_record_is_refused_with_what_to_do(journal: Journal, text: str) -> None:
    # GIVEN
    journal.write(ENTRY)
    journal.path("0a1b2c3d").write_text(text)

    # WHEN
    with pytest.raises(JournalError) as caught:
        journal.read("0a1b2c3d")

    # THEN
    assert "is not the record of a run" in str(caught.value)
    assert "whose names begin with chime-proof-0a1b2c3d-" in str(caught.value)


def test_a_record_that_another_process_works_on_is_refused(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    monkeypatch.setattr(module, "_LOCK_SECONDS", 0.01)
    journal.write(ENTRY)

    # WHEN
    with (
        journal.locked("0a1b2c3d"),
        pytest.raises(JournalError, match="run 0a1b2c3d is still in progress"),
        journal.locked("0a1b2c3d"),
    ):
        pass

    # THEN the lock is released
    with journal.locked("0a1b2c3d"):
        pass


@pytest.mark.parametrize(
    ("name", "is_owned"),
    [
        ("chime-proof-0a1b2c3d", True),
        ("chime-proof-0a1b2c3d-app", True),
        ("chime-proof-0a1b2c3d-", True),
        ("chime-proof-0a1b2c3dx", False),
        ("chime-proof-0a1b2c3", False),
        ("my-chime-proof-0a1b2c3d-app", False),
        ("", False),
    ],
)
def test_a_run_owns_what_has_its_name(name: str, is_owned: bool) -> None:
    assert RUN.owns(name) is is_owned


def test_the_names_of_the_stacks_are_whole_in_generated_names() -> None:
    # GIVEN CloudFormation shortens the name of a stack to 24 characters
    run = Run(new_id(), "111122223333", "us-east-1")

    # THEN
    assert len(run.app_stack) <= 24
    assert run.owns(f"{run.fixtures_stack[:24]}-Role-1A2B3C")
