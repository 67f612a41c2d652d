"""The README and the pages that it links to: their code runs, and their links have a target."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App

from chime_expiration.testing import expirations_of, has_policy
from chime_expiration_cli.__main__ import main as chime_expiration
from support.checkout import ROOT

PAGES = [
    "README.md",
    "docs/how-it-works.md",
    "docs/api.md",
    "docs/choosing.md",
    "docs/guests.md",
    "docs/one-user.md",
    "docs/operating.md",
    "docs/pipelines.md",
    "docs/policy.md",
    "docs/snapshot-tests.md",
    "examples/pipeline/README.md",
    "examples/github-actions/README.md",
]
TEXTS = {page: (ROOT / page).read_text(encoding="utf-8") for page in PAGES}
README = TEXTS["README.md"]
ALL_TEXT = "\n".join(TEXTS.values())


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


# Comments are cut off, so that a command can be the id of a test.
COMMANDS = [
    line.removeprefix("$ ").partition(" # ")[0].strip()
    for block in blocks("console")
    for line in block.splitlines()
]
MAKE_COMMANDS = [command for command in COMMANDS if command.startswith("make ")]
PIP_COMMANDS = [command for command in COMMANDS if command.startswith("pip ")]
# The activated environment is the one that runs the tests.
ACTIVATE = ". .venv/bin/activate"
[CHAT_VARIABLE] = [command for command in COMMANDS if command.startswith("CHAT=")]
[DEPLOY] = [command for command in COMMANDS if command.startswith("npx cdk deploy ")]


def run(command: str, folder: Path, **variables: str) -> str:
    """Run ``command`` in a shell in ``folder``; return its output."""
    completed = subprocess.run(
        ["bash", "-eu", "-c", command],
        cwd=folder,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert completed.returncode == 0, completed.stdout
    return completed.stdout


def test_the_first_examples_declare_a_policy_and_one_expiration(tmp_path: Path) -> None:
    # GIVEN
    policy, one_user = blocks("python")
    namespace: dict[str, Any] = {}
    exec(policy, namespace)

    # WHEN
    stack = namespace["GuestPolicy"](App(outdir=str(tmp_path)), "GuestPolicy")
    exec(one_user, namespace | {"stack": stack})

    # THEN
    chat = namespace["CHAT"]
    has_policy(stack, chat, 30, users=["guest-*"], except_users=["demo-1"], notice=14)
    assert expirations_of(stack) == {f"{chat}/user/demo-1": 90}


def test_every_command_of_the_readme_is_run_by_a_test() -> None:
    run_by_tests = {*MAKE_COMMANDS, *PIP_COMMANDS, ACTIVATE, CHAT_VARIABLE, DEPLOY}
    assert set(COMMANDS) == run_by_tests


def test_the_first_screen_shows_how_to_run_the_demo_and_the_tests() -> None:
    # WHEN
    first_screen = README.splitlines()[:20]

    # THEN
    assert [line.partition("  ")[0] for line in first_screen if line.startswith("$")] == [
        "$ make demo",
        "$ make test",
    ]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"[`$] ?make ([a-z][a-z-]*)", ALL_TEXT))))
def test_a_documented_make_target_exists(target: str) -> None:
    # `make test` sets these for its children, where they would change what is printed.
    run(f"env --unset=MAKEFLAGS --unset=MAKELEVEL make --dry-run {target}", ROOT)


@pytest.mark.slow
@pytest.mark.parametrize("command", PIP_COMMANDS)
def test_a_pip_command_installs_or_builds_the_project(command: str, tmp_path: Path) -> None:
    # GIVEN
    (tmp_path / "path" / "to").mkdir(parents=True)
    (tmp_path / "path" / "to" / "checkout").symlink_to(ROOT)
    no_network = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0"}

    # WHEN
    run(command, tmp_path, PIP_TARGET=str(tmp_path / "installed"), **no_network)

    # THEN
    if command.startswith("pip wheel"):
        assert list(tmp_path.glob("cdk_chime_expiration-*.whl"))
    else:
        assert (tmp_path / "installed" / "chime_expiration" / "__init__.py").is_file()
        assert (tmp_path / "installed" / "bin" / "chime-expiration").is_file()


@pytest.mark.slow
def test_the_deployment_command_declares_the_users_that_it_names(tmp_path: Path) -> None:
    # GIVEN
    synth = DEPLOY.replace("npx cdk deploy", f"npx cdk synth --quiet --output {tmp_path}")

    # WHEN
    run(f"{CHAT_VARIABLE}\n{synth}", ROOT, CI="true", npm_config_offline="true")

    # THEN
    [template] = tmp_path.glob("*.template.json")
    chat = CHAT_VARIABLE.removeprefix("CHAT=")
    assert expirations_of(json.loads(template.read_text())) == {
        f"{chat}/user/guest-42": 30,
        f"{chat}/user/guest-43": 90,
    }


@pytest.mark.parametrize(
    "command",
    sorted(
        set(re.findall(r"`((?:chime-expiration|python -m chime_expiration) [a-z]+)[` ]", ALL_TEXT))
    ),
)
def test_a_documented_subcommand_exists(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    # WHEN
    exit_status = chime_expiration([command.rpartition(" ")[2], "--help"])

    # THEN
    assert exit_status == 0
    assert "Usage:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("page", "link"),
    sorted(
        {
            (page, link)
            for page, text in TEXTS.items()
            for link in re.findall(r"\]\(([^)#:]+)\)", text)
        }
    ),
)
def test_a_link_has_a_target(page: str, link: str) -> None:
    assert ((ROOT / page).parent / link).exists()


@pytest.mark.parametrize("page", PAGES)
def test_no_page_installs_the_unpublished_name(page: str) -> None:
    assert not re.search(r"pip install ['\"]?cdk-chime-expiration", TEXTS[page])
