import json
from collections.abc import Callable
from pathlib import Path

import pytest
from aws_cdk import App

from expiration_app.declarations import CONTEXT_KEY, read_declarations
from expiration_app.stack import ExpirationStack
from support.checkout import ROOT


@pytest.fixture
def synthesize(tmp_path: Path) -> Callable[..., ExpirationStack]:
    """Synthesizes the stack of the app with the CLI's context; ``expirations`` as with ``-c``."""

    def stack_of(expirations: object = None) -> ExpirationStack:
        context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
        context |= {"aws:cdk:enable-asset-metadata": True, "aws:cdk:enable-path-metadata": True}
        if expirations is not None:
            context[CONTEXT_KEY] = expirations
        app = App(context=context, outdir=str(tmp_path / "cdk.out"))
        declarations = read_declarations(app.node.try_get_context(CONTEXT_KEY))
        return ExpirationStack(app, "AppInstanceUserExpirations", declarations)

    return stack_of
