"""The least that CDK takes for a custom resource of one's own.

A function with its code and its role, and one CfnResource for each user: one call to the jsii
kernel each. Nothing is checked, nothing follows from the user, no order is kept.
"""

import sys
from pathlib import Path

from aws_cdk import App, CfnResource, Stack
from aws_cdk.aws_iam import CfnRole
from aws_cdk.aws_lambda import CfnFunction
from aws_cdk.aws_s3_assets import Asset

import chime_expiration_handler
from bench.apps.users import APP_INSTANCE, user_ids

_PUT = "chime:PutAppInstanceUserExpirationSettings"

app = App()
stack = Stack(app, "Policy")
code = Asset(stack, "Code", path=str(Path(chime_expiration_handler.__file__).parent))
role = CfnRole(
    stack,
    "Role",
    assume_role_policy_document={
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "lambda.amazonaws.com"},
            }
        ],
    },
    policies=[
        CfnRole.PolicyProperty(
            policy_name="Put",
            policy_document={
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": _PUT, "Resource": f"{APP_INSTANCE}/user/*"}
                ],
            },
        )
    ],
)
function = CfnFunction(
    stack,
    "Function",
    code=CfnFunction.CodeProperty(s3_bucket=code.s3_bucket_name, s3_key=code.s3_object_key),
    handler="chime_expiration_handler.wiring.handler",
    runtime="python3.14",
    role=role.attr_arn,
)
service_token = function.attr_arn
for user_id in user_ids(int(sys.argv[1])):
    CfnResource(
        stack,
        user_id,
        type="Custom::ChimeAppInstanceUserExpiration",
        properties={
            "ServiceToken": service_token,
            "AppInstanceUserArn": f"{APP_INSTANCE}/user/{user_id}",
            "ExpirationDays": 30,
        },
    )
app.synth()
