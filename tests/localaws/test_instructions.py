"""The commands that ``make local`` prints."""

import ast
import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from expiration_app.declarations import read_declarations
from expiration_app.policies import read_policies
from localaws.instructions import instructions

CHAT = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e"

# Writes its name and its arguments into the log.
LOGGER = """\
import json, pathlib, sys
with open(sys.argv[1], "a") as log:
    print(json.dumps([pathlib.Path(sys.argv[2]).name, *sys.argv[3:]]), file=log)
"""


@pytest.fixture
def commands(tmp_path: Path) -> list[list[str]]:
    """The command lines of the tools that a shell starts for the instructions."""
    tools = tmp_path / ".venv" / "bin"
    tools.mkdir(parents=True)
    (tools / "activate").touch()
    log = tmp_path / "log"
    logger = shlex.join([sys.executable, "-c", LOGGER, str(log)])
    for name in ("npx", "aws", "python"):
        (tools / name).write_text(f'#!/bin/sh\nexec {logger} "$0" "$@"\n')
        (tools / name).chmod(0o755)
    env_file = tmp_path / "a file with spaces.sh"
    env_file.write_text(f"PATH={shlex.quote(str(tools))}:$PATH\n")
    printed = instructions(env_file, CHAT, admin="boss", old_user="guest-1", age_in_days=45)
    _, *lines, last = printed.splitlines()
    assert last.startswith("Ctrl-C")
    subprocess.run(["sh", "-eu", "-c", "\n".join(lines)], cwd=tmp_path, check=True)
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_the_app_accepts_each_deployment(commands: list[list[str]]) -> None:
    # WHEN
    contexts = [
        command[-1].partition("=")[::2]
        for command in commands
        if command[:3] == ["npx", "cdk", "deploy"] and "-c" in command
    ]
    declarations = [read_declarations(text) for key, text in contexts if key == "expirations"]
    policies = [read_policies(text) for key, text in contexts if key == "policies"]

    # THEN
    assert len(contexts) == 2
    assert [each.app_instance_user_arn for [each] in declarations] == [f"{CHAT}/user/guest-42"]
    assert [each.app_instance_arn for [each] in policies] == [CHAT]


def test_each_python_program_can_be_parsed_and_names_the_app_instance(
    commands: list[list[str]],
) -> None:
    # WHEN
    programs = [command[2] for command in commands if command[:2] == ["python", "-c"]]

    # THEN
    assert len(programs) == 3
    for program in programs:
        ast.parse(program)
        assert CHAT in program


def test_the_aws_cli_creates_a_user_of_the_app_instance(commands: list[list[str]]) -> None:
    # WHEN
    [create] = [command for command in commands if "create-app-instance-user" in command]

    # THEN
    assert create[:5] == [
        "aws",
        "chime-sdk-identity",
        "create-app-instance-user",
        "--app-instance-arn",
        CHAT,
    ]
