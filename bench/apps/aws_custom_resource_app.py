"""AwsCustomResource in its best configuration.

One role for all, with one statement, in place of a policy per user; nothing is installed when it
is deployed; one call for Create and Update; the identity is given.
"""

import sys

from aws_cdk import App, Stack
from aws_cdk.aws_iam import ManagedPolicy, PolicyStatement, Role, ServicePrincipal
from aws_cdk.custom_resources import AwsCustomResource

from bench.apps.calls import PUT, clear_expiration, set_expiration
from bench.apps.users import APP_INSTANCE, user_ids

app = App()
stack = Stack(app, "Policy")
role = Role(
    stack,
    "Role",
    assumed_by=ServicePrincipal("lambda.amazonaws.com"),
    managed_policies=[
        ManagedPolicy.from_aws_managed_policy_name("service-role/AWSLambdaBasicExecutionRole")
    ],
)
role.add_to_policy(PolicyStatement(actions=[PUT], resources=[f"{APP_INSTANCE}/user/*"]))
for user_id in user_ids(int(sys.argv[1])):
    user = f"{APP_INSTANCE}/user/{user_id}"
    AwsCustomResource(
        stack,
        user_id,
        on_update=set_expiration(user),
        on_delete=clear_expiration(user),
        role=role,
        install_latest_aws_sdk=False,
    )
app.synth()
