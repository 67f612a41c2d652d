"""What the README shows works as it stands there."""

import json
import re
from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from expiration_app.declarations import read_declarations

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
MAKEFILE = (Path(__file__).parents[2] / "Makefile").read_text(encoding="utf-8")


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


def test_the_declarations_in_json_are_understood():
    # GIVEN
    [shown] = blocks("json")

    # WHEN
    declarations = read_declarations(json.loads(shown)["expirations"])

    # THEN
    assert [each.app_instance_user_arn.rpartition("/")[2] for each in declarations] == [
        "guest-42",
        "load-test",
    ]


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
