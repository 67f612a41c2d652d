"""What is checked and asked before anything is created. No process, no service."""

from collections.abc import Callable
from pathlib import Path

import pytest

from proof import __main__ as program
from proof.conduct import Conductor
from proof.permissions import PermissionCheck

ACCOUNT = "123456789012"
MISSING = PermissionCheck("a table", missing=["sqs:CreateQueue on x, for the queue"])
NOT_KNOWN = PermissionCheck("a table", not_known=["sqs:CreateQueue on x, for the queue"])

Run = Callable[..., int]


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs that have begun."""
    found: list[str] = []

    def begin(_: Conductor, entry: object, **__: object) -> int:
        found.append(str(entry))
        return 0

    monkeypatch.setattr(Conductor, "run", begin)
    return found


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, begun: list[str]) -> Run:
    """Runs the command on AWS, as far as it knows."""
    assert begun == []
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setattr(program, "local_endpoint", lambda _: None)
    monkeypatch.setattr(program, "account_of_caller", lambda _: (ACCOUNT, "arn:aws:iam::1:root"))

    def start(
        *arguments: str,
        check: PermissionCheck | None = None,
        answer: bool | None = None,
        others: int = 0,
    ) -> int:
        permissions = check or PermissionCheck()
        monkeypatch.setattr(program, "check_permissions", lambda *_: permissions)
        monkeypatch.setattr(program, "count_other_app_instances", lambda _: others)
        monkeypatch.setattr(program, "can_ask", lambda: answer is not None)
        monkeypatch.setattr(program, "ask", lambda _: answer)
        return program.main(["--out", str(tmp_path), "run", *arguments])

    return start


@pytest.mark.parametrize(
    "arguments", [(), ("--yes",), ("--dry-run",), ("--unchecked-permissions",)]
)
def test_nothing_begins_with_a_permission_missing(
    arguments: tuple[str, ...], run: Run, begun: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    # WHEN
    status = run(*arguments, check=MISSING, answer=True)

    # THEN
    captured = capsys.readouterr()
    assert (status, begun) == (2, [])
    assert "a table" in captured.out
    assert "does not have these permissions:\n  sqs:CreateQueue on x, for the queue" in captured.err
    assert "Nothing has been created." in captured.err


@pytest.mark.parametrize(
    ("arguments", "answer", "begins"),
    [
        ((), True, True),
        ((), False, False),
        (("--yes",), None, False),
        (("--yes", "--unchecked-permissions"), None, True),
    ],
)
def test_permissions_that_are_not_known_need_an_answer(
    arguments: tuple[str, ...],
    answer: bool | None,
    begins: bool,
    run: Run,
    begun: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    # WHEN
    status = run(*arguments, check=NOT_KNOWN, answer=answer)

    # THEN
    assert len(begun) == begins
    assert (status == 0) is begins
    assert "It is not known" in capsys.readouterr().err


def test_a_run_begins_with_yes_only(run: Run, begun: list[str]) -> None:
    # WHEN
    statuses = [run(answer=False), run(answer=None), run("--dry-run", answer=True)]

    # THEN
    assert (statuses, begun) == ([2, 2, 0], [])

    # WHEN
    statuses = [run(answer=True), run("--yes")]

    # THEN
    assert (statuses, len(begun)) == ([0, 0], 2)


@pytest.mark.parametrize(
    ("arguments", "answer", "begins"),
    [
        ((), True, True),
        ((), False, False),
        (("--yes",), None, False),
        (("--yes", "--shared-account"), None, True),
    ],
)
def test_an_account_with_other_app_instances_needs_an_answer(
    arguments: tuple[str, ...],
    answer: bool | None,
    begins: bool,
    run: Run,
    begun: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    # WHEN
    status = run(*arguments, answer=answer, others=3)

    # THEN
    assert len(begun) == begins
    assert (status == 0) is begins
    message = capsys.readouterr().err
    assert "AppInstances of others in this account in us-east-1: 3." in message
    assert ("use another account, or --shared-account (SHARED=1)" in message) is (
        arguments == ("--yes",)
    )


def test_where_and_what_is_said_before(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    # WHEN
    run("--dry-run")

    # THEN
    text = capsys.readouterr().out
    for said in ("place    AWS", f"account  {ACCOUNT}", "region   us-east-1", "It costs at most $"):
        assert said in text
    assert "25 calls of PutAppInstanceUserExpirationSettings a second" in " ".join(text.split())
