"""The construct of this project."""

import sys

from aws_cdk import App, Duration, Stack

from bench.apps.users import APP_INSTANCE, user_ids
from chime_expiration import AppInstanceUserExpiration

app = App()
stack = Stack(app, "Policy")
thirty_days = Duration.days(30)
for user_id in user_ids(int(sys.argv[1])):
    AppInstanceUserExpiration(
        stack,
        user_id,
        app_instance_user_arn=f"{APP_INSTANCE}/user/{user_id}",
        expire_after=thirty_days,
    )
app.synth()
