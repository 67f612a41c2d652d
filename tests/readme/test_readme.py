"""What the README shows works as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from expiration_app.declarations import read_declarations

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
SOURCE_ROOTS = [str(ROOT / "constructs"), str(ROOT / "lambda")]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_first_example_declares_one_expiration(tmp_path):
    # GIVEN
    namespace: dict[str, type[Stack]] = {}
    exec(blocks("python")[0], namespace)

    # WHEN
    stack = namespace["GuestPolicy"](App(outdir=str(tmp_path)), "Guests")

    # THEN
    Template.from_stack(stack).has_resource_properties(
        "Custom::ChimeAppInstanceUserExpiration", {"ExpirationDays": 30}
    )


@pytest.mark.slow
def test_the_test_that_somebody_would_write_passes_and_notices_a_change(tmp_path):
    # GIVEN
    policy, test = blocks("python")
    (tmp_path / "guest_policy.py").write_text(policy)
    (tmp_path / "test_guest_policy.py").write_text(test)

    def run(*options: str) -> str:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *options],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(SOURCE_ROOTS)},
            capture_output=True,
            text=True,
            check=False,
        )
        return run.stdout.splitlines()[-1]

    # WHEN / THEN
    assert run("--snapshot-update").startswith("2 passed")
    (tmp_path / "guest_policy.py").write_text(policy.replace("days(30)", "days(31)"))
    assert run().startswith("2 failed")


def test_the_declarations_on_the_command_line_are_understood():
    # GIVEN
    [shown] = re.findall(r'-c "expirations=(.*)"', README)

    # WHEN
    declarations = read_declarations(shown)

    # THEN
    assert [each.expire_after.to_days() for each in declarations] == [30, 90]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"[`$] ?make ([a-z][a-z-]*)", README))))
def test_a_make_target_that_is_named_exists(target):
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_a_link_leads_somewhere(link):
    assert (ROOT / link).exists()
