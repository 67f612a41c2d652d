"""cdk-nag finds nothing, and each suppressed rule has a reason."""

import json
from pathlib import Path

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk.assertions import Template
from cdk_nag import AwsSolutionsChecks


@pytest.mark.usefixtures("stack")
def test_the_aws_solutions_checks_find_nothing(app: App, tmp_path: Path) -> None:
    # GIVEN
    Validations.of(app).add_plugins(AwsSolutionsChecks(app, verbose=True))

    # WHEN
    app.synth()

    # THEN
    report = json.loads((tmp_path / "cdk.out" / "validation-report.json").read_text())
    assert report["pluginReports"] == []


def test_only_the_wildcard_rule_is_suppressed_with_a_reason_for_cdk_nag_2_and_3(
    stack: Stack,
) -> None:
    # WHEN
    policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    rules = [
        rule
        for policy in policies
        for rule in policy.get("Metadata", {}).get("cdk_nag", {}).get("rules_to_suppress", [])
    ]
    acknowledged = [
        (finding, reason)
        for construct in stack.node.find_all()
        for entry in construct.node.metadata
        if entry.type == Validations.ACKNOWLEDGED_RULES_METADATA_KEY
        for finding, reason in entry.data.items()
    ]

    # THEN
    assert {rule["id"] for rule in rules} == {"AwsSolutions-IAM5"}
    assert all(finding.startswith("AwsSolutions-IAM5[Resource::") for finding, _ in acknowledged)
    assert {rule["reason"] for rule in rules} == {reason for _, reason in acknowledged}
    assert all(len(reason) > 80 for _, reason in acknowledged)
