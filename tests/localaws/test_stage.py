"""The whole stage: what it runs, where it listens, and that nothing of it is left."""

import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localaws import Stage, ministack

pytestmark = [
    pytest.mark.deploys,
    pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads /proc"),
]

PROJECT = Path(ministack.__file__).parents[1]
PUT = "chime:PutAppInstanceUserExpirationSettings"
FUNCTION = """
import boto3, logging, os

logging.getLogger().setLevel(logging.INFO)

def handler(event, context):
    logging.info("asked for %s", event["user"])
    client = boto3.client("chime-sdk-identity", region_name=event["user"].split(":")[3])
    try:
        client.put_app_instance_user_expiration_settings(
            AppInstanceUserArn=event["user"],
            ExpirationSettings={"ExpirationDays": 30, "ExpirationCriterion": "CREATED_TIMESTAMP"},
        )
    except client.exceptions.ClientError as error:
        return {"error": str(error), "environment": dict(os.environ)}
    return {"error": None, "environment": dict(os.environ)}
"""


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    # Given a developer whose environment must not get through to a function
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_PROFILE", "work")
        patch.setenv("AWS_SESSION_TOKEN", "secret")
        patch.setenv("HTTPS_PROXY", "http://localhost:1")
        with Stage() as stage:
            yield stage


@pytest.fixture(scope="module")
def function_name(stage: Stage) -> str:
    create_function(stage, "provider", "us-east-1")
    return "provider"


@pytest.fixture
def user(stage: Stage) -> str:
    return stage.chime.create_user(stage.chime.create_app_instance(), "guest")


def create_function(stage: Stage, name: str, region: str) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
    role = stage.client("iam").create_role(
        RoleName=f"{name}-role", AssumeRolePolicyDocument=json.dumps(trust)
    )
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as package:
        package.writestr("index.py", FUNCTION)
    stage.client("lambda", region).create_function(
        FunctionName=name,
        Runtime="python3.14",
        Handler="index.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": code.getvalue()},
        Timeout=30,
    )


def invoke(stage: Stage, name: str, user: str, region: str = "us-east-1") -> dict[str, Any]:
    answer = stage.client("lambda", region).invoke(
        FunctionName=name, Payload=json.dumps({"user": user})
    )
    result: dict[str, Any] = json.load(answer["Payload"])
    return result


def allow(stage: Stage, role: str, resource: str) -> None:
    statement = {"Effect": "Allow", "Action": PUT, "Resource": resource}
    stage.client("iam").put_role_policy(
        RoleName=role,
        PolicyName="chime",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statement}),
    )


def test_a_function_may_do_what_its_role_allows_at_that_moment(
    stage: Stage, function_name: str, user: str
) -> None:
    # Given a function whose role has no policy, then it is denied
    error = invoke(stage, function_name, user)["error"]
    assert "AccessDeniedException" in error
    assert f"assumed-role/provider-role/provider is not authorized to perform: {PUT}" in error
    assert f"on resource: {user}" in error

    # When the role gets one, then it is not
    allow(stage, "provider-role", f"{user.partition('/user/')[0]}/user/*")
    assert invoke(stage, function_name, user)["error"] is None
    assert stage.chime.expiration_days(user) == 30

    # When the policy is taken away, then it is again
    stage.client("iam").delete_role_policy(RoleName="provider-role", PolicyName="chime")
    assert "AccessDeniedException" in invoke(stage, function_name, user)["error"]


def test_a_function_in_another_region_has_its_role_too(stage: Stage, user: str) -> None:
    # Given a function in a region that has no Chime, with a policy
    create_function(stage, "far", "eu-west-1")
    allow(stage, "far-role", "*")

    # When it calls the region of the user, then it may
    assert invoke(stage, "far", user, "eu-west-1")["error"] is None


def test_the_stages_own_credentials_may_do_everything(stage: Stage, user: str) -> None:
    stage.client("chime-sdk-identity").delete_app_instance_user(AppInstanceUserArn=user)
    assert stage.chime.user(user) is None


def test_a_function_gets_nothing_of_the_developers_environment(
    stage: Stage, function_name: str, user: str
) -> None:
    # When a function says what it has
    environment = invoke(stage, function_name, user)["environment"]

    # Then it has what leads to the stage, credentials of its role, and nothing of the developer
    assert environment["AWS_ENDPOINT_URL_CHIME_SDK_IDENTITY"].startswith("https://localhost:")
    assert environment["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert environment["AWS_SESSION_TOKEN"] != "secret"
    assert not {"AWS_PROFILE", "HTTPS_PROXY", "PYTEST_CURRENT_TEST"} & set(environment)


def test_the_log_of_a_function_can_be_read(stage: Stage, function_name: str, user: str) -> None:
    # When a function has run
    invoke(stage, function_name, user)

    # Then what it logged is there, by its name and among all
    assert any(f"asked for {user}" in line for line in stage.function_log(function_name))
    assert any(f"asked for {user}" in line for line in stage.function_log())
    assert stage.function_log("nobody") == []


def test_the_environment_leads_a_tool_to_the_stage(stage: Stage, user: str) -> None:
    # Given a developer's environment
    developer = {**os.environ, "AWS_PROFILE": "work", "AWS_ENDPOINT_URL_IAM": "https://elsewhere"}

    # When a tool is run in the stage's, made of it
    program = (
        "import boto3; print(boto3.client('sts').get_caller_identity()['Account'],"
        f" boto3.client('chime-sdk-identity').describe_app_instance_user("
        f"AppInstanceUserArn={user!r})['AppInstanceUser']['Name'])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=stage.process_environment(developer),
        capture_output=True,
        text=True,
    )

    # Then it finds the account and the user
    assert (ended.stdout.split(), ended.stderr) == ([stage.account, "guest"], "")
    assert "AWS_ENDPOINT_URL_IAM" not in stage.process_environment(developer)


def test_it_listens_on_the_loopback_interface_only(
    stage: Stage, function_name: str, user: str
) -> None:
    # Given a stage with a function at work
    invoke(stage, function_name, user)

    # When its processes' sockets are looked at
    addresses = [at for pid in stage_processes(directory_of(stage)) for at in listening(pid)]

    # Then MiniStack is there, and nothing is open to others or on a port of fame
    assert stage.ministack is not None
    assert stage.ministack.port in {port for _, port in addresses}
    assert {host for host, _ in addresses} == {"127.0.0.1"}
    assert not {443, 4566, 8883} & {port for _, port in addresses}


def test_it_starts_where_the_well_known_ports_are_taken() -> None:
    # Given somebody else on them
    with contextlib.ExitStack() as others:
        for port in (443, 4566, 8883):
            other = others.enter_context(socket.socket())
            # Taken already, or not for everybody to take: as good.
            with contextlib.suppress(OSError):
                other.bind(("127.0.0.1", port))
                other.listen()

        # When a stage starts, then it does
        with Stage() as stage:
            assert stage.client("sts").get_caller_identity()["Account"] == stage.account


def test_it_takes_another_port_when_it_loses_the_race(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a port that was free when it was looked for, and is not any more
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        find = ministack._free_port
        ports = iter([other.getsockname()[1], find()])
        monkeypatch.setattr(ministack, "_free_port", lambda: next(ports))

        # When a stage starts, then it takes the next
        with Stage() as stage:
            assert stage.client("sts").get_caller_identity()["Account"] == stage.account


def test_two_stages_do_not_meet() -> None:
    with Stage() as one, Stage(account="444455556666", region="eu-central-1") as another:
        one.client("s3").create_bucket(Bucket="bucket")
        assert another.client("s3").list_buckets()["Buckets"] == []
        assert another.client("sts").get_caller_identity()["Account"] == "444455556666"


def test_nothing_is_left_of_a_stage_that_ended_well() -> None:
    # Given a stage with a function at work
    with Stage() as stage:
        create_function(stage, "provider", "us-east-1")
        invoke(stage, "provider", stage.chime.create_user(stage.chime.create_app_instance(), "a"))
        directory = directory_of(stage)
        assert len(stage_processes(directory)) >= 3

    # Then it is gone at once
    assert stage_processes(directory) == []
    assert not directory.exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_nothing_is_left_of_a_stage_whose_process_was_ended(number: signal.Signals) -> None:
    # Given a process with a stage
    program = (
        "import time; from localaws import Stage\n"
        "with Stage() as stage:\n"
        "    print(stage.environment['AWS_CA_BUNDLE'], flush=True)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=PROJECT,
    ) as process:
        assert process.stdout is not None
        directory = Path(process.stdout.readline().strip()).parent
        assert stage_processes(directory)

        # When it is ended
        process.send_signal(number)

    # Then nothing is left
    wait_until_gone(directory)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_keeps_a_stage_until_it_is_interrupted(
    number: signal.Signals, tmp_path: Path
) -> None:
    # Given the command
    exports = tmp_path / "stage.env"
    with subprocess.Popen(
        [sys.executable, "-m", "localaws", "--env-file", str(exports)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    ) as process:
        assert process.stdout is not None
        printed: list[str] = []
        while not printed or not printed[-1].startswith("Ctrl-C"):
            printed.append(process.stdout.readline())

        # When somebody takes over its exports in a shell, then a tool finds the users of cdk.json
        context = json.loads((PROJECT / "cdk.json").read_text())["context"]
        [(chat, users)] = context["expirations"].items()
        look = (
            "import boto3; print(boto3.client('chime-sdk-identity')"
            f".list_app_instance_users(AppInstanceArn='{chat}'))"
        )
        shell = f'. "$0" && exec "$1" -c "{look}"'
        ended = subprocess.run(
            ["sh", "-c", shell, str(exports), sys.executable], capture_output=True, text=True
        )
        assert all(f"{chat}/user/{user}'" in ended.stdout for user in users)

        # When it is interrupted
        process.send_signal(number)
        process.wait()

    # Then it has ended well, and nothing is left
    assert process.returncode == 0
    (authority,) = (line for line in printed if line.startswith("export AWS_CA_BUNDLE="))
    wait_until_gone(Path(authority.partition("=")[2].strip()).parent)


def directory_of(stage: Stage) -> Path:
    return Path(stage.environment["AWS_CA_BUNDLE"]).parent


def stage_processes(directory: Path) -> list[int]:
    """Every process of a stage has the stage's directory in its command line."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(directory).encode() in (process / "cmdline").read_bytes():
                found.append(int(process.name))
    children = [int(p.name) for p in Path("/proc").glob("[0-9]*") if group_of(p) in found]
    return sorted({*found, *children})


def group_of(process: Path) -> int | None:
    with contextlib.suppress(OSError):
        status = (process / "stat").read_text().rpartition(")")[2].split()
        return int(status[2]) if status[0] != "Z" else None
    return None


def listening(pid: int) -> list[tuple[str, int]]:
    links = []
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            links.append(str(descriptor.readlink()))
    inodes = {link.removeprefix("socket:[").removesuffix("]") for link in links}
    found = []
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                host, _, port = fields[1].partition(":")
                words = [bytes.fromhex(host[at : at + 8])[::-1] for at in range(0, len(host), 8)]
                found.append((socket.inet_ntop(family, b"".join(words)), int(port, 16)))
    return found


def wait_until_gone(directory: Path) -> None:
    deadline = time.monotonic() + 30
    while (stage_processes(directory) or directory.exists()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert stage_processes(directory) == []
    assert not directory.exists()
