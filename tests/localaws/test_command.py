"""``python -m localaws``."""

import json
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.checkout import ROOT
from support.processes import wait_until_ended

pytestmark = [
    pytest.mark.deploys,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc"),
]

# The folder of the checkout may contain a space.
PYTHON = shlex.quote(sys.executable)


def ignore_interrupts() -> None:
    """What a shell does before it starts a background job."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def command(*options: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """The command as a background job, and the one line that its output tells people to run."""
    with subprocess.Popen(
        [sys.executable, "-m", "localaws", *options],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        preexec_fn=ignore_interrupts,
    ) as process:
        try:
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "Ctrl-C stops the local AWS.\n")
            [to_source] = [line.strip() for line in lines if re.match(r"\. '?/", line)]
            yield process, to_source
        finally:
            process.kill()


def run_in_shell(script: str) -> str:
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_runs_until_a_signal_also_as_a_background_job(number: signal.Signals) -> None:
    # GIVEN
    with command() as (process, to_source):
        directory = Path(run_in_shell(f"{to_source}; echo $AWS_CA_BUNDLE").strip()).parent

        # WHEN
        process.send_signal(number)
        process.wait(30)

    # THEN
    assert process.returncode == 0
    wait_until_ended(directory)


def test_the_exports_can_be_written_to_a_file_which_is_removed_at_the_end(tmp_path: Path) -> None:
    # GIVEN
    env_file = tmp_path / "a name with spaces.sh"
    with command("--env-file", str(env_file)) as (process, to_source):
        context = json.loads((ROOT / "cdk.json").read_text())["context"]
        [(chat, users)] = context["expirations"].items()

        # WHEN a tool runs in a shell that sourced the line
        program = (
            "import boto3; print(boto3.client('chime-sdk-identity')"
            f".list_app_instance_users(AppInstanceArn='{chat}'))"
        )
        output = run_in_shell(f"{to_source} && {PYTHON} -c {shlex.quote(program)}")

        # THEN it finds the users of cdk.json
        assert all(f"{chat}/user/{user}'" in output for user in users)

        # WHEN
        process.send_signal(signal.SIGINT)
        process.wait(30)

    # THEN
    assert not env_file.exists()


def test_time_can_pass_in_a_local_aws_that_runs(tmp_path: Path) -> None:
    # GIVEN a user with thirty days, beside one that has one
    with command("--env-file", str(tmp_path / "env.sh")) as (_, to_source):
        [chat] = json.loads((ROOT / "cdk.json").read_text())["context"]["expirations"]
        program = "import boto3; chime = boto3.client('chime-sdk-identity')\n" + "".join(
            f"chime.put_app_instance_user_expiration_settings(AppInstanceUserArn='{chat}/user/{user}',"
            f"ExpirationSettings={{'ExpirationDays': {days},"
            "'ExpirationCriterion': 'CREATED_TIMESTAMP'})\n"
            for user, days in {"guest-42": 30, "load-test": 1}.items()
        )
        run_in_shell(f"{to_source} && {PYTHON} -c {shlex.quote(program)}")
        advance = f"{to_source} && cd {shlex.quote(str(ROOT))} && {PYTHON} -m localaws"

        # WHEN / THEN
        assert run_in_shell(f"{advance} advance 23 hours").splitlines() == [
            "23 hours later: 0 users have expired and are deleted"
        ]
        assert run_in_shell(f"{advance} advance 29 days").splitlines() == [
            "29 days later: 1 user has expired and is deleted",
            f"{chat}/user/load-test",
        ]
        assert run_in_shell(f"{advance} advance 1 hour").splitlines() == [
            "1 hour later: 1 user has expired and is deleted",
            f"{chat}/user/guest-42",
        ]
