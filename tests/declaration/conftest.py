from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import App, Duration, Stack
from aws_cdk.assertions import Template
from constructs import Construct

from chime_expiration import AppInstanceUserExpiration

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d"
GUEST = f"{APP_INSTANCE}/user/guest-42"


@pytest.fixture
def app(tmp_path) -> App:
    return App(outdir=str(tmp_path / "cdk.out"))


@pytest.fixture
def stack(app: App) -> Stack:
    return Stack(app, "Policies")


Declare = Callable[..., AppInstanceUserExpiration]


@pytest.fixture
def declare() -> Declare:
    """Declares an expiration, with what is not given as in the README."""

    def declaration(
        scope: Construct, id: str = "Guest", user: str = GUEST, **props: Any
    ) -> AppInstanceUserExpiration:
        props = {"expire_after": Duration.days(30)} | props
        return AppInstanceUserExpiration(scope, id, app_instance_user_arn=user, **props)

    return declaration


@pytest.fixture
def expirations() -> Callable[[Stack], dict[str, Any]]:
    """The custom resources of a stack, by logical id."""

    def of(stack: Stack) -> dict[str, Any]:
        template = Template.from_stack(stack)
        return dict(template.find_resources("Custom::ChimeAppInstanceUserExpiration"))

    return of
