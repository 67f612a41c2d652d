import json
from pathlib import Path

import pytest
from aws_cdk import App, CfnParameter, Duration, Fn, NestedStack, Stack
from aws_cdk.aws_cloudwatch import Dashboard

from chime_expiration import AppInstanceUserExpiration
from support.checkout import ROOT

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d"


@pytest.fixture
def app(tmp_path: Path) -> App:
    """An app with the feature flags of cdk.json, which turn on the validation of CDK."""
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    return App(outdir=str(tmp_path / "cdk.out"), context=context)


@pytest.fixture
def stack(app: App) -> Stack:
    """A stack with every kind of declaration, a rule, an alarm and a dashboard."""
    stack = Stack(app, "Policies")

    def declare(name: str, user: str, scope: Stack = stack) -> AppInstanceUserExpiration:
        return AppInstanceUserExpiration(
            scope, name, app_instance_user_arn=user, expire_after=Duration.days(30)
        )

    guest = declare("Guest", f"{APP_INSTANCE}/user/guest-42")
    guest.on_expired("Expired")
    guest.create_alarms()
    Dashboard(stack, "Dashboard").add_widgets(*guest.dashboard_widgets())
    declare("SameAccount", f"arn:aws:chime:us-east-1:{stack.account}:app-instance/a/user/b")
    declare("Imported", Fn.import_value("GuestArn"))
    instance = CfnParameter(stack, "AppInstance").value_as_string
    declare("TokenAccount", f"arn:aws:chime:us-east-1:{instance}:app-instance/a/user/b")
    declare("Nested", f"{APP_INSTANCE}/user/nested", NestedStack(stack, "NestedStack"))
    return stack
