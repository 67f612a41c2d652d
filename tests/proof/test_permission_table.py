"""The permissions as text. No process, no service."""

import pytest

from proof.permissions.needed import needed
from proof.permissions.simulation import ALLOWED, Decision, Result, not_known
from proof.permissions.table import table_of
from proof.run import Run

RUN = Run("0a1b2c3d", "111122223333", "us-east-1")


@pytest.mark.parametrize("columns", ["80", "120", "200"])
def test_the_table_names_everything_and_fits_the_terminal(
    columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    monkeypatch.setenv("COLUMNS", columns)
    permissions = needed(RUN)

    # WHEN
    table = table_of(dict.fromkeys(permissions, ALLOWED).items())

    # THEN
    assert max(map(len, table.splitlines())) <= int(columns)
    assert "\x1b" not in table
    assert "…" not in table
    words = table.split()
    assert [each.action for each in permissions if each.action not in words] == []


def test_what_is_denied_has_a_row_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN
    monkeypatch.setenv("COLUMNS", "200")
    decisions = dict.fromkeys(needed(RUN), ALLOWED)
    by_action = {each.action: each for each in decisions}
    decisions[by_action["sqs:CreateQueue"]] = Decision(Result.DENIED, "a reason")
    decisions[by_action["sqs:DeleteQueue"]] = not_known("another reason")

    # WHEN
    lines = [line.split() for line in table_of(decisions.items()).splitlines()]

    # THEN
    [denied] = [line for line in lines if line[:1] == ["denied"]]
    [unknown] = [line for line in lines if line[:2] == ["not", "known"]]
    assert denied[1:] == [
        *("sqs:CreateQueue", "chime-proof-0a1b2c3d-*"),
        *("create,", "change", "and", "delete", "the", "queues"),
    ]
    assert unknown[2:4] == ["sqs:DeleteQueue", "chime-proof-0a1b2c3d-*"]
