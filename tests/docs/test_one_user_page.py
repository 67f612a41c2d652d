"""docs/one-user.md: its examples declare what the page says."""

from pathlib import Path
from typing import Any

from aws_cdk import App, Environment, Stack
from aws_cdk.assertions import Template

from chime_expiration.testing import expirations_of
from support.markdown import blocks

CHAT = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c20"


def test_the_examples_declare_a_user_a_token_an_output_and_a_rule(tmp_path: Path) -> None:
    # GIVEN
    stack = Stack(App(outdir=str(tmp_path)), "Chat", env=Environment(region="us-east-1"))
    namespace: dict[str, Any] = {"stack": stack, "CHAT": CHAT}

    # WHEN
    for block in blocks("docs/one-user.md", "python"):
        exec(block, namespace)

    # THEN
    assert expirations_of(stack) == {
        f"{CHAT}/user/kiosk-1": 90,
        '{"Ref": "GuestArn"}': {"Ref": "GuestDays"},
    }
    template = Template.from_stack(stack)
    [output] = template.find_outputs("KioskExpiresAt").values()
    assert output["Value"]["Fn::GetAtt"][1] == "ExpiresAt"
    template.resource_count_is("AWS::Events::Rule", 1)
