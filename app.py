"""The CDK app: ``cdk deploy`` runs this file."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parent
sys.path[:0] = [str(ROOT), str(ROOT / "constructs"), str(ROOT / "lambda")]

from aws_cdk import App  # noqa: E402

from expiration_app.context import ContextError  # noqa: E402
from expiration_app.declarations import read_declarations  # noqa: E402
from expiration_app.policies import read_policies  # noqa: E402
from expiration_app.stack import ExpirationStack  # noqa: E402

# Context from the CDK CLI takes precedence. `python app.py` runs without the CLI, so read the file.
app = App(context=json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"])
try:
    declarations = read_declarations(app.node.try_get_context("expirations"))
    policies = read_policies(app.node.try_get_context("policies"))
    ExpirationStack(app, "AppInstanceUserExpirations", declarations, policies)
except ContextError as error:
    sys.exit(f"context: {error}")
app.synth()
