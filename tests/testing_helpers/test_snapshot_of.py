"""A snapshot changes with the declarations, and not with the code of a function."""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import (
    CfnOutput,
    DefaultStackSynthesizer,
    Duration,
    IStackSynthesizer,
    LegacyStackSynthesizer,
    NestedStack,
    Stack,
    Stage,
)
from aws_cdk.assertions import Template
from aws_cdk.aws_ecr_assets import DockerImageAsset
from aws_cdk.aws_iam import CfnPolicy
from aws_cdk.aws_s3_assets import Asset
from aws_cdk.pipelines import CodePipeline, CodePipelineSource, ShellStep
from syrupy.assertion import SnapshotAssertion

from chime_expiration import AppInstanceUserExpiration
from chime_expiration.testing import snapshot_of

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d"
CONNECTION = "arn:aws:codeconnections:us-east-1:111122223333:connection/5f6c1a2e"
A_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")

StackWith = Callable[..., Stack]
ChangeFunctionCode = Callable[[str, str], None]
NewSynthesizer = Callable[[], IStackSynthesizer]

SYNTHESIZERS = [DefaultStackSynthesizer, LegacyStackSynthesizer]


@pytest.mark.parametrize("synthesizer", SYNTHESIZERS)
@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("chime_expiration_handler/user/lifecycle.py", "# changed\n"),
        ("chime_expiration_handler/added.py", ""),
        ("crhelper/resource_helper.py", "# 2.0.13\n"),
    ],
    ids=["handler", "additional file", "crhelper"],
)
def test_the_snapshot_stays_the_same_when_the_code_changes(
    stack_with: StackWith,
    change_function_code: ChangeFunctionCode,
    synthesizer: NewSynthesizer,
    file: str,
    text: str,
) -> None:
    # GIVEN
    before = stack_with(synthesizer=synthesizer())
    snapshot = snapshot_of(before)

    # WHEN
    change_function_code(file, text)
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
        {"description": "For guests"},
    ],
    ids=[
        "days",
        "user",
        "app instance",
        "user id that looks like a hash",
        "description of the stack",
    ],
)
def test_the_snapshot_changes_with_the_declaration(
    stack_with: StackWith, change: dict[str, Any]
) -> None:
    # GIVEN
    snapshot = snapshot_of(stack_with())

    # WHEN / THEN
    assert snapshot_of(stack_with(**change)) != snapshot


def test_the_snapshot_changes_with_the_permissions(stack_with: StackWith) -> None:
    # GIVEN
    stack = stack_with()
    [policy] = [each for each in stack.node.find_all() if isinstance(each, CfnPolicy)]

    # WHEN
    policy.add_property_override("PolicyDocument.Statement.0.Action.1", "chime:*")

    # THEN
    assert snapshot_of(stack) != snapshot_of(stack_with())


@pytest.mark.parametrize("user_ids", [("a" * 64, "b" * 64), ("0" * 64, "1" * 64)])
def test_user_ids_that_look_like_hashes_are_not_masked(
    stack_with: StackWith, user_ids: tuple[str, str]
) -> None:
    # WHEN
    stacks = [stack_with(f"{APP_INSTANCE}/user/{user_id}") for user_id in user_ids]
    texts = [json.dumps(snapshot_of(stack)) for stack in stacks]

    # THEN
    for user_id, text in zip(user_ids, texts, strict=True):
        assert f"user/{user_id}" in text


@pytest.mark.parametrize("synthesizer", SYNTHESIZERS)
def test_all_hashes_of_assets_are_masked_and_different_assets_stay_different(
    stack_with: StackWith, synthesizer: NewSynthesizer, tmp_path: Path
) -> None:
    # GIVEN a stack that also has assets of its own
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


def test_the_hash_of_a_docker_image_is_masked(stack_with: StackWith, tmp_path: Path) -> None:
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


def test_the_snapshot_of_a_pipeline_stays_the_same_when_published_code_changes(
    stack_with: StackWith, change_function_code: ChangeFunctionCode
) -> None:
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
    change_function_code("chime_expiration_handler/user/lifecycle.py", "# changed\n")
    after = pipeline()

    # THEN
    assert snapshot_of(after) == snapshot
    assert "cdk-assets" in json.dumps(snapshot)


def test_a_change_in_a_nested_stack_changes_only_the_snapshot_of_the_nested_stack(
    stack_with: StackWith,
) -> None:
    # GIVEN
    parents = [stack_with() for _ in range(2)]
    nested = [NestedStack(parent, "Nested") for parent in parents]

    # WHEN
    CfnOutput(nested[0], "Output", value="value")

    # THEN
    assert snapshot_of(parents[0]) == snapshot_of(parents[1])
    assert snapshot_of(nested[0]) != snapshot_of(nested[1])


def test_a_stack_a_template_and_a_file_give_the_same_plain_data(
    stack_with: StackWith, tmp_path: Path
) -> None:
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


def test_the_given_template_is_not_changed(stack_with: StackWith) -> None:
    # GIVEN
    template = Template.from_stack(stack_with()).to_json()
    before = json.dumps(template)

    # WHEN
    snapshot_of(template)

    # THEN
    assert json.dumps(template) == before


def test_a_template_without_assets_is_its_own_snapshot() -> None:
    # GIVEN
    digest = hashlib.sha256(b"").hexdigest()
    template = {"Resources": {"A": {"Type": "A::B::C", "Properties": {"Hash": digest, "N": [1]}}}}

    # WHEN / THEN
    assert snapshot_of(template) == template


@pytest.mark.parametrize("source", [None, "template.json", 42])
def test_a_value_that_holds_no_template_is_refused(source: Any) -> None:
    # WHEN / THEN
    with pytest.raises(
        TypeError, match="is not a template: use a Stack, a Template, or a template"
    ):
        snapshot_of(source)


def test_syrupy_stores_the_snapshot_without_a_serializer(snapshot: SnapshotAssertion) -> None:
    # GIVEN
    code = {"S3Bucket": "assets", "S3Key": f"{hashlib.sha256(b'').hexdigest()}.zip"}
    template = {"Resources": {"A": {"Type": "A::B::C", "Properties": {"Code": code, "Days": 30}}}}

    # WHEN / THEN
    assert snapshot_of(template) == snapshot
