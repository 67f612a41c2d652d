"""AwsCustomResource as its documentation shows it: a policy for each."""

import sys

from aws_cdk import App, Stack
from aws_cdk.custom_resources import AwsCustomResource, AwsCustomResourcePolicy

from bench.apps.calls import clear_expiration, set_expiration
from bench.apps.users import APP_INSTANCE, user_ids

app = App()
stack = Stack(app, "Policy")
for user_id in user_ids(int(sys.argv[1])):
    user = f"{APP_INSTANCE}/user/{user_id}"
    AwsCustomResource(
        stack,
        user_id,
        on_update=set_expiration(user),
        on_delete=clear_expiration(user),
        policy=AwsCustomResourcePolicy.from_sdk_calls(resources=[user]),
        install_latest_aws_sdk=False,
    )
app.synth()
