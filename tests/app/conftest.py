import json
from collections.abc import Callable
from pathlib import Path

import pytest
from aws_cdk import App

from expiration_app.declarations import read_declarations
from expiration_app.policies import read_policies
from expiration_app.stack import ExpirationStack
from support.checkout import ROOT


@pytest.fixture
def synthesize(tmp_path: Path) -> Callable[..., ExpirationStack]:
    """Synthesizes the stack of the app with the CLI's context; each argument as with ``-c``."""

    def stack_of(expirations: object = None, policies: object = None) -> ExpirationStack:
        context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
        context |= {"aws:cdk:enable-asset-metadata": True, "aws:cdk:enable-path-metadata": True}
        if expirations is not None:
            context["expirations"] = expirations
        if policies is not None:
            context["policies"] = policies
        app = App(context=context, outdir=str(tmp_path / "cdk.out"))
        return ExpirationStack(
            app,
            "AppInstanceUserExpirations",
            read_declarations(app.node.try_get_context("expirations")),
            read_policies(app.node.try_get_context("policies")),
        )

    return stack_of
