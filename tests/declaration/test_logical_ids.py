"""The logical ids stay the same in every release.

CloudFormation takes another logical id for another resource: it would set each user again, and
then clear it for the old id.
"""

from aws_cdk import CfnParameter, Stack
from aws_cdk.assertions import Template

from declaration.declare import declare

APP_INSTANCES = "arn:aws:chime:us-east-1:111122223333:app-instance"


def test_the_logical_ids_are_those_of_earlier_releases(stack: Stack) -> None:
    # GIVEN users of two AppInstances, and one that is a token
    declare(stack, "Guest", f"{APP_INSTANCES}/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d/user/guest-42")
    declare(
        stack, "Other", f"{APP_INSTANCES}/b07f3d52-91c4-4e0a-8f5b-2d6c/user/us-east-1:a@b.example"
    )
    declare(stack, "Token", CfnParameter(stack, "UserArn").value_as_string)

    # WHEN
    resources = Template.from_stack(stack).to_json()["Resources"]

    # THEN
    assert {logical_id: resource["Type"] for logical_id, resource in resources.items()} == {
        "AppInstance6a5c7b1eFED9D16E": "AWS::IAM::Policy",
        "AppInstanceAny42B5CD3A": "AWS::IAM::Policy",
        "AppInstanceb07f3d523A4FCE07": "AWS::IAM::Policy",
        "ChimeExpirationProvider": "AWS::Lambda::Function",
        "ChimeExpirationProviderLogGroupA23851D6": "AWS::Logs::LogGroup",
        "ChimeExpirationProviderNoLateRetries17379F05": "AWS::Lambda::EventInvokeConfig",
        "ChimeExpirationProviderRole6E49113B": "AWS::IAM::Role",
        "ExpireFAC8F645": "Custom::ChimeAppInstanceUserExpiration",
        "Expireguest42B4AE7A63": "Custom::ChimeAppInstanceUserExpiration",
        "Expireuseast1abexample3F7A32DF": "Custom::ChimeAppInstanceUserExpiration",
    }
