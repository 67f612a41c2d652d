"""A snapshot that changes with what is declared, and not with the code behind it."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from aws_cdk import (
    CfnOutput,
    DefaultStackSynthesizer,
    Duration,
    LegacyStackSynthesizer,
    NestedStack,
    Stack,
    Stage,
)
from aws_cdk.assertions import Template
from aws_cdk.aws_ecr_assets import DockerImageAsset
from aws_cdk.aws_s3_assets import Asset
from aws_cdk.pipelines import CodePipeline, CodePipelineSource, ShellStep

from chime_expiration import AppInstanceUserExpiration
from chime_expiration.testing import snapshot_of

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d"
CONNECTION = "arn:aws:codeconnections:us-east-1:111122223333:connection/5f6c1a2e"
A_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")

SYNTHESIZERS = [DefaultStackSynthesizer, LegacyStackSynthesizer]


@pytest.mark.parametrize("synthesizer", SYNTHESIZERS)
@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("chime_expiration_handler/lifecycle.py", "# mended\n"),
        ("chime_expiration_handler/added.py", ""),
        ("crhelper/resource_helper.py", "# 2.0.13\n"),
    ],
    ids=["handler", "a file more", "crhelper"],
)
def test_it_survives_another_release_of_the_code(stack_with, release, synthesizer, file, text):
    # GIVEN
    before = stack_with(synthesizer=synthesizer())
    snapshot = snapshot_of(before)

    # WHEN
    release(file, text)
    after = stack_with(synthesizer=synthesizer())

    # THEN
    assert snapshot_of(after) == snapshot
    assert Template.from_stack(after).to_json() != Template.from_stack(before).to_json()


@pytest.mark.parametrize(
    "change",
    [
        {"days": 31},
        {"user": f"{APP_INSTANCE}/user/guest-43"},
        {"user": "arn:aws:chime:us-east-1:111122223333:app-instance/another/user/guest-42"},
        {"user": f"{APP_INSTANCE}/user/{'a' * 64}"},
        {"description": "said"},
    ],
    ids=["days", "user", "app instance", "user with a hash for an id", "something else"],
)
def test_it_does_not_survive_another_declaration(stack_with, change):
    # GIVEN
    snapshot = snapshot_of(stack_with())

    # WHEN / THEN
    assert snapshot_of(stack_with(**change)) != snapshot


def test_it_does_not_survive_other_permissions(stack_with):
    # GIVEN
    stack = stack_with()
    [policy] = [each for each in stack.node.find_all() if each.node.id.startswith("AppInstance")]

    # WHEN
    policy.add_property_override("PolicyDocument.Statement.0.Action.1", "chime:*")

    # THEN
    assert snapshot_of(stack) != snapshot_of(stack_with())


@pytest.mark.parametrize("user_ids", [("a" * 64, "b" * 64), ("0" * 64, "1" * 64)])
def test_users_whose_ids_are_hashes_are_told_apart(stack_with, user_ids):
    # WHEN
    stacks = [stack_with(f"{APP_INSTANCE}/user/{user_id}") for user_id in user_ids]
    texts = [json.dumps(snapshot_of(stack)) for stack in stacks]

    # THEN
    for user_id, text in zip(user_ids, texts, strict=True):
        assert f"user/{user_id}" in text


@pytest.mark.parametrize("synthesizer", SYNTHESIZERS)
def test_no_hash_of_an_asset_is_left_and_assets_can_be_told_apart(
    stack_with, synthesizer, tmp_path: Path
):
    # GIVEN a stack with assets of its owner's as well
    stack = stack_with(synthesizer=synthesizer())
    assets = {}
    for name in ("one", "other"):
        file = tmp_path / f"{name}.txt"
        file.write_text(name)
        assets[name] = Asset(stack, name, path=str(file))
        CfnOutput(stack, f"{name}-key", value=assets[name].s3_object_key)

    # WHEN
    snapshot = snapshot_of(stack)

    # THEN
    assert not A_HASH.search(json.dumps(snapshot))
    one, other = (json.dumps(snapshot["Outputs"][f"{name}key"]) for name in assets)
    assert one != other
    assert re.search(r"ASSET\d", one)


def test_an_image_is_an_asset_too(stack_with, tmp_path: Path):
    # GIVEN
    stack = stack_with()
    (tmp_path / "image").mkdir()
    (tmp_path / "image" / "Dockerfile").write_text("FROM scratch\n")
    image = DockerImageAsset(stack, "Image", directory=str(tmp_path / "image"))
    CfnOutput(stack, "Uri", value=image.image_uri)

    # WHEN
    text = json.dumps(snapshot_of(stack))

    # THEN
    assert image.asset_hash not in text
    assert not A_HASH.search(text)


def test_a_pipeline_that_publishes_the_code_survives_another_release_too(stack_with, release):
    # GIVEN
    def pipeline() -> Stack:
        stack = stack_with()
        source = CodePipelineSource.connection("a/b", "main", connection_arn=CONNECTION)
        pipeline = CodePipeline(stack, "P", synth=ShellStep("S", input=source, commands=["c"]))
        chat = Stage(stack, "Chat")
        AppInstanceUserExpiration(
            Stack(chat, "GuestPolicy"),
            "Guest",
            app_instance_user_arn=f"{APP_INSTANCE}/user/guest-43",
            expire_after=Duration.days(30),
        )
        pipeline.add_stage(chat)
        pipeline.build_pipeline()
        return stack

    # WHEN
    before = pipeline()
    snapshot = snapshot_of(before)
    release("chime_expiration_handler/lifecycle.py", "# mended\n")
    after = pipeline()

    # THEN
    assert snapshot_of(after) == snapshot
    assert "cdk-assets" in json.dumps(snapshot)


def test_what_is_in_a_nested_stack_changes_its_own_snapshot_and_not_its_parents(stack_with):
    # GIVEN
    parents = [stack_with() for _ in range(2)]
    nested = [NestedStack(parent, "Nested") for parent in parents]

    # WHEN
    CfnOutput(nested[0], "Said", value="something")

    # THEN
    assert snapshot_of(parents[0]) == snapshot_of(parents[1])
    assert snapshot_of(nested[0]) != snapshot_of(nested[1])


def test_a_stack_a_template_and_a_file_give_the_same_plain_data(stack_with, tmp_path: Path):
    # GIVEN
    stack = stack_with()
    template = Template.from_stack(stack)
    file = tmp_path / "template.json"
    file.write_text(json.dumps(template.to_json()))

    # WHEN
    snapshots = [snapshot_of(each) for each in (stack, template, json.loads(file.read_text()))]

    # THEN
    assert snapshots[0] == snapshots[1] == snapshots[2]
    assert json.loads(json.dumps(snapshots[0])) == snapshots[0]


def test_the_template_is_not_changed_by_looking_at_it(stack_with):
    # GIVEN
    template = Template.from_stack(stack_with()).to_json()
    before = json.dumps(template)

    # WHEN
    snapshot_of(template)

    # THEN
    assert json.dumps(template) == before


def test_a_template_without_assets_is_its_own_snapshot():
    # GIVEN
    digest = hashlib.sha256(b"").hexdigest()
    template = {"Resources": {"A": {"Type": "A::B::C", "Properties": {"Hash": digest, "N": [1]}}}}

    # WHEN / THEN
    assert snapshot_of(template) == template


@pytest.mark.parametrize("source", [None, "template.json", 42])
def test_what_holds_no_template_is_refused(source):
    # WHEN / THEN
    with pytest.raises(TypeError, match="holds no template: use a Stack, a Template or a dict"):
        snapshot_of(source)


def test_syrupy_takes_it_as_it_is(snapshot):
    # GIVEN
    code = {"S3Bucket": "assets", "S3Key": f"{hashlib.sha256(b'').hexdigest()}.zip"}
    template = {"Resources": {"A": {"Type": "A::B::C", "Properties": {"Code": code, "Days": 30}}}}

    # WHEN / THEN
    assert snapshot_of(template) == snapshot
