"""CloudFormation's own type, which creates the users and owns them."""

import sys

from aws_cdk import App, Stack
from aws_cdk.aws_chime import CfnAppInstanceUser

from bench.apps.users import APP_INSTANCE, user_ids

app = App()
stack = Stack(app, "Policy")
for user_id in user_ids(int(sys.argv[1])):
    CfnAppInstanceUser(
        stack,
        user_id,
        app_instance_arn=APP_INSTANCE,
        app_instance_user_id=user_id,
        name=user_id,
        expiration_settings=CfnAppInstanceUser.ExpirationSettingsProperty(
            expiration_days=30, expiration_criterion="CREATED_TIMESTAMP"
        ),
    )
app.synth()
