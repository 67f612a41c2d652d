"""Stages, environments and several stacks in one app."""

import re

from aws_cdk import App, Environment, LegacyStackSynthesizer, Stack, Stage
from aws_cdk.assertions import Annotations, Match, Template

from chime_expiration import AppInstanceUserExpiration

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d"


def staged(app: App, name: str, declare, **stage_props) -> Stack:
    stack = Stack(Stage(app, name, **stage_props), "Policies")
    declare(stack)
    return stack


def test_two_stages_have_the_same_template(app, declare):
    # WHEN
    stacks = [staged(app, name, declare) for name in ("Test", "Production")]

    # THEN
    templates = [Template.from_stack(stack).to_json() for stack in stacks]
    assert templates[0] == templates[1]
    assert templates[0]["Resources"]


def test_a_stage_keeps_the_asset_that_its_own_assembly_publishes(app, declare, tmp_path):
    # WHEN
    stack = staged(app, "Production", declare)
    app.synth()

    # THEN
    [function] = Template.from_stack(stack).find_resources("AWS::Lambda::Function").values()
    digest = function["Properties"]["Code"]["S3Key"].removesuffix(".zip")
    [manifest] = (tmp_path / "cdk.out").glob("assembly-Production/*Policies*.assets.json")
    assert digest in manifest.read_text()
    assert (tmp_path / "cdk.out" / f"asset.{digest}" / "crhelper").is_dir()


def test_stages_in_other_accounts_and_regions_differ_only_in_where_the_asset_is(app, declare):
    # WHEN
    stacks = [
        staged(app, name, declare, env=Environment(account="111122223333", region=region))
        for name, region in {"Near": "us-east-1", "Far": "ap-south-1"}.items()
    ]

    # THEN
    texts = [str(Template.from_stack(stack).to_json()) for stack in stacks]
    assert texts[0] != texts[1]
    assert re.sub("us-east-1(?!:1)", "ap-south-1", texts[0]) == texts[1]


def test_a_stack_without_an_environment_has_no_account_or_region_in_it_but_the_users(
    stack, declare
):
    # WHEN
    declare(stack)

    # THEN
    template = Template.from_stack(stack)
    elsewhere = str(template.to_json()).replace(APP_INSTANCE, "")
    assert "111122223333" not in elsewhere
    assert "us-east-1" not in elsewhere
    assert Annotations.from_stack(stack).find_warning("*", Match.any_value()) == []


def test_several_stacks_of_an_app_share_one_asset(app, declare, tmp_path):
    # GIVEN
    for name in ("One", "Two", "Three"):
        declare(Stack(app, name))

    # WHEN
    app.synth()

    # THEN
    assert len(list((tmp_path / "cdk.out").glob("asset.*"))) == 1


def test_one_user_may_be_declared_in_two_stacks_since_one_cannot_see_the_other(app, declare):
    # WHEN
    stacks = [Stack(app, name) for name in ("One", "Two")]
    expirations = [declare(stack) for stack in stacks]

    # THEN
    assert all(isinstance(expiration, AppInstanceUserExpiration) for expiration in expirations)


def test_a_stack_with_the_legacy_synthesizer_takes_the_asset_from_its_parameters(app, declare):
    # GIVEN
    stack = Stack(app, "Old", synthesizer=LegacyStackSynthesizer())

    # WHEN
    declare(stack)

    # THEN
    template = Template.from_stack(stack)
    [function] = template.find_resources("AWS::Lambda::Function").values()
    assert function["Properties"]["Code"]["S3Bucket"]["Ref"] in template.to_json()["Parameters"]
