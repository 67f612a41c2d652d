"""Stages, environments and several stacks in one app."""

import re
from pathlib import Path
from typing import Any

from aws_cdk import App, CfnParameter, Environment, LegacyStackSynthesizer, Stack, Stage
from aws_cdk.assertions import Annotations, Match, Template

from declaration.declare import APP_INSTANCE, GUEST, declare, resources_of_type


def stack_in_stage(app: App, name: str, **stage_props: Any) -> Stack:
    stack = Stack(Stage(app, name, **stage_props), "Policies")
    declare(stack)
    return stack


def test_two_stages_have_the_same_template(app: App) -> None:
    # WHEN
    stacks = [stack_in_stage(app, name) for name in ("Test", "Production")]

    # THEN
    templates = [Template.from_stack(stack).to_json() for stack in stacks]
    assert templates[0] == templates[1]
    assert templates[0]["Resources"]


def test_a_stage_publishes_the_asset_in_its_own_assembly(app: App, tmp_path: Path) -> None:
    # WHEN
    stack = stack_in_stage(app, "Production")
    app.synth()

    # THEN
    [function] = resources_of_type(stack, "AWS::Lambda::Function").values()
    digest = function["Properties"]["Code"]["S3Key"].removesuffix(".zip")
    [manifest] = (tmp_path / "cdk.out").glob("assembly-Production/*Policies*.assets.json")
    assert digest in manifest.read_text()
    assert (tmp_path / "cdk.out" / f"asset.{digest}" / "crhelper").is_dir()


def test_stages_in_different_regions_differ_only_in_the_place_of_the_asset(app: App) -> None:
    # WHEN
    stacks = [
        stack_in_stage(app, name, env=Environment(account="111122223333", region=region))
        for name, region in {"Near": "us-east-1", "Far": "ap-south-1"}.items()
    ]

    # THEN
    texts = [str(Template.from_stack(stack).to_json()) for stack in stacks]
    assert texts[0] != texts[1]
    assert re.sub("us-east-1(?!:1)", "ap-south-1", texts[0]) == texts[1]


def test_a_stack_without_an_environment_contains_no_account_or_region_except_the_users(
    stack: Stack,
) -> None:
    # WHEN
    declare(stack)

    # THEN
    template = Template.from_stack(stack)
    elsewhere = str(template.to_json()).replace(APP_INSTANCE, "")
    assert "111122223333" not in elsewhere
    assert "us-east-1" not in elsewhere
    assert Annotations.from_stack(stack).find_warning("*", Match.any_value()) == []


def test_several_stacks_of_an_app_share_one_asset(app: App, tmp_path: Path) -> None:
    # GIVEN
    for name in ("One", "Two", "Three"):
        declare(Stack(app, name))

    # WHEN
    app.synth()

    # THEN
    assert len(list((tmp_path / "cdk.out").glob("asset.*"))) == 1


def test_a_user_that_is_declared_in_two_stacks_of_an_app_gets_a_warning_with_both_paths(
    app: App,
) -> None:
    # WHEN
    one, two = stacks = [Stack(app, name) for name in ("One", "Two")]
    for stack in stacks:
        declare(stack)

    # THEN
    assert Annotations.from_stack(one).find_warning("*", Match.any_value()) == []
    [warning] = Annotations.from_stack(two).find_warning("*", Match.any_value())
    assert warning.id == "/Two/Guest"
    assert f"{GUEST} is also declared by 'One/Guest' in another stack: " in str(warning.entry.data)


def test_a_user_that_is_declared_in_three_stacks_gets_a_warning_in_the_second_and_third(
    app: App,
) -> None:
    # WHEN
    stacks = [Stack(app, name) for name in ("One", "Two", "Three")]
    for stack in stacks:
        declare(stack)

    # THEN
    warnings = [Annotations.from_stack(s).find_warning("*", Match.any_value()) for s in stacks]
    assert [len(found) for found in warnings] == [0, 1, 1]


def test_users_of_two_apps_and_users_that_are_tokens_get_no_warning(tmp_path: Path) -> None:
    # GIVEN parameters of one name, which stand for different users in different stacks
    one, other = (App(outdir=str(tmp_path / name)) for name in ("one", "other"))

    # WHEN
    stacks = [Stack(one, "A"), Stack(one, "B"), Stack(other, "A")]
    for stack in stacks:
        declare(stack, "Token", CfnParameter(stack, "User").value_as_string)
    for stack in (stacks[0], stacks[2]):
        declare(stack)

    # THEN
    for stack in stacks:
        assert Annotations.from_stack(stack).find_warning("*", Match.any_value()) == []


def test_the_legacy_synthesizer_passes_the_asset_as_parameters(app: App) -> None:
    # GIVEN
    stack = Stack(app, "Old", synthesizer=LegacyStackSynthesizer())

    # WHEN
    declare(stack)

    # THEN
    template = Template.from_stack(stack)
    [function] = template.find_resources("AWS::Lambda::Function").values()
    assert function["Properties"]["Code"]["S3Bucket"]["Ref"] in template.to_json()["Parameters"]
