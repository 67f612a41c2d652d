"""The whole local AWS: what it runs, where it listens, and how it ends."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from localaws import LocalAws, ministack
from support.checkout import ROOT
from support.processes import listening_addresses, processes_of, wait_until_ended

pytestmark = [
    pytest.mark.deploys,
    pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads /proc"),
]


@pytest.fixture
def user(local_aws: LocalAws) -> str:
    return local_aws.chime.create_user(local_aws.chime.create_app_instance(), "guest")


def test_its_clients_may_make_all_calls(local_aws: LocalAws, user: str) -> None:
    # WHEN
    local_aws.client("chime-sdk-identity").delete_app_instance_user(AppInstanceUserArn=user)

    # THEN
    assert local_aws.chime.user(user) is None


def test_a_client_before_the_start_is_an_error() -> None:
    # WHEN / THEN
    with pytest.raises(RuntimeError, match="has not started"):
        LocalAws().client("sts")


def test_a_tool_with_its_environment_calls_the_local_aws(local_aws: LocalAws, user: str) -> None:
    # GIVEN the environment of a developer
    developer = {**os.environ, "AWS_PROFILE": "work", "AWS_ENDPOINT_URL_IAM": "https://elsewhere"}

    # WHEN
    program = (
        "import boto3; print(boto3.client('sts').get_caller_identity()['Account'],"
        f" boto3.client('chime-sdk-identity').describe_app_instance_user("
        f"AppInstanceUserArn={user!r})['AppInstanceUser']['Name'])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=local_aws.process_environment(developer),
        capture_output=True,
        text=True,
    )

    # THEN
    assert (ended.stdout.split(), ended.stderr) == ([local_aws.account, "guest"], "")
    assert "AWS_ENDPOINT_URL_IAM" not in local_aws.process_environment(developer)


def test_it_listens_on_the_loopback_interface_only(local_aws: LocalAws) -> None:
    # WHEN
    processes = processes_of(local_aws.directory)
    addresses = [address for pid in processes for address in listening_addresses(pid)]

    # THEN
    assert local_aws.ministack is not None
    assert local_aws.ministack.port in {port for _, port in addresses}
    assert {host for host, _ in addresses} == {"127.0.0.1"}
    assert not {443, 4566, 8883} & {port for _, port in addresses}


def test_it_starts_if_the_well_known_ports_are_taken() -> None:
    # GIVEN
    with contextlib.ExitStack() as others:
        for port in (443, 4566, 8883):
            other = others.enter_context(socket.socket())
            # If the port is already taken or not allowed, it is not free either.
            with contextlib.suppress(OSError):
                other.bind(("127.0.0.1", port))
                other.listen()

        # WHEN / THEN
        with LocalAws() as local_aws:
            assert local_aws.client("sts").get_caller_identity()["Account"] == local_aws.account


def test_it_tries_another_port_if_its_port_is_taken_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # GIVEN a port that another process takes after it was found to be free
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        find = ministack._free_port
        ports = iter([other.getsockname()[1], find()])
        monkeypatch.setattr(ministack, "_free_port", lambda: next(ports))

        # WHEN / THEN
        with LocalAws() as local_aws:
            assert local_aws.client("sts").get_caller_identity()["Account"] == local_aws.account


def test_two_local_aws_share_nothing() -> None:
    # GIVEN
    with LocalAws() as one, LocalAws(account="444455556666", region="eu-central-1") as other:
        # WHEN
        one.client("s3").create_bucket(Bucket="bucket")

        # THEN
        assert other.client("s3").list_buckets()["Buckets"] == []
        assert other.client("sts").get_caller_identity()["Account"] == "444455556666"


def test_no_process_and_no_file_is_left_after_its_end() -> None:
    # WHEN
    with LocalAws() as local_aws:
        directory = local_aws.directory
        assert len(processes_of(directory)) >= 2

    # THEN
    assert processes_of(directory) == []
    assert not directory.exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_no_process_and_no_file_is_left_if_its_process_is_ended(number: signal.Signals) -> None:
    # GIVEN a process with a local AWS
    program = (
        "import time; from localaws import LocalAws\n"
        "with LocalAws() as local_aws:\n"
        "    print(local_aws.directory, flush=True)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        directory = Path(process.stdout.readline().strip())
        assert processes_of(directory)

        # WHEN
        process.send_signal(number)

    # THEN
    wait_until_ended(directory)
