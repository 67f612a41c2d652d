"""``cdk diff`` and a second ``cdk deploy`` against a deployed stack."""

import json
import os
import re
from collections.abc import Callable, Iterator

import pytest

from localaws import LocalAws
from localaws.cdk_cli import CdkCli
from support.checkout import ROOT

pytestmark = pytest.mark.deploys

APP = """
from aws_cdk import App, Duration, Stack
from chime_expiration import AppInstanceUserExpiration

app = App()
AppInstanceUserExpiration(
    Stack(app, "GuestPolicy"),
    app.node.get_context("id"),
    app_instance_user_arn=app.node.get_context("user"),
    expire_after=Duration.days(int(app.node.get_context("days"))),
)
app.synth()
"""

Cdk = Callable[..., str]


@pytest.fixture(scope="module")
def user(bootstrapped_aws: LocalAws) -> str:
    chime = bootstrapped_aws.chime
    return chime.create_user(chime.create_app_instance("diff"), "guest")


@pytest.fixture(scope="module")
def cdk(
    bootstrapped_aws: LocalAws, user: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cdk]:
    """Run the CLI for an app with one declaration; its default is ``Guest`` with 30 days.

    The stack is deployed once, before the first test.
    """
    folder = tmp_path_factory.mktemp("app")
    (folder / "app.py").write_text(APP)
    (folder / "cdk.json").write_text(json.dumps({"app": "python3 app.py"}))
    cli = CdkCli(bootstrapped_aws, folder)

    def run(command: str, *options: str, id: str = "Guest", days: int = 30) -> str:
        context = {"id": id, "days": days, "user": user}
        given = [word for key, value in context.items() for word in ("-c", f"{key}={value}")]
        return cli.run(command, *options, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{ROOT / 'constructs'}{os.pathsep}{ROOT / 'lambda'}")
        run("deploy", "--require-approval", "never")
        yield run
        run("destroy", "--force")


def changes_in(diff: str) -> list[str]:
    """The lines of a diff that show a change."""
    return [line.strip() for line in diff.splitlines() if re.match(r"[\s│├└─]*\[[-+~]\]", line)]


def test_changed_days_are_one_property_of_one_resource(cdk: Cdk) -> None:
    # WHEN
    diff = cdk("diff", days=31)

    # THEN
    resource, change, *values = changes_in(diff)
    assert resource.startswith("[~] Custom::ChimeAppInstanceUserExpiration Guest")
    assert "ExpirationDays" in change
    assert [value.split()[-1] for value in values] == ["30", "31"]
    assert "Number of stacks with differences: 1" in diff


def test_a_renamed_construct_makes_no_difference(cdk: Cdk) -> None:
    # WHEN
    diff = cdk("diff", id="Visitor")

    # THEN
    assert changes_in(diff) == []
    assert "There were no differences" in diff


def test_deploying_again_changes_nothing(cdk: Cdk, bootstrapped_aws: LocalAws, user: str) -> None:
    # GIVEN
    bootstrapped_aws.chime.calls.clear()

    # WHEN
    output = cdk("deploy", "--require-approval", "never")

    # THEN
    assert "GuestPolicy (no changes)" in output
    assert bootstrapped_aws.chime.calls.puts() == []
    assert bootstrapped_aws.chime.expiration_days(user) == 30
