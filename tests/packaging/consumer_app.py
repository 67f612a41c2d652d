"""The CDK app of a project that has only the wheel installed."""

import sys

import constructs
from aws_cdk import App, Duration, Stack

import chime_expiration
import chime_expiration_handler
from chime_expiration import AppInstanceUserExpiration
from chime_expiration.testing import has_expiration

GUEST = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43/user/guest-42"

app = App()
stack = Stack(app, "Policies")
guest = AppInstanceUserExpiration(
    stack, "Guest", app_instance_user_arn=GUEST, expire_after=Duration.days(30)
)
guest.on_expired("Expired")
for module in (constructs, chime_expiration, chime_expiration_handler):
    print(module.__name__, module.__file__)
print("path", *sys.path)
has_expiration(stack, GUEST, 30)
app.synth()
