"""cdk-nag, cfn-lint and the validation of CDK accept the template of a policy."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import App, CfnParameter, Duration, Stack, Validations
from aws_cdk.aws_cloudwatch import Dashboard
from cdk_nag import AwsSolutionsChecks

from chime_expiration import NewUsers
from declaration.declare import declare
from policy.declare_policy import APP_INSTANCE, OTHER_APP_INSTANCE, declare_policy, resources
from support.checkout import ROOT


@pytest.fixture
def app(tmp_path: Path) -> App:
    """An app with the feature flags of cdk.json, which turn on the validation of CDK."""
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    return App(outdir=str(tmp_path / "cdk.out"), context=context)


@pytest.fixture
def stack(app: App) -> Stack:
    """A stack with every kind of policy, what watches them, and a declaration."""
    stack = Stack(app, "Chat")
    guests = declare_policy(
        stack,
        users=["guest-*"],
        except_users=["guest-kiosk-*"],
        notice=Duration.days(14),
        calls_per_second=500,
    )
    declare_policy(stack, "Bots", users=["bot-*"], policy_name="Bots", enabled=False)
    declare_policy(stack, "BySweep", OTHER_APP_INSTANCE, new_users=NewUsers.BY_SWEEP)
    token = declare_policy(stack, "Token", CfnParameter(stack, "AppInstance").value_as_string)
    account = f"arn:aws:chime:us-east-1:{stack.account}:app-instance/a"
    declare_policy(stack, "SameAccount", account)
    declare(stack, "Guest", f"{APP_INSTANCE}/user/guest-42")
    guests.create_alarms()
    Dashboard(stack, "Dashboard").add_widgets(*guests.dashboard_widgets())
    for policy in (guests, token):
        policy.on_expired("Expired")
    return stack


@pytest.mark.usefixtures("stack")
def test_the_aws_solutions_checks_accept_a_policy(app: App, tmp_path: Path) -> None:
    # GIVEN
    Validations.of(app).add_plugins(AwsSolutionsChecks(app, verbose=True))

    # WHEN
    app.synth()

    # THEN
    report = json.loads((tmp_path / "cdk.out" / "validation-report.json").read_text())
    assert report["pluginReports"] == []


@pytest.mark.slow
@pytest.mark.usefixtures("stack")
def test_cfn_lint_and_the_validation_of_cdk_accept_a_policy(app: App, tmp_path: Path) -> None:
    # WHEN
    app.synth()

    # THEN
    assembly = tmp_path / "cdk.out"
    report = json.loads((assembly / "validation-report.json").read_text())
    assert report["pluginReports"] == []
    linted = subprocess.run(
        [
            *(Path(sys.executable).with_name("cfn-lint"), "--format", "parseable"),
            *("--", assembly / "Chat.template.json"),
        ],
        capture_output=True,
        text=True,
    )
    assert (linted.stdout, linted.returncode) == ("", 0)


def test_three_rules_are_suppressed_with_a_reason_for_cdk_nag_2_and_3(stack: Stack) -> None:
    # WHEN
    suppressed = [
        rule
        for resource in resources(stack).values()
        for rule in resource.get("Metadata", {}).get("cdk_nag", {}).get("rules_to_suppress", [])
    ]
    acknowledged = {
        finding.partition("[")[0]: reason
        for construct in stack.node.find_all()
        for entry in construct.node.metadata
        if entry.type == Validations.ACKNOWLEDGED_RULES_METADATA_KEY
        for finding, reason in entry.data.items()
    }

    # THEN
    rules = {"AwsSolutions-IAM5", "AwsSolutions-SF1", "AwsSolutions-SF2"}
    assert {rule["id"] for rule in suppressed} == set(acknowledged) == rules
    assert all(len(rule["reason"]) > 80 for rule in suppressed)
