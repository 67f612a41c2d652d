"""What is read from an assembly that the CDK has written."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, CfnResource, Environment, NestedStack, Stack, Stage

from chime_expiration_cli.errors import CommandError
from chime_expiration_cli.plan.cloud_assembly import AssemblyStack, read_assembly

ENVIRONMENT = Environment(account="111122223333", region="us-east-1")


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, AssemblyStack]:
    """A stack with nested stacks, one in a stage, and one without an environment."""
    folder = tmp_path_factory.mktemp("assembly")
    app = App(outdir=str(folder))
    guests = Stack(app, "Guests", env=ENVIRONMENT)
    outer = NestedStack(guests, "Outer")
    CfnResource(NestedStack(outer, "Inner"), "Thing", type="Some::Inner::Thing")
    CfnResource(outer, "Thing", type="Some::Outer::Thing")
    CfnResource(Stack(app, "Anywhere"), "Thing", type="Some::Other::Thing")
    stage = Stage(app, "Production", env=ENVIRONMENT)
    CfnResource(Stack(stage, "Guests", stack_name="Named"), "Thing", type="Some::Stage::Thing")
    app.synth()
    return {stack.display_name: stack for stack in read_assembly(folder)}


def test_stacks_of_the_app_and_of_its_stages_are_found(stacks: dict[str, AssemblyStack]) -> None:
    assert {name: stack.name for name, stack in stacks.items()} == {
        "Guests": "Guests",
        "Anywhere": "Anywhere",
        "Production/Guests": "Named",
    }


def test_a_stack_knows_its_account_and_region_if_they_are_declared(
    stacks: dict[str, AssemblyStack],
) -> None:
    assert (stacks["Guests"].account, stacks["Guests"].region) == ("111122223333", "us-east-1")
    assert (stacks["Anywhere"].account, stacks["Anywhere"].region) == (None, None)


def test_nested_stacks_are_read_at_every_depth(stacks: dict[str, AssemblyStack]) -> None:
    # WHEN
    [outer] = stacks["Guests"].template.nested.values()
    assert outer
    [inner] = outer.nested.values()
    assert inner

    # THEN
    assert [each["Type"] for each in inner.body["Resources"].values()] == ["Some::Inner::Thing"]
    assert "Some::Outer::Thing" in str(outer.body)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "is not a cloud assembly: it has no manifest.json; run `cdk synth`"),
        ("{", "cannot read"),
        ("[]", "is not a JSON object"),
        ('{"artifacts": {"A": {"type": "aws:cloudformation:stack"}}}', "KeyError: 'environment'"),
    ],
)
def test_a_folder_without_an_assembly_is_an_error(
    content: str | None, message: str, tmp_path: Path
) -> None:
    # GIVEN
    if content:
        (tmp_path / "manifest.json").write_text(content)

    # THEN
    with pytest.raises(CommandError, match=message):
        read_assembly(tmp_path)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ({"Parameters": []}, "Parameters is not an object"),
        ({"Parameters": {"Days": None}}, "parameter Days in t.json is not an object"),
        ({"Resources": {"A": {"Properties": None}}}, "Properties is not an object, but None"),
    ],
)
def test_a_template_that_is_none_is_an_error(
    template: dict[str, Any], message: str, tmp_path: Path
) -> None:
    # GIVEN
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://111122223333/us-east-1",
        "properties": {"templateFile": "t.json"},
    }
    (tmp_path / "t.json").write_text(json.dumps(template))
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"A": stack}}))

    # THEN
    with pytest.raises(CommandError, match=message):
        read_assembly(tmp_path)


def test_an_assembly_that_contains_itself_is_an_error(tmp_path: Path) -> None:
    # GIVEN
    itself = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}}
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"A": itself}}))

    # THEN
    with pytest.raises(CommandError, match="is not a cloud assembly that this version can read"):
        read_assembly(tmp_path)
