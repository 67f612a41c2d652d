"""Exit status 1 means drift and nothing else, whatever happens to the process."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from support.checkout import ROOT

pytestmark = pytest.mark.slow

SOURCES = os.pathsep.join(str(ROOT / each) for each in ("", "cli", "constructs", "lambda", "tests"))
ENVIRONMENT = {
    # What is not buffered cannot fail at exit.
    **{name: text for name, text in os.environ.items() if name != "PYTHONUNBUFFERED"},
    "PYTHONPATH": SOURCES,
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}

# The command with the sample report, which has drift.
COMMAND = """
import sys
from dataclasses import replace
from chime_expiration_cli.__main__ import main
from chime_expiration_cli.status import command
from command_line.sample_report import sample_report

def build_report(*_):
    {body}

command.build_report = build_report
sys.exit(main(["status", *sys.argv[1:]]))
"""
REPORT = "return sample_report()"


def start(
    body: str,
    *arguments: str,
    stdout: int | IO[bytes] = subprocess.PIPE,
    stderr: int | IO[bytes] = subprocess.PIPE,
    redirection: str = "",
    **environment: str,
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", COMMAND.format(body=body), *arguments]
    return subprocess.Popen(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", *command],
        env=ENVIRONMENT | environment,
        stdout=stdout,
        stderr=stderr,
    )


def closed_pipe() -> IO[bytes]:
    """A pipe that nobody reads."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    return os.fdopen(write_end, "wb")


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_drift_is_status_1(arguments: tuple[str, ...]) -> None:
    # WHEN
    process = start(REPORT, *arguments)
    output, error = process.communicate(timeout=60)

    # THEN
    assert (process.returncode, error) == (1, b"")
    assert b"MODIFIED" in output


@pytest.mark.parametrize("arguments", [(), ("--json",), ("--help",)])
def test_a_closed_pipe_ends_the_command_without_a_message(arguments: tuple[str, ...]) -> None:
    # WHEN
    with closed_pipe() as pipe:
        process = start(REPORT, *arguments, stdout=pipe)
        _, error = process.communicate(timeout=60)

    # THEN
    assert (process.returncode, error) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full device")
@pytest.mark.parametrize("arguments", [(), ("--json",), ("--help",)])
def test_a_full_disk_is_an_error(arguments: tuple[str, ...]) -> None:
    # WHEN
    with Path("/dev/full").open("wb") as full:
        process = start(REPORT, *arguments, stdout=full)
        _, error = process.communicate(timeout=60)

    # THEN
    assert process.returncode == 2
    assert error == (
        b"chime-expiration status: cannot write to standard output: "
        b"[Errno 28] No space left on device\n"
    )


def test_the_page_is_written_beside_what_is_printed(tmp_path: Path) -> None:
    # GIVEN
    page = tmp_path / "status.html"

    # WHEN
    process = start(REPORT, "--json", "--html", str(page))
    output, error = process.communicate(timeout=60)

    # THEN
    assert (process.returncode, error) == (1, b"")
    assert b'"MODIFIED": 3' in output
    assert "<h1>Drift</h1>" in page.read_text()
    assert list(tmp_path.iterdir()) == [page]


@pytest.mark.parametrize("arguments", [(), ("--json",), ("--help",)])
def test_a_closed_standard_output_is_an_error(arguments: tuple[str, ...]) -> None:
    # WHEN
    process = start(REPORT, *arguments, redirection=">&-")
    _, error = process.communicate(timeout=60)

    # THEN
    assert process.returncode == 2
    assert error == b"chime-expiration status: cannot write to standard output: it is closed\n"


def test_a_character_that_the_encoding_does_not_have_is_escaped() -> None:
    # GIVEN a stack whose name the encoding of standard output cannot represent
    body = (
        "report = sample_report(); first = report.stacks[0]; "
        "stack = replace(first.stack, name='G\\u00e4ste'); "
        "return replace(report, stacks=(replace(first, stack=stack),))"
    )

    # WHEN
    process = start(body, PYTHONIOENCODING="ascii")
    output, error = process.communicate(timeout=60)

    # THEN
    assert (process.returncode, error) == (1, b"")
    assert b"  G\\xe4ste  us-east-1  8 declarations" in output
    assert re.search(rb"2026-06-01 Mon +1  #+ *\n", output)


def test_an_internal_error_has_its_own_status_and_asks_for_a_report() -> None:
    # WHEN
    process = start("raise KeyError('surprise')")
    _, error = process.communicate(timeout=60)

    # THEN
    assert process.returncode == 4
    assert b"KeyError: 'surprise'" in error
    assert error.endswith(b"chime-expiration: internal error: please report the lines above\n")


COMMAND_ERROR = "from chime_expiration_cli.errors import CommandError; raise CommandError('no')"
ERRORS = [
    ("raise KeyError('surprise')", (), 4),
    (COMMAND_ERROR, (), 2),
    (COMMAND_ERROR, ("--json",), 2),
    (REPORT, ("--wrong",), 2),
]


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize(("body", "arguments", "exit_status"), ERRORS)
def test_an_error_that_cannot_be_printed_changes_neither_status_nor_output(
    body: str, arguments: tuple[str, ...], exit_status: int, redirection: str
) -> None:
    # WHEN
    process = start(body, *arguments, redirection=redirection)
    output, _ = process.communicate(timeout=60)

    # THEN
    assert (process.returncode, output) == (exit_status, b"")


@pytest.mark.parametrize(("body", "arguments", "exit_status"), ERRORS)
def test_an_error_that_nobody_reads_keeps_its_status(
    body: str, arguments: tuple[str, ...], exit_status: int
) -> None:
    # WHEN
    with closed_pipe() as pipe:
        process = start(body, *arguments, stderr=pipe)
        process.communicate(timeout=60)

    # THEN
    assert process.returncode == exit_status


@pytest.mark.parametrize(
    "module", ["chime_expiration_cli.arguments", "dataclasses", "click", "boto3", "rich.console"]
)
def test_ctrl_c_during_an_import_ends_without_a_traceback(module: str) -> None:
    # GIVEN an import that Ctrl-C interrupts
    program = f"""
import sys

class Interrupt:
    def find_spec(self, name, *_):
        if name == {module!r}:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
sys.argv[1:] = ["status"]
import runpy
runpy.run_module("chime_expiration_cli", run_name="__main__")
"""

    # WHEN
    result = subprocess.run(
        [sys.executable, "-c", program], env=ENVIRONMENT, capture_output=True, timeout=60
    )

    # THEN
    assert (result.returncode, result.stderr) == (130, b"")


WAITS = {
    "its turn": "client = None; limiter = RateLimiter(1e-6); limiter.wait()",
    "a response": "client = Client(); limiter = RateLimiter(1000)",
}


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
def test_ctrl_c_ends_the_command_while_threads_wait(wait: str) -> None:
    # GIVEN eight threads, each of which waits for minutes
    body = f"""
    import threading
    from chime_expiration_cli.identity.rate_limiter import RateLimiter
    from chime_expiration_cli.identity.read_users import read_users
    from chime_expiration_cli.identity.user_reader import UserReader
    from chime_expiration_handler.contract.arn import AppInstanceUserArn
    from command_line.sample_report import CHAT

    class Client:
        def describe_app_instance_user(self, **_):
            threading.Event().wait(600)

    {wait}
    users = [AppInstanceUserArn.parse(CHAT + str(number)) for number in range(99)]
    reader = UserReader(client, limiter)
    threading.Timer(0.5, lambda: print("reading", file=sys.stderr, flush=True)).start()
    read_users(users, lambda _: reader, 8)
"""
    process = start(body)
    try:
        assert process.stderr is not None
        assert process.stderr.readline() == b"reading\n"

        # WHEN
        process.send_signal(signal.SIGINT)
        output, error = process.communicate(timeout=30)
    finally:
        process.kill()
        process.communicate()

    # THEN
    assert (process.returncode, output, error) == (130, b"", b"")
