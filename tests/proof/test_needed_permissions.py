"""The list of permissions is complete, and IAM knows what is on it.

The data are those of cfn-lint: CloudFormation's registry, and the service authorization reference.
That the list has every call of the program and of the CDK CLI is shown by ``test_whole_run``, whose
caller has no other permissions.
"""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

from proof.app import AppSynthesizer
from proof.fixtures import template as fixtures_template
from proof.permissions.needed import needed
from proof.permissions.permission import Permission
from proof.permissions.policy import policy_document
from proof.place import Fixtures
from proof.run import Run
from proof.version import Version

RUN = Run("0a1b2c3d", "111122223333", "us-east-1")

NOT_USED = {
    "AWS::DynamoDB::Table": {
        "a key of the account": "kms:*",
        "an import from S3": "dynamodb:DescribeImport dynamodb:ImportTable logs:* s3:*",
        "contributor insights": "dynamodb:UpdateContributorInsights",
        "a stream to Kinesis": "kinesis:* dynamodb:EnableKinesisStreamingDestination "
        "dynamodb:DisableKinesisStreamingDestination dynamodb:UpdateKinesisStreamingDestination",
        "a policy of the table": "dynamodb:PutResourcePolicy dynamodb:DeleteResourcePolicy",
        "replicas": "dynamodb:CreateTableReplica dynamodb:AssociateTableReplica dynamodb:Scan "
        "dynamodb:Query dynamodb:UpdateItem dynamodb:PutItem dynamodb:GetItem dynamodb:DeleteItem "
        "dynamodb:BatchWriteItem iam:CreateServiceLinkedRole",
    },
    "AWS::IAM::Policy": {
        "users and groups": "iam:*UserPolicy iam:*GroupPolicy",
    },
    "AWS::IAM::Role": {
        "managed policies": "iam:AttachRolePolicy iam:DetachRolePolicy",
        "a permissions boundary": "iam:*RolePermissionsBoundary",
    },
    "AWS::Lambda::EventSourceMapping": {"a key of the account": "kms:*"},
    "AWS::Lambda::Function": {
        "a key of the account": "kms:*",
        "a VPC": "ec2:*",
        "a file system": "elasticfilesystem:* s3files:*",
        "a version of the code in S3": "s3:GetObjectVersion",
        "code signing": "lambda:GetCodeSigningConfig lambda:PutFunctionCodeSigningConfig "
        "lambda:DeleteFunctionCodeSigningConfig",
        "layers": "lambda:GetLayerVersion",
        "reserved concurrency": "lambda:*FunctionConcurrency",
        "settings of the runtime": "lambda:PutRuntimeManagementConfig lambda:AssociateRuntimeAlias",
        "loops": "lambda:PutFunctionRecursionConfig",
        "versions, and instances of the account": "lambda:PublishVersion "
        "lambda:PutFunctionScalingConfig lambda:PassCapacityProvider",
    },
    "AWS::Logs::LogGroup": {
        "a key of the account": "logs:*KmsKey",
        "data protection": "logs:PutDataProtectionPolicy logs:DeleteDataProtectionPolicy "
        "logs:CreateLogDelivery s3:* firehose:*",
        "policies": "logs:PutResourcePolicy logs:DeleteResourcePolicy logs:PutIndexPolicy "
        "logs:DeleteIndexPolicy",
        "tokens": "logs:PutBearerTokenAuthentication",
        "protection against deletion": "logs:PutLogGroupDeletionProtection",
    },
    "AWS::S3::Bucket": {
        "access control lists": "s3:PutBucketAcl s3:PutObjectAcl s3:GetBucketAcl",
        "properties of a bucket that is not for assets only": "s3:PutBucketAbac "
        "s3:Put*Configuration s3:PutBucketCORS s3:PutBucketNotification s3:PutBucketReplication "
        "s3:PutBucketWebsite s3:PutBucketLogging s3:PutBucketVersioning "
        "s3:PutBucketOwnershipControls s3:DeleteBucket?* s3:*MetadataTableConfiguration "
        "s3:UpdateBucketMetadata* iam:PassRole",
        "deleting with the objects": "s3:DeleteObject",
        "S3 tables": "s3tables:*",
        "attributes that no template reads, and drift": "s3:Get*Configuration s3:GetBucketAbac "
        "s3:GetBucketCORS s3:GetBucketLogging s3:GetBucketNotification s3:GetBucketTagging "
        "s3:GetBucketOwnershipControls s3:GetBucketVersioning s3:GetBucketWebsite "
        "s3:ListTagsForResource",
    },
    "AWS::StepFunctions::StateMachine": {
        "a key of the account": "kms:*",
        "a definition in S3": "s3:*",
    },
}
"""What needs the permissions that are not on the list, by type."""

PROPERTIES_THAT_NEED_MORE = {
    "BucketEncryption",
    "CodeSigningConfigArn",
    "CorsConfiguration",
    "FileSystemConfigs",
    "ImportSourceSpecification",
    "KmsKeyArn",
    "KmsKeyId",
    "KmsMasterKeyId",
    "Layers",
    "LifecycleConfiguration",
    "ManagedPolicyArns",
    "PermissionsBoundary",
    "Replicas",
    "ReservedConcurrentExecutions",
    "ResourcePolicy",
    "SSESpecification",
    "VpcConfig",
}


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """All resources of both stacks."""
    app_instance = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e"
    fixtures = Fixtures(app_instance, "", "", RUN.asset_bucket)
    synthesizer = AppSynthesizer(RUN, fixtures, tmp_path_factory.mktemp("assemblies"))
    version = Version({"declared": 30}, "named", 40, 45, missing="missing")
    assembly = synthesizer.synthesize(version)
    app = json.loads((assembly / "Proof.template.json").read_text(encoding="utf-8"))
    return [*app["Resources"].values(), *fixtures_template(RUN)["Resources"].values()]


@pytest.fixture(scope="module")
def permissions() -> list[Permission]:
    return needed(RUN)


def handlers_of(resource_type: str) -> dict[str, Any]:
    """What CloudFormation's registry says about a type."""
    schemas = files("cfnlint.data.schemas")
    types = json.loads((schemas / "providers" / "us-east-1.json").read_text(encoding="utf-8"))
    schema = schemas / "resources" / f"{types[resource_type]}.json"
    handlers: dict[str, Any] = json.loads(schema.read_text(encoding="utf-8"))["handlers"]
    return handlers


def is_not_used(resource_type: str, action: str) -> bool:
    patterns = " ".join(NOT_USED.get(resource_type, {}).values()).split()
    return any(matches(action, pattern) for pattern in patterns)


def matches(text: str, pattern: str) -> bool:
    """Whether IAM finds that a pattern matches."""
    return (
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text) is not None
    )


def unlisted(
    resource_type: str, permissions: list[Permission], reference: dict[str, Any]
) -> Iterator[str]:
    """What CloudFormation calls for a type and the list does not have, on a resource of it."""
    for handler in handlers_of(resource_type).keys() - {"list"}:
        for action in handlers_of(resource_type)[handler]["permissions"]:
            formats = own_formats(resource_type, action, reference)
            listed = any(
                permission.action == action
                and (not formats or any(has_format(permission.example, each) for each in formats))
                for permission in permissions
            )
            if not listed and not is_not_used(resource_type, action):
                yield f"{resource_type} {handler}: {action}"


def own_formats(resource_type: str, action: str, reference: dict[str, Any]) -> list[str]:
    """The ARNs of a type, if IAM limits the action to resources of it."""
    service, _, name = action.partition(":")
    own = resource_type.rpartition("::")[2].lower()
    known = reference.get(service, {"Actions": {}})["Actions"].get(name.lower(), {})
    return [
        each
        for kind in known.get("Resources", [])
        if kind.replace("-", "").lower() == own
        for each in reference[service]["Resources"][kind.lower()]["ARNFormats"]
    ]


def test_what_cloudformation_calls_for_each_type_is_on_the_list(
    resources: list[dict[str, Any]], permissions: list[Permission], reference: dict[str, Any]
) -> None:
    # GIVEN
    actions = {permission.action for permission in permissions}
    types = {resource["Type"] for resource in resources}

    # WHEN
    native = {each for each in types if each.startswith("AWS::")}
    missing = [
        each
        for resource_type in sorted(native)
        for each in unlisted(resource_type, permissions, reference)
    ]

    # THEN
    assert len(native) >= 12
    assert missing == []
    # CloudFormation calls the function of a custom resource as the caller.
    assert {each.partition("::")[0] for each in types} == {"AWS", "Custom"}
    assert "lambda:InvokeFunction" in actions


def test_no_resource_has_a_property_that_needs_more(resources: list[dict[str, Any]]) -> None:
    # WHEN
    used = {name for resource in resources for name in resource["Properties"]}

    # THEN
    assert used & PROPERTIES_THAT_NEED_MORE == set()


def test_each_reason_to_leave_something_out_is_about_a_type_of_the_stacks(
    resources: list[dict[str, Any]],
) -> None:
    # THEN
    assert NOT_USED.keys() <= {resource["Type"] for resource in resources}
    for resource_type, reasons in NOT_USED.items():
        handlers = handlers_of(resource_type)
        called = {action for each in handlers.values() for action in each["permissions"]}
        for pattern in " ".join(reasons.values()).split():
            assert any(matches(action, pattern) for action in called), f"{resource_type} {pattern}"


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    data = files("cfnlint.data.AdditionalSpecs") / "Policies.json"
    services: dict[str, Any] = json.loads(data.read_text(encoding="utf-8"))
    return services


UNLIMITED = {
    # Lists: of all stacks, all AppInstances and all alarms.
    "chime:ListAppInstances",
    "cloudformation:DescribeStacks",
    "cloudwatch:DescribeAlarms",
}
"""What IAM could limit to resources, and what the program needs on all of them."""


def test_each_action_exists_and_takes_the_resource_that_it_is_needed_on(
    permissions: list[Permission], reference: dict[str, Any]
) -> None:
    for permission in permissions:
        service, _, name = permission.action.partition(":")
        known = reference[service]["Actions"].get(name.lower())
        assert known is not None, permission
        kinds = [
            reference[service]["Resources"][kind.lower()] for kind in known.get("Resources", [])
        ]
        if permission.resource == "*":
            assert not kinds or permission.action in UNLIMITED, permission
        else:
            formats = [each for kind in kinds for each in kind["ARNFormats"]]
            assert any(has_format(permission.example, each) for each in formats), permission


def has_format(arn: str, arn_format: str) -> bool:
    return re.fullmatch(re.sub(r"\$\{\w+\}", "[^:]*", arn_format), arn) is not None


def test_every_resource_that_has_a_name_has_that_of_the_run(permissions: list[Permission]) -> None:
    # GIVEN what AWS chooses the names of
    unnamed = {
        "app-instance/*",
        "app-instance/*/user/*",
        "event-source-mapping:*",
    }

    # WHEN
    resources = {each.resource for each in permissions if each.resource != "*"}

    # THEN
    named = {each for each in resources if each.split(":", 5)[-1] not in unnamed}
    assert len(resources) - len(named) == len(unnamed)
    assert [each for each in named if f"{RUN.name}-" not in each] == []


def test_the_policy_allows_what_any_run_needs(permissions: list[Permission]) -> None:
    # WHEN
    document = policy_document(RUN.account, RUN.region)

    # THEN
    for permission in permissions:
        assert any(
            permission.action in each["Action"] and matches(permission.example, each["Resource"])
            for each in document["Statement"]
        ), permission


def test_the_policy_fits_into_a_managed_policy() -> None:
    # WHEN
    text = json.dumps(policy_document(RUN.account, RUN.region), separators=(",", ":"))

    # THEN, according to the quotas of IAM, which do not count white space
    assert len(text) <= 6144
